//! Requests and replies as attributes of OpenTelemetry's conventions, which Terraform and programs built on its SDK
//! log: `http.method=PUT http.url=https://… http.request.header.x_amz_date=…`, as words or as JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::python;
use crate::formats::reply::Reply;
use sigvet_core::request::Headers;

/// The content of one line.
#[derive(Debug)]
pub(super) enum LogEntry {
    Request { method: String, url: String, headers: Vec<(String, Vec<u8>)>, body: Option<Vec<u8>> },
    Reply(Box<Reply>),
}

/// The request or reply of an entry: its line, and the lines `  | …` below it, which hold a multi-line value.
pub(super) fn read(line: &str, below: &[u8]) -> Option<LogEntry> {
    if !["http.", "url.full"].iter().any(|key| line.contains(key)) {
        return None;
    }
    let below = String::from_utf8_lossy(below);
    let line = &entry(line, &below);
    if !["http.url", "url.full", "http.status_code", "http.response.status_code"].iter().any(|key| line.contains(key)) {
        return None;
    }
    let pairs = of_json(line).unwrap_or_else(|| of_words(line, &below));
    let first = |names: [&str; 2]| names.iter().find_map(|name| pairs.get(*name)).cloned();
    let text = |names| first(names).map(|value| String::from_utf8_lossy(&value).into_owned());
    if let Some(status) = text(["http.status_code", "http.response.status_code"]) {
        let mut headers = Headers::default();
        for (name, value) in fields(&pairs, "http.response.header.") {
            // A pair that cannot be a header says nothing about the reply.
            let _ = headers.push(&name, value);
        }
        let body = first(["http.response.body", "http.response.body.content"]).unwrap_or_default();
        return Some(LogEntry::Reply(Box::new(Reply::parse(status.parse().ok(), &headers, &body))));
    }
    let (url, method) = (text(["http.url", "url.full"])?, text(["http.method", "http.request.method"])?);
    let mut headers = fields(&pairs, "http.request.header.");
    headers.extend(first(["http.user_agent", "user_agent.original"]).map(|agent| ("user-agent".to_owned(), agent)));
    let length = first(["http.request_content_length", "http.request.body.size"]);
    headers.extend(length.filter(|length| length != b"0" && length != b"-1").map(|n| ("content-length".to_owned(), n)));
    Some(LogEntry::Request { method, url, headers, body: first(["http.request.body", "http.request.body.content"]) })
}

/// The line, and those below it that continue a quoted value.
fn entry<'a>(line: &'a str, below: &str) -> Cow<'a, str> {
    let is_open = |text: &str| text.replace("\\\"", "").matches('"').count() % 2 == 1;
    if !is_open(line) {
        return line.into();
    }
    let mut entry = line.to_owned();
    for line in below.lines() {
        entry.push('\n');
        entry.push_str(line);
        let is_closing = line.replace("\\\"", "").contains('"');
        if is_closing && !is_open(&entry) {
            return entry.into();
        }
    }
    line.into()
}

/// Names have `_` instead of `-`.
fn fields(pairs: &BTreeMap<String, Vec<u8>>, prefix: &str) -> Vec<(String, Vec<u8>)> {
    let named = |(key, value): (&String, &Vec<u8>)| Some((key.strip_prefix(prefix)?.replace('_', "-"), value.clone()));
    pairs.iter().filter_map(named).collect()
}

fn of_json(line: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let start =
        line.find('{').filter(|start| line.get(start + 1..).unwrap_or_default().trim_start().starts_with('"'))?;
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(line.get(start..)?.trim_end()).ok()?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        // A header that occurs once is a list of one value.
        serde_json::Value::Array(mut values) if values.len() == 1 => match values.remove(0) {
            serde_json::Value::String(text) => text,
            value => value.to_string(),
        },
        value => value.to_string(),
    };
    Some(object.into_iter().map(|(key, value)| (key, text(value).into_bytes())).collect())
}

fn of_words(line: &str, below: &str) -> BTreeMap<String, Vec<u8>> {
    let mut pairs = BTreeMap::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('=') {
        let key = before.rsplit(' ').next().unwrap_or_default();
        let (value, behind) = if behind.starts_with('"') {
            python::string_alone(behind).unwrap_or((behind.as_bytes().to_vec(), ""))
        } else {
            let end = behind.find(' ').unwrap_or(behind.len());
            (behind.get(..end).unwrap_or_default().trim_end().into(), behind.get(end..).unwrap_or_default())
        };
        if key.contains('.') {
            pairs.insert(key.to_owned(), value);
        }
        rest = behind;
    }
    pairs.extend(below_lines(below));
    pairs
}

/// `  http.request.body=` and its lines, each after `  | `.
fn below_lines(below: &str) -> Vec<(String, Vec<u8>)> {
    let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
    for line in below.lines() {
        match (line.trim_start().strip_prefix("| "), pairs.last_mut()) {
            (Some(text), Some((_, value))) if value.is_empty() => value.extend_from_slice(text.as_bytes()),
            (Some(text), Some((_, value))) => value.extend([b"\n", text.as_bytes()].concat()),
            _ => match line.trim().strip_suffix('=') {
                Some(key) if line.starts_with(' ') => pairs.push((key.to_owned(), Vec::new())),
                _ => break,
            },
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "2025-11-25T04:28:57.057+0700 [DEBUG] backend-s3: HTTP Request Sent: aws.region=main \
        rpc.method=PutObject http.request.header.x_amz_date=20251125T042857Z \
        http.request.header.amz_sdk_request=\"attempt=1; max=5\" http.method=PUT http.request_content_length=2 \
        http.url=https://s3.example.org/boe?a=b&c=d http.user_agent=\"APN/1.0 X\"";

    fn request(line: &str, below: &str) -> (String, String, Vec<String>, Option<Vec<u8>>) {
        let Some(LogEntry::Request { method, url, headers, body }) = read(line, below.as_bytes()) else {
            panic!("{line}")
        };
        let shown = |(name, value): (String, Vec<u8>)| format!("{name}: {}", String::from_utf8_lossy(&value));
        (method, url, headers.into_iter().map(shown).collect(), body)
    }

    #[test]
    fn words_and_json_give_the_same_request() {
        let (method, url, headers, body) = request(SENT, "");
        assert_eq!((method.as_str(), url.as_str(), body), ("PUT", "https://s3.example.org/boe?a=b&c=d", None));
        let expected = [
            "amz-sdk-request: attempt=1; max=5",
            "x-amz-date: 20251125T042857Z",
            "user-agent: APN/1.0 X",
            "content-length: 2",
        ];
        assert_eq!(headers, expected);
        let json = r#"{"@level":"debug","@message":"HTTP Request Sent","http.request.method":"PUT","url.full":"https://s3.example.org/boe?a=b&c=d","http.request.header.amz-sdk-request":["attempt=1; max=5"],"http.request.header.x_amz_date":"20251125T042857Z","http.user_agent":"APN/1.0 X","http.request.body.size":2}"#;
        assert_eq!(request(json, ""), (method, url, headers, None));
    }

    #[test]
    fn a_body_may_be_on_the_line_or_below() {
        let quoted = format!("{SENT} http.request.body=\"a\\n\\\"b\\\"\"");
        assert_eq!(request(&quoted, "").3.as_deref(), Some(&b"a\n\"b\""[..]));
        let below = "  http.request.body=\n  | a\n  | \"b\"\n2025-11-25 [DEBUG] next\n  | c\n";
        assert_eq!(request(SENT, below).3.as_deref(), Some(&b"a\n\"b\""[..]));
    }

    #[test]
    fn a_response_entry_is_a_reply() {
        let line = "[DEBUG] HTTP Response Received: http.status_code=403 http.response.header.cf_ray=9a3e \
            http.response.body=\"<Error><Code>SignatureDoesNotMatch</Code></Error>\"";
        let Some(LogEntry::Reply(reply)) = read(line, b"") else { panic!() };
        assert_eq!((reply.status, reply.code.as_deref()), (Some(403), Some("SignatureDoesNotMatch")));
        assert!(read("http.method=GET", b"").is_none());
    }
}
