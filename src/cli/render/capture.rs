//! Writes an observed request so that it can be shared: as a file for `explain`, without anything that grants
//! access.
//!
//! The signature stays, because it is what the file is about.

use std::borrow::Cow;

use super::headers::write_field;
use super::redact::{REDACTED, Redactor, is_bearing_header};
use crate::redaction::without_bearers;
use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Header, Headers, Request};

/// Headers that describe the framing of a body on its connection. The body is written without it.
const FRAMING: [&str; 4] = ["content-length", "transfer-encoding", "connection", "keep-alive"];

/// The reply to a request.
#[derive(Debug, Clone, Copy)]
pub struct ReplySeen<'a> {
    /// The status code, such as `403`.
    pub status: u16,
    /// Its headers, except for those about framing.
    pub headers: &'a Headers,
    /// Its body.
    pub body: &'a [u8],
}

/// The request without tokens, cookies and the like. A body with a token is left out, because its length would
/// change.
pub fn without_secrets(request: &Request, redactor: &Redactor) -> Request {
    let mut headers = Headers::default();
    for header in &request.headers {
        let value = match is_bearing_header(header) {
            true => REDACTED.as_bytes().to_vec(),
            false => redacted(&header.value, redactor),
        };
        headers.push_unchecked(&header.name, value);
    }
    let body = match &request.body {
        Body::Bytes(bytes) if redacted(bytes, redactor) != *bytes => Body::Unknown,
        body => body.clone(),
    };
    captured_request(request.method(), without_bearers(&redacted(request.target(), redactor)), headers, body)
}

/// Text without anything that grants access; bytes that are not UTF-8 stay unchanged.
fn redacted(bytes: &[u8], redactor: &Redactor) -> Vec<u8> {
    bytes.utf8_chunks().fold(Vec::with_capacity(bytes.len()), |mut kept, chunk| {
        kept.extend_from_slice(redactor.apply(chunk.valid()).as_bytes());
        kept.extend_from_slice(chunk.invalid());
        kept
    })
}

/// The request as HTTP/1.1, followed by the reply.
pub fn to_http(request: &Request, reply: Option<ReplySeen<'_>>, redactor: &Redactor) -> Vec<u8> {
    to_http_as_seen(&without_secrets(request, redactor), reply, redactor)
}

/// Like [`to_http`], but with tokens and cookies, if the user asked to see them.
pub fn to_http_as_seen(request: &Request, reply: Option<ReplySeen<'_>>, redactor: &Redactor) -> Vec<u8> {
    let mut text = format!("{} ", request.method()).into_bytes();
    text.extend_from_slice(request.target());
    text.extend_from_slice(b" HTTP/1.1\r\n");
    for header in &request.headers {
        // Writing to memory does not fail.
        let _ = write_field(header, &mut text);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text.extend_from_slice(&body_on_the_wire(request));
    if let Some(reply) = reply {
        write_reply(reply, redactor, &mut text);
    }
    text
}

/// The body with the framing that the head declares.
fn body_on_the_wire(request: &Request) -> Cow<'_, [u8]> {
    let Body::Bytes(bytes) = &request.body else { return Cow::default() };
    if !request.headers.contains("transfer-encoding") {
        return bytes.into();
    }
    let head = format!("{:x}\r\n", bytes.len()).into_bytes();
    match bytes.is_empty() {
        true => Cow::from(&b"0\r\n\r\n"[..]),
        false => [&head, bytes.as_slice(), b"\r\n0\r\n\r\n"].concat().into(),
    }
}

fn write_reply(reply: ReplySeen<'_>, redactor: &Redactor, text: &mut Vec<u8>) {
    let body = redacted(reply.body, redactor);
    let reason = http::StatusCode::from_u16(reply.status).ok().and_then(|status| status.canonical_reason());
    text.extend_from_slice(format!("HTTP/1.1 {} {}\r\n", reply.status, reason.unwrap_or_default()).as_bytes());
    let is_framing = |header: &Header| FRAMING.iter().any(|name| header.is_named(name));
    for header in reply.headers.iter().filter(|header| !is_framing(header) && !is_bearing_header(header)) {
        let header = Header { name: header.name.clone(), value: redacted(&header.value, redactor) };
        // Writing to memory does not fail.
        let _ = write_field(&header, text);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    text.extend_from_slice(&body);
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::scheme::Dialect;

    const TOKEN: &str = "IQoJb3JpZ2luX2VjEJ3wZz9hSigvetTest";

    fn request(target: &str, fields: &[(&str, &str)], body: &str) -> Request {
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.push_unchecked(name, *value));
        captured_request("PUT", target, headers, Body::Bytes(body.into()))
    }

    fn text(request: &Request, reply: Option<ReplySeen<'_>>) -> String {
        String::from_utf8(to_http(request, reply, &Redactor::of(request, &Dialect::AWS4))).unwrap()
    }

    /// Catches a token left in a header, a query, a reply or a body.
    #[test]
    fn access_tokens_are_removed_and_the_signature_stays() {
        let target = format!("/a?X-Amz-Security-Token={TOKEN}&X-Amz-Signature=abcdef0123456789");
        let fields = [
            ("Host", "h"),
            ("X-Amz-Security-Token", TOKEN),
            ("Cookie", "session=abcdefghijklmnop"),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=A/20260301/r/s/aws4_request, SignedHeaders=host, Signature=0123456789abcdef",
            ),
            ("Content-Length", "35"),
        ];
        let request = request(&target, &fields, &format!("{TOKEN}!"));
        let echo = format!("<CanonicalRequest>x-amz-security-token:{TOKEN}</CanonicalRequest>");
        let pairs =
            [("x-amz-request-id", "R1"), ("transfer-encoding", "chunked"), ("set-cookie", "a=abcdefghijklmnop")];
        let headers = Headers::from_pairs(pairs).unwrap();
        let text = text(&request, Some(ReplySeen { status: 403, headers: &headers, body: echo.as_bytes() }));
        assert!(!text.contains(TOKEN) && !text.contains("abcdefghijklmnop"), "{text}");
        assert!(
            text.starts_with(
                "PUT /a?X-Amz-Security-Token=[redacted]&X-Amz-Signature=abcdef0123456789 HTTP/1.1\r\nHost: h\r\n"
            ),
            "{text}"
        );
        assert!(
            text.contains("Signature=0123456789abcdef\r\n")
                && text.contains("\r\n\r\nHTTP/1.1 403 Forbidden\r\nx-amz-request-id: R1\r\ncontent-length: "),
            "{text}"
        );
    }

    /// Catches a body that is read differently than it was sent.
    #[test]
    fn a_body_has_the_framing_that_its_head_declares() {
        let plain = request("/a", &[("Host", "h"), ("Content-Length", "5")], "hello");
        assert!(text(&plain, None).ends_with("\r\n\r\nhello"));
        let chunked = request("/a", &[("Host", "h"), ("Transfer-Encoding", "chunked")], "hello");
        assert!(text(&chunked, None).ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    }
}
