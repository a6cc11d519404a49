//! Requests and replies inside a log: as Python prints them, as HTTP messages after a prefix, as lines of a wire log,
//! as the XML of an error.

use crate::formats::note::Note;
use crate::formats::parse_url;
use crate::formats::reply::Reply;
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::internal::raw_http::Lines;
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::{Body, Headers, Request, RequestUrl};

use super::attributes::{self, LogEntry};
use super::event::{Event, find};
use super::python;
use super::wire;
use crate::formats::capture::exchange::{Exchange, valid_headers, with_host};
use crate::formats::capture::http;
use crate::formats::capture::response::status_of;
use crate::formats::capture::words;

/// All events, in order.
pub(super) fn events(text: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut status = None;
    let mut headers = Headers::default();
    let mut http_ends = 0;
    let mut origin = None;
    let mut signing = Signing::default();
    let mut lines = Lines::of(text);
    loop {
        let at = text.len() - lines.rest().len();
        let Some(line) = lines.next() else { break };
        let shown = String::from_utf8_lossy(line.text);
        origin = connection_of_s3cmd(&shown).or(origin);
        signing.take(&shown, &lines);
        let mut push = |exchange| events.push(Event { line: line.number, exchange });
        if let Some(exchange) = prepared_request(&shown)
            .map(|exchange| with_body(exchange, signing.body.take()))
            .or_else(|| sent_by_s3cmd(&shown, origin.as_deref()))
            .or_else(|| signing.uploaded_by_s3cmd(&shown, &lines, origin.as_deref()))
            .or_else(|| told_by_attributes(&shown, lines.rest()))
        {
            push(exchange);
        } else if let Some(found) = status_of_access(&shown) {
            status = Some(found);
        } else if let Some((_, dictionary)) = shown.split_once("Response headers: ") {
            headers = valid_headers(python::dictionary(dictionary).unwrap_or_default()).0;
        } else if let Some((_, behind)) = shown.split_once("Response body:") {
            let below = lines.clone().next().map(|line| String::from_utf8_lossy(line.text)).unwrap_or_default();
            let literal = if behind.trim().is_empty() { below.trim_start() } else { behind.trim_start() };
            if let Some((body, _)) = python::string(literal).filter(|(body, _)| !body.is_empty()) {
                let reply = Some(Reply::parse(status.take(), &std::mem::take(&mut headers), &body));
                push(Exchange { reply, ..Exchange::default() });
            }
        } else if let Some(reply) = s3cmd_reply(&shown, lines.rest()) {
            push(Exchange { reply: Some(reply), ..Exchange::default() });
        } else if let Some(start) = message_in(line.text).filter(|_| at >= http_ends) {
            let message = text.get(at + start..).unwrap_or_default();
            let message = message.get(..message_end(message)).unwrap_or_default();
            http_ends = at + start + message.len();
            for exchange in http::read(message).unwrap_or_default() {
                push(exchange);
            }
        } else if let Some(start) = error_in(line.text).filter(|_| at >= http_ends) {
            let body = text.get(at + start..).unwrap_or_default();
            let body = body.get(..body.len().min(LONGEST)).unwrap_or_default();
            let end = [&b"</ErrorResponse>"[..], b"</Error>"]
                .iter()
                .filter_map(|end| find(body, end).map(|at| at + end.len()))
                .max();
            let reply = Reply::parse(
                status.take(),
                &Headers::default(),
                body.get(..end.unwrap_or(body.len())).unwrap_or_default(),
            );
            http_ends = at + start + end.unwrap_or(body.len());
            push(Exchange { reply: Some(reply), ..Exchange::default() });
        } else if find(line.text, b"signature we calculated does not match").is_some() && at >= http_ends {
            let behind = text.get(at..).unwrap_or_default();
            let body = behind.get(..LONGEST).unwrap_or(behind);
            let body = body.get(..message_block_end(body)).unwrap_or_default();
            let near = behind.get(..behind.len().min(1024)).unwrap_or_default();
            let message = behind.get(..behind.len().min(LONGEST_MESSAGE)).unwrap_or_default();
            let printed = || words::printed(&String::from_utf8_lossy(message));
            let printed = find(near, b"should have been").and_then(|_| printed());
            http_ends = at + body.len();
            let reply = printed.unwrap_or_else(|| Reply::parse(None, &Headers::default(), body));
            push(Exchange { reply: Some(reply), ..Exchange::default() });
        }
    }
    // The lines of a wire log have prefixes, which would become part of what is read line by line.
    let wire = wire::read(text);
    if wire.iter().any(|event| event.exchange.request.is_some()) { wire } else { events }
}

/// No literal or error in a log is longer.
const LONGEST: usize = 1024 * 1024;

/// No message that contains a canonical request is longer, and no headers are.
const LONGEST_MESSAGE: usize = 64 * 1024;

/// botocore: `<AWSPreparedRequest stream_output=False, method=PUT, url=https://…, headers={…}>`.
fn prepared_request(line: &str) -> Option<Exchange> {
    let (_, request) = line.split_once("<AWSPreparedRequest ")?;
    let (_, method) = request.split_once("method=")?;
    let (method, rest) = method.split_once(", url=")?;
    let (url, headers) = rest.split_once(", headers=")?;
    let url = parse_url(url).ok()?;
    exchange_of(method, url.target().to_vec(), python::dictionary(headers)?, Some(url))
}

/// s3cmd: `Sending request method_string='GET', uri='/', headers={…}, body=(0 bytes)`.
///
/// The host is on another line, because it belongs to the connection.
fn sent_by_s3cmd(line: &str, origin: Option<&str>) -> Option<Exchange> {
    let (_, request) = line.split_once("Sending request method_string=")?;
    let (method, rest) = python::string(request)?;
    let (target, rest) = python::string(rest.strip_prefix(", uri=")?)?;
    let headers = python::dictionary(rest.strip_prefix(", headers=")?)?;
    let url = origin.and_then(|origin| parse_url(&format!("{origin}{}", String::from_utf8_lossy(&target))).ok());
    exchange_of(&String::from_utf8(method).ok()?, target, headers, url)
}

/// What a log shows of a request before it shows that the request is sent.
#[derive(Default)]
struct Signing {
    /// The body, as botocore logs it: `'body': b'{}'`, or the fields of a form.
    body: Option<Vec<u8>>,
    method: Option<String>,
    /// The headers that s3cmd signed.
    headers: Option<Vec<(String, Vec<u8>)>>,
}

impl Signing {
    fn take(&mut self, line: &str, below: &Lines<'_>) {
        if line.contains("Making request for OperationModel(") {
            self.body = line.split_once(", 'body': ").and_then(|(_, body)| body_of_botocore(body));
        } else if line.trim_end().ends_with("Canonical Request:") {
            self.method = below.clone().next().map(|line| String::from_utf8_lossy(line.text).trim().to_owned());
        } else if let Some((_, headers)) = line.split_once("signature-v4 headers: ") {
            self.headers = python::dictionary(headers);
        }
    }

    /// s3cmd does not log that it sends the request of an upload, only what it signed and, later, the target:
    /// `format_uri(): /b/k`.
    fn uploaded_by_s3cmd(&mut self, line: &str, below: &Lines<'_>, origin: Option<&str>) -> Option<Exchange> {
        let (_, target) = line.split_once("format_uri(): ")?;
        let next = below.clone().next().map(|line| String::from_utf8_lossy(line.text));
        if next.is_some_and(|next| next.contains("Sending request method_string=")) {
            return None;
        }
        let (method, headers) = (self.method.take()?, self.headers.take()?);
        let target = target.trim_end();
        let url = origin.and_then(|origin| parse_url(&format!("{origin}{target}")).ok());
        exchange_of(&method, target.as_bytes().to_vec(), headers, url)
    }
}

/// The body in botocore's parameters; it encodes the fields of a form as `urllib.parse.urlencode` does.
fn body_of_botocore(text: &str) -> Option<Vec<u8>> {
    if let Some((bytes, _)) = python::string(text) {
        return Some(bytes);
    }
    let mut form = Vec::new();
    for (name, value) in python::dictionary(text)? {
        form.extend((!form.is_empty()).then_some(b'&'));
        push_quoted(name.as_bytes(), &mut form);
        form.push(b'=');
        push_quoted(&value, &mut form);
    }
    Some(form)
}

/// Python's `quote_plus`.
fn push_quoted(text: &[u8], form: &mut Vec<u8>) {
    let mut encoded = Vec::new();
    encode(text, Slash::Encode, &mut encoded);
    form.extend(String::from_utf8_lossy(&encoded).replace("%20", "+").bytes());
}

/// The request with this body, unless another length is declared.
fn with_body(mut exchange: Exchange, body: Option<Vec<u8>>) -> Exchange {
    let is_whole = |request: &Request, body: &Vec<u8>| {
        request.headers.content_length().is_none_or(|length| length == body.len() as u64)
    };
    if let Some((request, body)) = exchange.request.as_mut().zip(body).filter(|(request, body)| is_whole(request, body))
    {
        request.body = Body::Bytes(body);
        exchange.notes.retain(|note| *note != Note::BodyNotCaptured);
    }
    exchange
}

/// s3cmd: `ConnMan.get(): creating new connection: https://s3.amazonaws.com`, or `re-using connection: …#2`.
fn connection_of_s3cmd(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("ConnMan.get(): ")?;
    let (_, origin) = rest.split_once("connection: ")?;
    Some(origin.split('#').next().unwrap_or_default().trim().to_owned())
}

/// Terraform: `HTTP Request Sent: http.method=GET http.url=https://… http.request.header.x_amz_date=…`.
fn told_by_attributes(line: &str, behind: &[u8]) -> Option<Exchange> {
    match attributes::read(line, behind.get(..behind.len().min(LONGEST_MESSAGE)).unwrap_or_default())? {
        LogEntry::Reply(reply) => Some(Exchange { reply: Some(*reply), ..Exchange::default() }),
        LogEntry::Request { method, url, headers, body } => {
            let url = parse_url(&url).ok()?;
            let exchange = exchange_of(&method, url.target().to_vec(), headers, Some(url))?;
            Some(with_body(exchange, body))
        }
    }
}

/// A request whose body the log does not show.
fn exchange_of(
    method: &str,
    target: Vec<u8>,
    fields: Vec<(String, Vec<u8>)>,
    url: Option<RequestUrl>,
) -> Option<Exchange> {
    let (mut headers, mut notes) = valid_headers(fields);
    if let Some(url) = url.as_ref().filter(|_| !headers.contains("host")) {
        headers = with_host(&url.host_header(), &headers);
        notes.push(Note::HostFromUrl);
    }
    let has_body =
        headers.first_text("content-length").map_or(matches!(method, "PUT" | "POST" | "PATCH"), |n| n != "0");
    if has_body {
        notes.push(Note::BodyNotCaptured);
    }
    let body = if has_body { Body::Unknown } else { Body::Bytes(Vec::new()) };
    let is_method = is_token(method) && target.starts_with(b"/");
    let request = is_method.then(|| captured_request(method, target, headers, body))?;
    Some(Exchange { request: Some(request), url, reply: None, notes })
}

/// urllib3: `"PUT /key HTTP/1.1" 403 1412`.
fn status_of_access(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once(" HTTP/1.1\" ")?;
    rest.get(..3)?.parse().ok()
}

/// s3cmd: `Response: {'status': 403, 'headers': {…}, 'data': '…'}`, or the same in pieces on the lines below.
fn s3cmd_reply(line: &str, below: &[u8]) -> Option<Reply> {
    let below = below.get(..below.len().min(LONGEST_MESSAGE)).unwrap_or_default();
    let printed = line.trim_end().ends_with("Response:").then(|| String::from_utf8_lossy(below));
    let printed = printed.as_deref().and_then(|below| below.strip_prefix('{'));
    let response = printed.or_else(|| line.split_once("Response: {").map(|(_, response)| response))?;
    let (_, status) = response.split_once("'status': ")?;
    let status = status.get(..3)?.parse().ok()?;
    let data = response.split_once("'data': ").and_then(|(_, data)| python::string(data));
    let headers = response.split_once("'headers': ").and_then(|(_, headers)| python::dictionary(headers));
    let (headers, _) = valid_headers(headers.unwrap_or_default());
    Some(Reply::parse(Some(status), &headers, &data.map(|(data, _)| data).unwrap_or_default()))
}

/// The position in a line where an HTTP message begins, possibly after a prefix.
fn message_in(line: &[u8]) -> Option<usize> {
    let starts = (0..line.len().min(200)).filter(|&at| at == 0 || line[at - 1] == b' ' || at == 1 && line[0] == b'"');
    let has_version = find(line, b"HTTP/").is_some();
    starts.into_iter().filter(|_| has_version).find(|&at| {
        status_of(line.get(at..).unwrap_or_default()).is_some()
            || http::is_request_line(line.get(at..).unwrap_or_default())
    })
}

/// The end of a message in a log: a rule, or a line with its own prefix.
fn message_end(text: &[u8]) -> usize {
    let mut lines = Lines::of(text);
    let _ = lines.next();
    loop {
        let at = text.len() - lines.rest().len();
        let Some(line) = lines.next() else { return text.len() };
        let is_rule = [&b"-----"[..], b"<<<<<", b">>>>>", b"---[", b"---request ", b"---response "]
            .iter()
            .any(|rule| line.text.starts_with(rule));
        let has_prefix = [&b"mc: <"[..], b"SDK 20", b"DEBUG", b"[DEBUG", b"INFO", b"time=\"20"]
            .iter()
            .any(|p| line.text.starts_with(p));
        let year = line.text.get(..5).is_some_and(|year| year.starts_with(b"20") && matches!(year[4], b'-' | b'/'));
        let is_next = message_in(line.text).is_some_and(|start| start > 0);
        if is_rule || has_prefix || year || is_next {
            return at;
        }
    }
}

/// The position in a line where the XML of an error begins.
fn error_in(line: &[u8]) -> Option<usize> {
    [&b"<Error>"[..], b"<ErrorResponse"].iter().filter_map(|tag| find(line, tag)).min()
}

/// The end of a message that contains the server's blocks: the quote after the last hash.
fn message_block_end(text: &[u8]) -> usize {
    // The blocks directly follow the message.
    let text = text.get(..text.len().min(LONGEST_MESSAGE)).unwrap_or_default();
    let near = text.get(..text.len().min(1024)).unwrap_or_default();
    let is_near = find(near, b"should have been").is_some();
    let last = [&b"The String-to-Sign should have been"[..], b"The Canonical String for this request should have been"]
        .iter()
        .filter(|_| is_near)
        .find_map(|mark| find(text, mark).map(|at| at + mark.len()));
    let Some(start) = last else { return text.iter().position(|&byte| byte == b'\n').unwrap_or(text.len()) };
    let mut quotes = (start..text.len()).filter(|&at| text[at] == b'\'');
    quotes.nth(1).map_or(text.len(), |at| at + 1)
}
