//! A request that a program printed as an object: servers' JSON logs, JavaScript's `console.log`, Python's `repr`; and
//! the text that .NET makes from a request.

use ::base64::alphabet::STANDARD;

use crate::formats::base64;
use crate::formats::note::Note;
use crate::formats::parse_url;
use crate::formats::recorded::{SignedNames, is_body_absent};
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::{Body, Headers, RequestUrl};

use super::configured;
use super::exchange::{Exchange, is_signed, uncaptured_body, valid_headers, with_host};
use super::har::{PostedData, posted_body};
use super::literal::{self, Literal};

/// No log of one request is longer.
pub(super) const LONGEST: usize = 256 * 1024;
/// Maximum number of braces that begin no object: each may be read to the end of the text.
const MOST_BROKEN: usize = 64;

/// The signed requests in a text.
pub(super) fn read(text: &[u8]) -> Vec<Exchange> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    let mut found = Vec::new();
    let (mut end, mut broken) = (0, 0);
    for (at, _) in text.match_indices('{') {
        if at < end || broken == MOST_BROKEN {
            continue;
        }
        match literal::read_with_length(text.get(at..).unwrap_or_default()) {
            Some((object, length)) => {
                add_requests(&object, &mut found);
                end = at + length;
            }
            None => broken += 1,
        }
    }
    found.extend(of_dotnet(&text));
    found.retain(|exchange| exchange.request.as_ref().is_some_and(is_signed));
    found
}

/// Adds the request that an object is, or otherwise those in it.
fn add_requests(literal: &Literal, found: &mut Vec<Exchange>) {
    let is_signed = |exchange: &Exchange| exchange.request.as_ref().is_some_and(is_signed);
    match literal {
        Literal::Object(fields) => match of_object(literal).filter(is_signed) {
            Some(exchange) => found.push(exchange),
            None => fields.iter().for_each(|(_, value)| add_requests(value, found)),
        },
        Literal::List(values) => values.iter().for_each(|value| add_requests(value, found)),
        _ => {}
    }
}

fn of_object(object: &Literal) -> Option<Exchange> {
    let text = |names: &[&str]| object.get(names).and_then(Literal::text);
    let method = text(&["method", "httpMethod", "verb"]);
    let fields = object.get(&["headers", "header"]).map(headers).unwrap_or_default();
    // Without a method, they may be the headers of a response.
    let is_of_request =
        |(name, _): &(&str, &str)| ["host", ":authority", "authorization"].contains(&&*name.to_ascii_lowercase());
    let is_request = method.is_some() || fields.iter().any(is_of_request);
    let method = method.unwrap_or("GET");
    const LOCATIONS: [&str; 6] = ["url", "uri", "reqURI", "requestURI", "requestUri", "path"];
    let location = LOCATIONS.iter().find_map(|name| text(&[name])).filter(|_| is_request)?;
    let method = configured::method(object, method, location);
    let mut target = configured::location(object, location);
    if let Some(query) = object.get(&["query", "queryString"]).filter(|_| !location.contains('?')) {
        target.push_str(&query_of(query));
    }
    let signed = SignedNames::of(target.as_bytes(), fields.iter().copied());
    let is_sent = |(name, value): &(&str, &str)| !name.starts_with(':') && !signed.is_absent(name, value);
    let authority = fields.iter().find(|(name, _)| *name == ":authority").map(|(_, value)| *value);
    let (headers, mut notes) = valid_headers(fields.iter().copied().filter(is_sent));
    let host = text(&["hostname", "host"]);
    let body = body(object, &headers, &mut notes);
    let printed = Printed::new(&method, &target, headers, notes);
    let host = authority.or(host.filter(|_| printed.url.is_none())).map(str::to_owned);
    Printed { host, body, ..printed }.into_exchange()
}

/// The body, if the object has one.
fn body(object: &Literal, headers: &Headers, notes: &mut Vec<Note>) -> Option<Body> {
    let text = |names: &[&str]| object.get(names).and_then(Literal::text);
    let is_there = |body: &&str| !body.is_empty() && !is_body_absent(body, headers);
    if let Some(body) = text(&["body", "data"]).filter(is_there) {
        return Some(Body::Bytes(body.as_bytes().to_vec()));
    }
    if let Some(bytes) = text(&["body_base64"]).and_then(|body| base64::decode(body, &STANDARD)) {
        return Some(Body::Bytes(bytes));
    }
    // As in HAR.
    let posted = object.get(&["postData"]).filter(|posted| matches!(posted, Literal::Object(_)))?;
    let text = |name: &str| posted.get(&[name]).and_then(Literal::text);
    let pairs = posted.get(&["params"]).map(self::headers).unwrap_or_default();
    let posted = PostedData::new(text("text"), text("encoding"), &pairs);
    Some(posted_body(Some(&posted), None, headers, notes))
}

/// Fields by their names, or a list: of objects with a name and a value, as in HAR, of pairs, or of names and values in
/// turn, as in Node's `rawHeaders`.
pub(super) fn headers(value: &Literal) -> Vec<(&str, &str)> {
    match value {
        Literal::Object(fields) => fields.iter().flat_map(|(name, value)| each(Some(name), value)).collect(),
        Literal::List(items) if items.iter().all(|item| !matches!(item, Literal::Object(_) | Literal::List(_))) => {
            items.chunks_exact(2).flat_map(|pair| each(pair[0].text(), &pair[1])).collect()
        }
        Literal::List(items) => items
            .iter()
            .flat_map(|item| match item {
                Literal::List(pair) if pair.len() == 2 => each(pair[0].text(), &pair[1]),
                item => {
                    let name = item.get(&["name", "key"]).and_then(Literal::text);
                    item.get(&["value"]).map(|value| each(name, value)).unwrap_or_default()
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A name with each of its values.
fn each<'l>(name: Option<&'l str>, value: &'l Literal) -> Vec<(&'l str, &'l str)> {
    name.into_iter().flat_map(|name| value.texts().into_iter().map(move |text| (name, text))).collect()
}

/// The query for an object of parameters, encoded as SDKs do.
fn query_of(query: &Literal) -> String {
    let mut text = Vec::new();
    if let Literal::Object(parameters) = query {
        for (name, value) in parameters {
            for value in value.texts() {
                text.push(if text.is_empty() { b'?' } else { b'&' });
                encode(name.as_bytes(), Slash::Encode, &mut text);
                text.push(b'=');
                encode(value.as_bytes(), Slash::Encode, &mut text);
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// .NET: `Method: GET, RequestUri: 'https://…', Version: 1.1, Content: <null>, Headers:` and the headers in braces.
fn of_dotnet(text: &str) -> Option<Exchange> {
    let (_, rest) = text.split_once("Method: ")?;
    let (method, rest) = rest.split_once(", RequestUri: '")?;
    let (url, rest) = rest.split_once('\'')?;
    let (_, rest) = rest.split_once("Headers:")?;
    let lines =
        rest.lines().map(|line| line.trim_matches([' ', '\t', '{', '}', '\u{2502}'])).take_while(|line| *line != "}");
    let (headers, notes) =
        valid_headers(lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())));
    Printed::new(method, url, headers, notes).into_exchange()
}

/// The parts of a request, as a program prints them.
pub(super) struct Printed {
    pub(super) method: String,
    pub(super) url: Option<RequestUrl>,
    /// In origin form.
    pub(super) target: Vec<u8>,
    /// Its host, if it differs from the URL's.
    pub(super) host: Option<String>,
    pub(super) headers: Headers,
    /// Its body, if it is printed.
    pub(super) body: Option<Body>,
    pub(super) notes: Vec<Note>,
}

impl Printed {
    /// The parts; `location` is the URL, or only the target.
    pub(super) fn new(method: &str, location: &str, headers: Headers, notes: Vec<Note>) -> Self {
        let url = parse_url(location).ok();
        let target = url.as_ref().map_or_else(|| location.as_bytes().to_vec(), |url| url.target().to_vec());
        Self { method: method.to_owned(), url, target, host: None, headers, body: None, notes }
    }

    /// The request, with the host of its URL if no header shows one; none if the parts do not make a request.
    pub(super) fn into_exchange(self) -> Option<Exchange> {
        let Self { method, url, target, host, mut headers, body, mut notes } = self;
        let host = host.or_else(|| url.as_ref().map(RequestUrl::host_header));
        if let Some(host) = host.filter(|_| !headers.contains("host")) {
            headers = with_host(&host, &headers);
            notes.push(Note::HostFromUrl);
        }
        if !is_token(&method) || !target.starts_with(b"/") {
            return None;
        }
        let body = body.unwrap_or_else(|| match uncaptured_body(&headers, &mut notes) {
            // The printed form of a request with a body may omit the body.
            Body::Bytes(_) if !["GET", "HEAD", "DELETE"].contains(&method.as_str()) => {
                notes.push(Note::BodyNotCaptured);
                Body::Unknown
            }
            body => body,
        });
        let request = captured_request(method, target, headers, body);
        let url = url.map(|url| url.for_request(&request));
        Some(Exchange { request: Some(request), url, reply: None, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws4_request, SignedHeaders=host, Signature=1";

    #[test]
    fn a_printed_request_is_read_back() {
        for text in [
            format!(
                "[ERROR] {{\"method\": \"GET\", \"reqURI\": \"/k?a=b%2F\", \"header\": {{\"Host\": [\"h\"], \"Authorization\": [\"{SIGNED}\"]}}}} cause"
            ),
            format!(
                "HttpRequest {{\n  method: 'GET',\n  hostname: 'h',\n  query: {{ a: 'b/' }},\n  headers: {{ authorization: '{SIGNED}' }},\n  body: undefined,\n  path: '/k' }}"
            ),
            format!(
                "Method: GET, RequestUri: 'https://h/k?a=b%2F', Version: 1.1, Headers:\n{{\n  Authorization: {SIGNED}\n}}"
            ),
        ] {
            let found = read(text.as_bytes());
            let request = found.first().and_then(|exchange| exchange.request.as_ref()).unwrap();
            assert_eq!(
                (request.method(), request.target(), request.host()),
                ("GET", &b"/k?a=b%2F"[..], Some("h")),
                "{text}"
            );
            assert_eq!(request.headers.first_text("authorization"), Some(SIGNED));
        }
    }

    /// The forms of headers and bodies of `verify --batch --jsonl`, with what a log writes for headers that were not sent.
    #[test]
    fn a_record_of_a_log_is_read() {
        let authorization = SIGNED.replace("=host,", "=host;x-amz-meta-e,");
        for headers in [
            format!(
                r#"{{"Host":"h","Authorization":"{authorization}","x-amz-acl":"","x-amz-date":"-","x-amz-meta-e":"","a":null}}"#
            ),
            format!(
                r#"[["Host","h"],["Authorization",["{authorization}"]],["x-amz-acl",""],["x-amz-meta-e",""],["a",null]]"#
            ),
            format!(r#"["Host","h","Authorization","{authorization}","x-amz-acl","","x-amz-meta-e","","a",null]"#),
            format!(
                r#"[{{"name":":authority","value":"h"}},{{"name":"authorization","value":"{authorization}"}},{{"name":"x-amz-meta-e","value":""}}]"#
            ),
        ] {
            for (body, expected) in [
                (r#""body":"hé""#, "hé"),
                (r#""body_base64":"aMOp""#, "hé"),
                (r#""postData":{"mimeType":"text/plain","text":"hé"}"#, "hé"),
                (r#""postData":{"params":[{"name":"a","value":"1"},{"name":"b","value":"2"}]}"#, "a=1&b=2"),
            ] {
                let text = format!(r#"{{"method":"PUT","url":"/k","headers":{headers},{body}}}"#);
                let found = read(text.as_bytes());
                let request = found.first().and_then(|exchange| exchange.request.as_ref()).unwrap();
                assert_eq!(request.host(), Some("h"), "{text}");
                assert_eq!(request.body, Body::Bytes(expected.as_bytes().to_vec()), "{text}");
                assert_eq!(request.headers.first_text("authorization"), Some(authorization.as_str()));
                assert_eq!(request.headers.first_text("x-amz-meta-e"), Some(""), "{text}");
                assert_eq!(request.headers.len(), 3, "{text}");
            }
        }
    }

    /// What `console.log(error)` prints for an error of axios 1.x in Node.js, shortened.
    #[test]
    fn an_error_of_axios_gives_the_request_that_was_sent() {
        let text = format!(
            "AxiosError: Request failed with status code 403\n    at settle (file:///a/settle.js:19:12) {{\n  isAxiosError: true,\n  config: [Object: null prototype] {{\n    transitional: {{ silentJSONParsing: true }},\n    adapter: [ 'xhr', 'http', 'fetch' ],\n    transformRequest: [ [Function: transformRequest] ],\n    env: {{ FormData: [Function: FormData] {{ LINE_BREAK: '\\r\\n' }}, Blob: [class Blob] }},\n    headers: Object [AxiosHeaders] {{\n      Host: 'h',\n      'Content-Length': '7',\n      Authorization: '{SIGNED}'\n    }},\n    baseURL: 'https://h',\n    params: {{ a: 'b/' }},\n    method: 'post',\n    url: '/k',\n    data: '{{\"a\":1}}'\n  }},\n  request: <ref *1> ClientRequest {{\n    _events: [Object: null prototype] {{}},\n    path: '/k',\n    socket: Socket {{ [Symbol(id)]: -1, _httpMessage: [Circular *1] }}\n  }}\n}}"
        );
        let found = read(text.as_bytes());
        let request = found.first().and_then(|exchange| exchange.request.as_ref()).unwrap();
        assert_eq!((request.method(), request.target()), ("POST", &b"/k?a=b%2F"[..]));
        assert_eq!(request.body, Body::Bytes(b"{\"a\":1}".to_vec()));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn an_unsigned_object_is_ignored() {
        assert!(read(b"{ method: 'GET', path: '/', headers: { host: 'h' } }").is_empty());
    }
}
