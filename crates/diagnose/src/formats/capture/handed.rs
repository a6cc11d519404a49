//! Data that a signer hands over for somebody else to send: the URL and the fields of a presigned form, as boto3 and
//! AWS's SDKs return them; the parts of a signed `GetCallerIdentity` that log in to Vault.

use ::base64::alphabet::STANDARD;
use serde_json::Value;

use super::exchange::{Exchange, valid_headers, with_host};
use super::form::{self, Content, Field};
use super::literal::{self, Literal};
use super::log::python;
use crate::formats::note::Note;
use crate::formats::reply::unescape;
use crate::formats::{base64, parse_url};
use sigvet_core::form::Condition;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::{Body, Headers, RequestUrl};

/// No form and no login is longer.
const LONGEST: usize = 256 * 1024;
/// Maximum number of objects before the form in a text.
const MOST_OBJECTS: usize = 32;
/// The field that every login has.
const LOGIN: &str = "iam_request_headers";

/// The request made from it; none if the text is something else.
pub(super) fn read(text: &[u8]) -> Option<Exchange> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?;
    if text.contains(LOGIN) {
        return login(text);
    }
    if let Some(exchange) = page(text).or_else(|| call(text)).and_then(|object| presigned_form(&object)) {
        return Some(exchange);
    }
    let has_fields = ["\"fields\"", "'fields'", "fields:"].iter().any(|name| text.contains(name));
    let starts = text.match_indices('{').filter(|_| has_fields).map(|(at, _)| at).take(MOST_OBJECTS);
    let mut objects = starts.filter_map(|at| literal::read(text.get(at..).unwrap_or_default()));
    objects.find_map(|object| presigned_form(&object))
}

/// The form of a page: its `action` and its hidden inputs.
fn page(text: &str) -> Option<Literal> {
    let (_, form) = text.split_once("<form")?;
    let form = form.split("</form").next().filter(|form| form.contains("olicy"))?;
    let (tag, inputs) = form.split_once('>')?;
    let url = attribute(tag, "action")?;
    let inputs = inputs.split("<input").skip(1).filter_map(|input| input.split('>').next());
    let fields = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
    Some(form_of(url, fields.map(|(name, value)| (name, Literal::Text(value))).collect()))
}

/// The value of an attribute, which is in quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut starts = tag.match_indices(name).filter_map(|(at, _)| {
        let is_name = tag.get(..at)?.ends_with(char::is_whitespace);
        let value = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| is_name && ['"', '\''].contains(quote))?;
        value.get(1..)?.split(quote).next()
    });
    starts.next().map(unescape)
}

/// A call of Python's `requests.post(URL, data={…}, files=…)`.
fn call(text: &str) -> Option<Literal> {
    let (_, arguments) = text.split_once(".post(").filter(|(_, arguments)| arguments.contains("olicy"))?;
    let (url, rest) = python::string_alone(arguments.trim_start())?;
    let (_, data) = rest.split_once("data=").or_else(|| rest.split_once("data ="))?;
    let Literal::Object(fields) = literal::read(data.trim_start())? else { return None };
    Some(form_of(String::from_utf8(url).ok()?, fields))
}

fn form_of(url: String, fields: Vec<(String, Literal)>) -> Literal {
    Literal::Object(vec![("url".to_owned(), Literal::Text(url)), ("fields".to_owned(), Literal::Object(fields))])
}

/// `{"url": …, "fields": {…}}` with a policy among the fields. The file is missing, and so is what the policy leaves to
/// the sender.
fn presigned_form(object: &Literal) -> Option<Exchange> {
    let url = parse_url(object.get(&["url"])?.text()?).ok()?;
    let Literal::Object(pairs) = object.get(&["fields"])? else { return None };
    let text_field = |name, text: &str| Field { name, content: Content::Text(text.to_owned()), media_type: None };
    let mut fields: Vec<Field<'_>> =
        pairs.iter().filter_map(|(name, value)| Some(text_field(name.as_str(), value.text()?))).collect();
    let has = |fields: &[Field<'_>], name: &str| fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
    if !has(&fields, "policy") || !fields.iter().any(|field| form::is_of_policy(field.name) && field.name != "policy") {
        return None;
    }
    let conditions = form::conditions(&fields);
    for condition in &conditions {
        let Some(name) = condition.field().filter(|name| *name != "bucket" && !has(&fields, name)) else { continue };
        let value = match condition {
            Condition::Equals { value, .. } => value,
            Condition::StartsWith { prefix, .. } => prefix,
            Condition::ContentLengthRange { .. } => continue,
        };
        fields.push(text_field(name, value));
    }
    fields.push(Field { name: "file", content: Content::File("file"), media_type: None });
    let (content_type, body) = form::written(&fields);
    let (headers, _) = valid_headers([("Content-Type", content_type), ("Content-Length", body.len().to_string())]);
    Some(posted("POST", url, headers, body, vec![Note::FormFile]))
}

/// The parts of a login, as in JSON, or as `NAME=VALUE` in a command.
fn login(text: &str) -> Option<Exchange> {
    let url = parse_url(&String::from_utf8(from_base64(&part(text, "iam_request_url")?)?).ok()?).ok()?;
    let body = part(text, "iam_request_body").map_or_else(|| Some(Vec::new()), |body| from_base64(&body))?;
    let Value::Object(fields) = headers(text)? else { return None };
    let (headers, mut notes) = valid_headers(fields.iter().flat_map(|(name, value)| {
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        values.into_iter().filter_map(|value| Some((name.clone(), value.as_str()?.to_owned()))).collect::<Vec<_>>()
    }));
    let method = part(text, "iam_http_request_method").filter(|method| is_token(method));
    notes.extend(other_server(text, &headers));
    Some(posted(method.as_deref().unwrap_or("POST"), url, headers, body, notes))
}

/// The headers of the signed request: base64 of JSON, or JSON itself (Vault, *AWS auth method (API)*, Login).
fn headers(text: &str) -> Option<Value> {
    if let Some(encoded) = part(text, LOGIN).and_then(|encoded| from_base64(&encoded)) {
        return serde_json::from_slice(&encoded).ok();
    }
    let (_, behind) = text.split_once(LOGIN)?;
    let object = behind.get(behind.find('{')?..)?;
    serde_json::Deserializer::from_str(object).into_iter().next()?.ok()
}

/// The value after a name, with or without quotes around both. In a form, it is percent-encoded.
fn part(text: &str, name: &str) -> Option<String> {
    let (_, behind) = text.split_once(name)?;
    let value = behind.trim_start_matches(['"', '\'', '\\', ' ']).strip_prefix(['=', ':'])?;
    let value = value.trim_start_matches(['"', '\'', '\\', ' ']);
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '}' | '&');
    let value = value.split(is_end).next().filter(|value| !value.is_empty())?;
    String::from_utf8(decode(value.as_bytes(), Plus::Literal)).ok()
}

/// The header that names the Vault server that a login is for.
const SERVER_ID: &str = "X-Vault-AWS-IAM-Server-ID";

/// The audience that the server expects, according to its error (`validateVaultHeaderValue` in Vault's source), if
/// the login still has another.
fn other_server(text: &str, headers: &Headers) -> Option<Note> {
    let text = text.replace("\\\"", "\"");
    let (_, error) = text.split_once("error validating X-Vault-AWS-IAM-Server-ID header: ")?;
    let presented = headers.first_text(SERVER_ID).unwrap_or_default().to_owned();
    let (expected, found) = if error.starts_with("missing header") {
        ("", "")
    } else {
        let mut quoted = error.strip_prefix("expected ")?.split('"');
        (quoted.nth(1)?, quoted.nth(1)?)
    };
    let expected = expected.to_owned();
    (presented == found).then_some(Note::Audience { header: SERVER_ID, presented, expected })
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    base64::decode(text, &STANDARD)
}

fn posted(method: &str, url: RequestUrl, mut headers: Headers, body: Vec<u8>, mut notes: Vec<Note>) -> Exchange {
    if !headers.contains("host") {
        headers = with_host(&url.host_header(), &headers);
        notes.push(Note::HostFromUrl);
    }
    let request = captured_request(method, url.target().to_vec(), headers, Body::Bytes(body));
    Exchange { request: Some(request), url: Some(url), reply: None, notes }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What botocore's `generate_presigned_post` returned, with its signature truncated.
    const POLICY: &str = "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjlUMTI6MTM6MTBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYiJ9LCB7ImtleSI6ICJrIn1dfQ==";

    #[test]
    fn the_fields_of_a_form_make_its_upload() {
        for text in [
            format!(
                "{{'url': 'http://h:9000/b', 'fields': {{'AWSAccessKeyId': 'AKID', 'policy': '{POLICY}', 'signature': 'x='}}}}"
            ),
            format!(
                "presigned: {{\"url\":\"http://h:9000/b\",\"fields\":{{\"AWSAccessKeyId\":\"AKID\",\"policy\":\"{POLICY}\",\"signature\":\"x=\"}}}} done"
            ),
            format!(
                "<form action=\"http://h:9000/b\" method=\"post\">\n <input type=\"hidden\" name=\"AWSAccessKeyId\" value=\"AKID\"/>\n\
                 <input name='policy' value='{POLICY}'><input name=\"signature\" value=\"x&#61;\" /><input type=\"file\" name=\"file\">\n</form>"
            ),
            format!(
                "r = requests.post('http://h:9000/b', data={{'AWSAccessKeyId': 'AKID', 'policy': '{POLICY}', 'signature': 'x='}}, files={{'file': f}})"
            ),
        ] {
            let request = read(text.as_bytes()).and_then(|exchange| exchange.request).unwrap();
            assert_eq!((request.method(), request.target(), request.host()), ("POST", &b"/b"[..], Some("h:9000")));
            let Body::Bytes(body) = request.body else { panic!("{text}") };
            let body = String::from_utf8(body).unwrap();
            for (name, value) in [("AWSAccessKeyId", "AKID"), ("policy", POLICY), ("signature", "x="), ("key", "k")] {
                assert!(body.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}: {body}");
            }
            assert!(body.contains("name=\"file\"; filename=\"file\"\r\n\r\n\r\n--"), "{body}");
        }
        for text in ["{'url': 'http://h/', 'fields': {'key': 'k'}}", "{'fields': {'policy': 'x'}}", "fields: {", ""] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }

    /// The base64 texts come from coreutils' `base64 -w0`: of the URL, of `Action=x`, and of headers as text and as
    /// list.
    #[test]
    fn the_parts_of_a_vault_login_make_its_request() {
        const URL: &str = "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8=";
        const HEADERS: &str = "eyJBdXRob3JpemF0aW9uIjpbIkEiXSwiSG9zdCI6ImgifQ==";
        for text in [
            format!(
                "{{\n \"iam_http_request_method\": \"POST\",\n \"iam_request_url\": \"{URL}\", \"iam_request_body\": \"QWN0aW9uPXg=\", \"iam_request_headers\": \"{HEADERS}\"}}"
            ),
            format!(
                "$ vault write auth/aws/login role=r \\\n iam_http_request_method=POST \\\n iam_request_url={URL} \\\n iam_request_body=QWN0aW9uPXg= \\\n iam_request_headers={HEADERS}\n"
            ),
        ] {
            let request =
                read(text.as_bytes()).and_then(|exchange| exchange.request).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((request.method(), request.target(), request.host()), ("POST", &b"/"[..], Some("h")));
            assert_eq!(
                (request.headers.first_text("authorization"), request.body),
                (Some("A"), Body::Bytes(b"Action=x".to_vec()))
            );
        }
        assert!(read(b"iam_request_headers=@file iam_request_url=x").is_none());
        // The headers as JSON, and all fields as a form.
        for text in [
            format!(
                "{{\"iam_request_url\":\"{URL}\",\"iam_request_body\":\"QWN0aW9uPXg=\",\"iam_request_headers\":{{\"Authorization\":[\"A\"],\"Host\":\"h\"}},\"role\":\"r\"}}"
            ),
            format!(
                "POST /v1/auth/aws/login HTTP/1.1\nHost: v:8200\n\nrole=r&iam_request_body=QWN0aW9uPXg%3D&iam_request_headers={}&iam_request_url={}",
                HEADERS.replace('=', "%3D"),
                URL.replace('=', "%3D")
            ),
        ] {
            let request =
                read(text.as_bytes()).and_then(|exchange| exchange.request).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((request.headers.first_text("authorization"), request.host()), (Some("A"), Some("h")), "{text}");
            assert_eq!(request.body, Body::Bytes(b"Action=x".to_vec()), "{text}");
        }
    }

    /// The errors are those of Vault's `validateVaultHeaderValue` and of its command line, which prints them.
    #[test]
    fn the_server_id_that_vault_expects_is_compared_with_that_of_the_login() {
        let login = |id: &str| {
            format!(
                "{{\"iam_request_url\":\"aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8=\",\"iam_request_headers\":{{\"Host\":\"h\"{id}}}}}"
            )
        };
        let with_id = |id: &str| login(&format!(",\"X-Vault-AWS-IAM-Server-ID\":[\"{id}\"]"));
        let error = "URL: PUT https://v/v1/auth/aws/login\nCode: 400. Errors:\n\n* error validating X-Vault-AWS-IAM-Server-ID header: ";
        let note = |presented: &str, expected: &str| {
            vec![Note::Audience { header: SERVER_ID, presented: presented.to_owned(), expected: expected.to_owned() }]
        };
        let other = "expected \"vault.prod\" but got \"vault\"";
        for (text, expected) in [
            (format!("{error}{other}\n{}", with_id("vault")), note("vault", "vault.prod")),
            (
                format!(
                    "{}\n{{\"errors\":[\"error validating X-Vault-AWS-IAM-Server-ID header: {}\"]}}",
                    with_id("vault"),
                    other.replace('"', "\\\"")
                ),
                note("vault", "vault.prod"),
            ),
            (format!("{error}missing header \"X-Vault-AWS-IAM-Server-ID\"\n{}", login("")), note("", "")),
            (format!("{error}{other}\n{}", with_id("vault.prod")), vec![]),
            (format!("{error}vault header wasn't signed\n{}", with_id("vault")), vec![]),
            (with_id("vault"), vec![]),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_or_else(|| panic!("{text}")).notes, expected, "{text}");
        }
    }
}
