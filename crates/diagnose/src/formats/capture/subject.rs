//! A signed `GetCallerIdentity` as the subject token of a federation: JSON with URL, method and header fields, as it is, percent-
//! encoded for Google Cloud, in base64 for Snowflake. The request has no body.

use ::base64::alphabet::{STANDARD, URL_SAFE};
use serde_json::Value;

use super::exchange::{Exchange, valid_headers, with_host};
use crate::formats::note::Note;
use crate::formats::{DamagedToken, base64, parse_url};
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::{Body, Headers, Request};

/// The longest subject token that there is, with a session token in it.
const LONGEST: usize = 64 * 1024;
/// How the base64 of a JSON object begins whose first name begins in lower case, with or without a space or a line break.
const BASE64_STARTS: [&str; 3] = ["eyJ", "eyAi", "ewog"];
/// How a percent-encoded JSON object begins.
const ENCODED_STARTS: [&str; 4] = ["%7B%22", "%7b%22", "%257B%2522", "%257b%2522"];

/// How subject tokens of Google Cloud and Snowflake begin, in their libraries' own forms: a text that begins so and is no request was
/// cut off.
const OWN_STARTS: [&str; 2] = ["%7B%22headers%22%3A%5B%7B%22key%22%3A%22", "eyJ1cmwiOiAiaHR0cHM6Ly9zdHMu"];

/// The request of a text that is a subject token and nothing else.
///
/// # Errors
/// It begins as such a token does, and is damaged.
pub(super) fn read(text: &[u8]) -> Option<Result<Exchange, DamagedToken>> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?.trim();
    if text.starts_with('{') {
        return exchange_of(text.as_bytes()).map(Ok);
    }
    let own = OWN_STARTS.into_iter().find(|start| text.starts_with(start) && !text.contains(char::is_whitespace));
    let damaged = own.map(|prefix| Err(DamagedToken { prefix, expected: "the rest of a signed request" }));
    of_word(text).map(Ok).or(damaged)
}

/// The request of the first subject token in a line of a text, with what the text says of its audience.
pub(super) fn read_in_line(line: &str, text: &str) -> Option<Exchange> {
    let mut exchange = in_line(line)?;
    let other = exchange.request.as_ref().and_then(|request| other_audience(&request.headers, text));
    exchange.notes.extend(other);
    Some(exchange)
}

/// The request of the subject token that is exchanged in the body of a request, as a form or as JSON.
pub(super) fn carried_by(request: &Request) -> Option<Exchange> {
    let Body::Bytes(body) = &request.body else { return None };
    let text = std::str::from_utf8(body.get(..=LONGEST).is_none().then_some(body)?).ok()?;
    let names = ["subject_token=", "subjectToken"];
    read_in_line(text, text).filter(|_| names.iter().any(|name| text.contains(name)))
}

fn in_line(line: &str) -> Option<Exchange> {
    let start = BASE64_STARTS.iter().chain(&ENCODED_STARTS).filter_map(|mark| line.find(mark)).min()?;
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=%~".contains(c);
    of_word(line.get(start..)?.split(|c| !is_of_token(c)).next()?)
}

fn of_word(word: &str) -> Option<Exchange> {
    if ENCODED_STARTS.iter().any(|mark| word.starts_with(mark)) {
        let once = decode(word.as_bytes(), Plus::Literal);
        // Google's library encodes it, and so does the form that it is sent in.
        return exchange_of(&if once.starts_with(b"%") { decode(&once, Plus::Literal) } else { once });
    }
    BASE64_STARTS.iter().find(|mark| word.starts_with(**mark))?;
    let alphabet = if word.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    exchange_of(&base64::decode(word, alphabet)?)
}

fn exchange_of(json: &[u8]) -> Option<Exchange> {
    let object: Value = serde_json::from_slice(json).ok()?;
    let text = |name: &str| object[name].as_str();
    let url = text("url").filter(|url| url.contains("Action=GetCallerIdentity"))?;
    let url = parse_url(url).ok()?;
    let method = text("method").filter(|method| is_token(method))?;
    let (mut headers, mut notes) = valid_headers(fields(&object["headers"])?);
    headers.first_text("authorization").filter(|value| value.starts_with("AWS4-"))?;
    notes.extend(audience(&headers, object["headers"].is_array()));
    if !headers.contains("host") {
        headers = with_host(&url.host_header(), &headers);
        notes.push(Note::HostFromUrl);
    }
    let request = captured_request(method, url.target().to_vec(), headers, Body::Bytes(Vec::new()));
    Some(Exchange { request: Some(request), url: Some(url), reply: None, notes })
}

/// The header in which Google Cloud looks for the provider that a token is for (google-auth, `aws.py`).
const OF_GOOGLE: &str = "x-goog-cloud-target-resource";
/// How the full resource name of a provider begins, of a pool of workloads or of a workforce.
const PROVIDER: &str = "//iam.googleapis.com/";
/// The header in which Snowflake looks for itself, and what it is called there (snowflake-connector-python, `wif_util.py`).
const OF_SNOWFLAKE: (&str, &str) = ("x-snowflake-audience", "snowflakecomputing.com");

/// What is wrong with the audience of a token. Only Google Cloud has a list of header fields.
fn audience(headers: &Headers, is_list: bool) -> Option<Note> {
    let text = |name: &str| headers.first_text(name).unwrap_or_default().to_owned();
    let (of_snowflake, snowflake) = OF_SNOWFLAKE;
    let is_signed = text("authorization").contains(of_snowflake);
    let (header, expected) = if headers.contains(of_snowflake) || is_signed {
        (of_snowflake, snowflake)
    } else if is_list || headers.contains(OF_GOOGLE) {
        (OF_GOOGLE, "")
    } else {
        return None;
    };
    let presented = text(header);
    let is_right = if expected.is_empty() { presented.starts_with(PROVIDER) } else { presented == expected };
    let expected =
        if presented.is_empty() || !expected.is_empty() { expected.to_owned() } else { format!("{PROVIDER}…") };
    (!is_right).then_some(Note::Audience { header, presented, expected })
}

/// The audience of the exchange in a text, if a token for Google Cloud names another.
fn other_audience(headers: &Headers, text: &str) -> Option<Note> {
    let presented = headers.first_text(OF_GOOGLE).filter(|presented| presented.starts_with(PROVIDER))?;
    let mut named = text.match_indices("audience").filter_map(|(at, name)| {
        let behind = text.get(at + name.len()..)?.trim_start_matches(['"', '\'', ' ', ':', '=']);
        let is_end = |c: char| c.is_whitespace() || "\"'&,}".contains(c);
        let mut value = behind.split(is_end).next()?.to_owned();
        for _ in 0..2 {
            value = String::from_utf8(decode(value.as_bytes(), Plus::Literal)).ok()?;
        }
        value.starts_with(PROVIDER).then_some(value)
    });
    let expected = named.next().filter(|expected| expected != presented)?;
    let is_one = named.all(|other| other == expected);
    is_one.then(|| Note::Audience { header: OF_GOOGLE, presented: presented.to_owned(), expected })
}

/// Header fields as an object, or as Google has them: a list of objects with key and value.
fn fields(headers: &Value) -> Option<Vec<(String, String)>> {
    let owned = |name: &str, value: &Value| Some((name.to_owned(), value.as_str()?.to_owned()));
    match headers {
        Value::Object(fields) => fields.iter().map(|(name, value)| owned(name, value)).collect(),
        Value::Array(fields) => fields.iter().map(|field| owned(field["key"].as_str()?, &field["value"])).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    const GOOGLE: &str = r#"{"headers":[{"key":"Authorization","value":"AWS4-HMAC-SHA256 x"},{"key":"host","value":"sts.eu-west-1.amazonaws.com"}],"method":"POST","url":"https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"}"#;
    const SNOWFLAKE: &str = r#"{"url": "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "method": "POST", "headers": {"Host": "sts.eu-west-1.amazonaws.com", "Authorization": "AWS4-HMAC-SHA256 x"}}"#;

    fn check(exchange: Option<Exchange>, text: &str) {
        let request = exchange.and_then(|exchange| exchange.request).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(request.method(), "POST");
        assert_eq!(request.target(), b"/?Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!(request.headers.first_text("authorization"), Some("AWS4-HMAC-SHA256 x"));
        assert_eq!(request.headers.iter().count(), 2);
        assert_eq!(request.body, Body::Bytes(Vec::new()));
    }

    /// The percent-encoded text is that of Python's `urllib.parse.quote`.
    #[test]
    fn each_form_of_a_subject_token_leads_to_the_request() {
        let quoted = "%7B%22headers%22%3A%5B%7B%22key%22%3A%22Authorization%22%2C%22value%22%3A%22AWS4-HMAC-SHA256%20x%22%7D%2C%7B%22key%22%3A%22host%22%2C%22value%22%3A%22sts.eu-west-1.amazonaws.com%22%7D%5D%2C%22method%22%3A%22POST%22%2C%22url%22%3A%22https%3A//sts.eu-west-1.amazonaws.com%3FAction%3DGetCallerIdentity%26Version%3D2011-06-15%22%7D";
        let encoded = STANDARD.encode(SNOWFLAKE);
        for text in [GOOGLE, SNOWFLAKE, quoted, &encoded, &format!("\n{encoded}\n")] {
            check(read(text.as_bytes()).and_then(Result::ok), text);
        }
        let twice = quoted.replace('%', "%25");
        for line in [
            format!("subject_token={quoted}&audience=x"),
            format!("grant_type=x&subject_token={twice}&audience=x"),
            format!("  \"TOKEN\": \"{encoded}\","),
        ] {
            check(read_in_line(&line, &line), &line);
        }
        for other in ["{}", "eyJhbGciOiJub25lIn0", "%7B%22a%22%3A1%7D", "", r#"{"url":"https://h/","method":"GET"}"#] {
            assert!(read(other.as_bytes()).is_none() && read_in_line(other, other).is_none(), "{other}");
        }
        for cut in [quoted, &encoded] {
            let damaged = read(cut.get(..cut.len() - 10).unwrap().as_bytes()).unwrap().unwrap_err();
            assert!(cut.starts_with(damaged.prefix), "{damaged}");
        }
    }
    /// The request is that of Google's *Exchange a token* (`sts.googleapis.com/v1/token`), the name of a provider its example.
    #[test]
    fn the_audience_of_an_exchange_is_that_of_its_token() {
        let provider = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a";
        let of = |target: &str| {
            let header = format!(r#"{{"key":"x-goog-cloud-target-resource","value":"{target}"}},{{"key":"host""#);
            GOOGLE.replacen(r#"{"key":"host""#, &header, 1)
        };
        let quoted = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let notes = |json: &str, audience: &str| {
            // The token is percent-encoded, and again in the form.
            let start = format!("%7B%22{}", quoted(&json[2..]));
            let line =
                format!("grant_type=x&audience={}&subject_token={}", quoted(audience), start.replace('%', "%25"));
            read_in_line(&line, &line).unwrap_or_else(|| panic!("{line}")).notes
        };
        let note = |presented: &str, expected: &str| Note::Audience {
            header: OF_GOOGLE,
            presented: presented.to_owned(),
            expected: expected.to_owned(),
        };
        let other = provider.replace("providers/a", "providers/b");
        assert_eq!(notes(&of(provider), provider), []);
        assert_eq!(notes(&of(provider), &other), [note(provider, &other)]);
        assert_eq!(notes(GOOGLE, provider), [note("", "")]);
        assert_eq!(notes(&of("my-pool"), provider), [note("my-pool", "//iam.googleapis.com/…")]);
    }
}
