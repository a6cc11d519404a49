//! A request that a program printed as an object: servers' JSON logs, JavaScript's `console.log`, Python's `repr`; and
//! the text that .NET makes from a request.

use crate::formats::note::Note;
use crate::formats::parse_url;
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::{Body, Headers, Request, RequestUrl};

use super::exchange::{Exchange, is_signed, uncaptured_body, valid_headers, with_host};
use super::literal::{self, Literal};

/// No log of one request is longer.
const LONGEST: usize = 256 * 1024;
/// No line of a log has more objects before the request.
const MOST_OBJECTS: usize = 64;

/// The signed requests in a text.
pub(super) fn read(text: &[u8]) -> Vec<Exchange> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    let starts = text.match_indices('{').map(|(at, _)| at).take(MOST_OBJECTS);
    let objects = starts.filter_map(|at| literal::read(text.get(at..).unwrap_or_default()));
    let mut found: Vec<Exchange> = objects.filter_map(|object| of_object(&object)).collect();
    if text.contains("axios") {
        // The client sends the usual methods in uppercase, however they are written.
        found.iter_mut().filter_map(|exchange| exchange.request.as_mut()).for_each(put_method_in_upper_case);
    }
    found.extend(of_dotnet(&text));
    found.retain(|exchange| exchange.request.as_ref().is_some_and(is_signed));
    found
}

fn put_method_in_upper_case(request: &mut Request) {
    let method = request.method().to_ascii_uppercase();
    *request = captured_request(method, request.target(), request.headers.clone(), request.body.clone());
}

fn of_object(object: &Literal) -> Option<Exchange> {
    let text = |names: &[&str]| object.get(names).and_then(Literal::text);
    let method = text(&["method", "httpMethod", "verb"])?;
    let (headers, notes) = valid_headers(headers(object.get(&["headers", "header"])?));
    const LOCATIONS: [&str; 6] = ["url", "uri", "reqURI", "requestURI", "requestUri", "path"];
    let location = LOCATIONS.iter().find_map(|name| text(&[name]))?;
    let mut target = location.to_owned();
    if let Some(query) = object.get(&["query", "queryString"]).filter(|_| !location.contains('?')) {
        target.push_str(&query_of(query));
    }
    let host = text(&["hostname", "host"]).map(str::to_owned);
    let body = text(&["body", "data"]).filter(|body| !body.is_empty());
    let body = body.map(|body| Body::Bytes(body.as_bytes().to_vec()));
    let printed = Printed::new(method, &target, headers, notes);
    let host = host.filter(|_| printed.url.is_none());
    Printed { host, body, ..printed }.into_exchange()
}

/// Fields by their names, or a list of objects with a name and a value, as in HAR.
pub(super) fn headers(value: &Literal) -> Vec<(&str, &str)> {
    match value {
        Literal::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| value.texts().into_iter().map(|text| (name.as_str(), text)))
            .collect(),
        Literal::List(items) => items
            .iter()
            .filter_map(|item| item.get(&["name", "key"])?.text().zip(item.get(&["value"])?.text()))
            .collect(),
        _ => Vec::new(),
    }
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

    #[test]
    fn an_unsigned_object_is_ignored() {
        assert!(read(b"{ method: 'GET', path: '/', headers: { host: 'h' } }").is_empty());
    }
}
