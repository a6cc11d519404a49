//! The text around a request: the method on its line, and the server's refusal in words, XML or JSON. Programs print
//! both on one line, and people describe what happened.
//!
//! This module does not know the request's format: whatever reads as a reply is one, wherever it is.

use super::LONGEST_REPORT;
use super::words;
use crate::formats::reply::Reply;
use sigvet_core::internal::METHODS;
use sigvet_core::request::Headers;

/// Statuses with the phrases that clients write after them (RFC 9110 §15).
const STATUSES: [(u16, &str); 12] = [
    (301, "Moved Permanently"),
    (307, "Temporary Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (503, "Service Unavailable"),
];
/// What programs write before a status without its phrase.
const STATUS_MARKS: [&str; 9] = [
    "status code ",
    "status code: ",
    "Status Code: ",
    "statusCode: ",
    "StatusCode: ",
    "returned error: ",
    "status: ",
    "STATUS: ",
    "HTTP Error ",
];
/// How the XML of an error begins, raw or as shown on a page, and how it ends.
const ELEMENTS: [(&str, &str); 4] = [
    ("<ErrorResponse", "</ErrorResponse>"),
    ("<Error>", "</Error>"),
    ("&lt;ErrorResponse", "&lt;/ErrorResponse&gt;"),
    ("&lt;Error&gt;", "&lt;/Error&gt;"),
];
/// What is around a server's texts, raw or escaped.
pub(super) const MARKS_OF_TEXTS: [&str; 5] = [
    "String-to-Sign should have been",
    "<StringToSign>",
    "&lt;StringToSign&gt;",
    "\\u003cStringToSign",
    "StringToSign: ",
];
/// No report of one refusal has more lines.
const MOST_LINES: usize = 2000;

/// The method on a line before its URL: `PUT https://…`, `Put "https://…"`, `requests.put("https://…"`.
pub(super) fn method_before(before: &str) -> Option<&'static str> {
    const CALLERS: [&str; 8] = ["requests", "axios", "httpx", "session", "client", "http", "urllib3", "ky"];
    // Firefox puts the method on a separate line.
    let plain = before.trim_end_matches(['"', '\'', '`', '<', ' ', '\r', '\n']);
    let is_call = plain.ends_with('(');
    let plain = plain.trim_end_matches('(');
    let word = plain.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let method =
        METHODS.into_iter().find(|method| word.eq_ignore_ascii_case(method) || word == format!("XHR{method}"))?;
    let rest = plain.strip_suffix(word).unwrap_or_default();
    let is_known = match is_call {
        true => rest.strip_suffix('.').is_some_and(|rest| CALLERS.iter().any(|caller| rest.ends_with(caller))),
        // A verb in a sentence is in lowercase.
        false => !word.starts_with(|c: char| c.is_ascii_lowercase()) && before.len() > plain.len(),
    };
    is_known.then_some(method)
}

/// The refusal in a text that also contains a request. Bare statuses count only there: alone they say nothing about a
/// signature.
pub(super) fn reply(text: &str) -> Option<Reply> {
    let end = (0..=text.len().min(LONGEST_REPORT)).rev().find(|end| text.is_char_boundary(*end));
    let text = text.get(..end.unwrap_or_default()).unwrap_or_default();
    let plain = without_urls(text);
    let status = status(&plain);
    let said = element(&plain).or_else(|| words::printed(&plain)).or_else(|| words::refusal_in_json(&plain));
    let said = said.or_else(|| of_error(&plain)).or_else(|| sentence(&plain));
    match (said, status) {
        (Some(said), status) => Some(Reply { status: said.status.or(status.map(|(status, _)| status)), ..said }),
        (None, Some((status, at))) => Some(parsed(Some(status), object_behind(&plain, at).unwrap_or_default())),
        (None, None) => None,
    }
}

fn parsed(status: Option<u16>, text: &str) -> Reply {
    Reply::parse(status, &Headers::default(), text.as_bytes())
}

/// The text without its URLs: a parameter is not a server's message.
fn without_urls(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, url) = rest.split_at(at);
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '[' | ')');
        plain.push_str(before);
        let end = url.find(is_end).unwrap_or(url.len());
        // The status follows a colon, which ends the URL.
        let has_colon = url.get(..end).is_some_and(|url| url.ends_with(':'));
        plain.push_str(if has_colon { ":" } else { "" });
        rest = url.get(end..).unwrap_or_default();
    }
    plain + rest
}

/// The XML of an error.
fn element(text: &str) -> Option<Reply> {
    let (start, end) = ELEMENTS.iter().find_map(|(start, end)| Some((text.find(start)?, *end)))?;
    let behind = text.get(start..)?;
    let whole = behind.find(end).map_or(behind, |at| behind.get(..at + end.len()).unwrap_or_default());
    Some(parsed(None, whole)).filter(|reply| reply.code.is_some())
}

/// An error object of JavaScript with what the server computed in its properties.
fn of_error(text: &str) -> Option<Reply> {
    const PROPERTIES: [&str; 4] = ["CanonicalRequest: ", "StringToSign: ", "canonicalrequest: ", "stringtosign: "];
    let is_one = PROPERTIES.iter().any(|name| text.contains(name));
    is_one.then(|| words::exception(text.as_bytes())).flatten().filter(|reply| reply.string_to_sign.is_some())
}

/// The first line that sounds like a server's message about a signature, or otherwise the first with a status alone.
fn sentence(text: &str) -> Option<Reply> {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(MOST_LINES);
    let mut first = None;
    for line in lines {
        let reply = parsed(None, &without_phrases(&words::message_of(line)));
        if reply.is_of_known_kind() {
            if reply.code.is_some() || reply.status.is_none() {
                return Some(reply);
            }
            first.get_or_insert(reply);
        }
    }
    first
}

/// A line without status phrases, which look like codes.
fn without_phrases(line: &str) -> String {
    STATUSES.iter().fold(line.to_owned(), |line, (status, phrase)| line.replace(&format!("{status} ({phrase})"), ""))
}

/// The first status of a refusal, and where it ends.
fn status(text: &str) -> Option<(u16, usize)> {
    let with_phrase = |(status, phrase): &(u16, &str)| {
        let digits = status.to_string();
        text.match_indices(&digits).find_map(|(at, digits)| {
            let end = at + digits.len();
            let is_start = !text.get(..at)?.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-'));
            let behind = text.get(end..)?.trim_start_matches([' ', '(', ':', '"', '-']);
            let client_error = behind.strip_prefix("Client Error: ").unwrap_or(behind);
            (is_start && client_error.starts_with(phrase)).then_some((*status, end))
        })
    };
    let marked = |mark: &&str| {
        let at = text.find(*mark)? + mark.len();
        let status: u16 = text.get(at..at + 3)?.parse().ok()?;
        let is_end = !text.get(at + 3..)?.starts_with(|c: char| c.is_ascii_digit());
        (is_end && (300..600).contains(&status)).then_some((status, at + 3))
    };
    STATUSES.iter().find_map(with_phrase).or_else(|| STATUS_MARKS.iter().find_map(marked))
}

/// The JSON after a status, with which gateways answer: `{"message":"Forbidden"}`.
fn object_behind(text: &str, at: usize) -> Option<&str> {
    let behind = text.get(at..)?;
    let start = behind.find("{\"message\"").or_else(|| behind.find("{\"Message\""))?;
    let object = behind.get(start..)?;
    object.find('}').and_then(|end| object.get(..=end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_before_a_url_is_distinguished_from_other_words() {
        for (before, expected) in [
            ("PUT ", Some("PUT")),
            ("main.js:12 PUT ", Some("PUT")),
            ("XHRPUT", None),
            ("XHRPUT ", Some("PUT")),
            ("x\nXHRPUT\n", Some("PUT")),
            ("Put \"", Some("PUT")),
            ("requests.put('", Some("PUT")),
            ("await axios.post(`", Some("POST")),
            ("please get ", None),
            ("cache.put('", None),
            ("INPUT ", None),
            ("", None),
        ] {
            assert_eq!(method_before(before), expected, "{before}");
        }
    }

    #[test]
    fn a_refusal_is_found_anywhere_in_the_text() {
        const URL: &str = "https://h.example/k?response-content-type=x-amz-checksum-&X-Amz-Signature=0a";
        for (text, status, code, message) in [
            (format!("PUT {URL} 403 (Forbidden)\nup @ main.js:1"), Some(403), "", ""),
            (format!("Http failure response for {URL}: 403 Forbidden"), Some(403), "", ""),
            (format!("403 Client Error: Forbidden for url: {URL}"), Some(403), "", ""),
            (format!("XHRPUT\n{URL}\n[HTTP/1.1 403 Forbidden 120ms]"), Some(403), "", ""),
            (format!("{URL}\nRequest failed with status code 403"), Some(403), "", ""),
            (format!("{URL} gives 403 Forbidden {{\"message\":\"Forbidden\"}}"), Some(403), "", "Forbidden"),
            (
                format!(
                    "iwr '{URL}'\niwr : <?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>No</Message></Error>\nAt line:1"
                ),
                None,
                "AccessDenied",
                "No",
            ),
            (
                format!("{URL}\nsays &lt;Error&gt;&lt;Code&gt;AccessDenied&lt;/Code&gt;&lt;/Error&gt;"),
                None,
                "AccessDenied",
                "",
            ),
            (
                format!(
                    "{{\"url\":\"{URL}\"}}\n{{\"level\":\"error\",\"msg\":\"SignatureDoesNotMatch: No\\n\\tstatus code: 403, host id: x\",\"source\":\"a.go:2\"}}"
                ),
                Some(403),
                "SignatureDoesNotMatch",
                "No",
            ),
            (
                format!("{URL}\n\nSignatureDoesNotMatch: The request signature we calculated does not match"),
                None,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match",
            ),
        ] {
            let found = reply(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.status, status, "{text}");
            assert_eq!(found.code.unwrap_or_default(), code, "{text}");
            assert_eq!(found.message.unwrap_or_default(), message, "{text}");
        }
        for text in
            [URL.to_owned(), format!("{URL} has 403 words"), "the port 4030 Forbidden".to_owned(), String::new()]
        {
            assert_eq!(reply(&text), None, "{text}");
        }
    }
}
