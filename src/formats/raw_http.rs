//! A request as HTTP/1.x writes it: request line, fields, empty line, body. Lines end in CR LF or LF.

use crate::request::{Body, Headers, InvalidHeader, Request};

/// A text that is no HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRequest {
    /// There is nothing.
    #[error("there is no request: the input is empty")]
    Empty,
    /// The first line is no request line.
    #[error("line 1 is no request line, expected 'METHOD /path HTTP/1.1'")]
    RequestLine,
    /// A line between the first and the empty one is no field.
    #[error("line {line} is no header, expected 'Name: value'")]
    Field {
        /// Its number, from 1.
        line: usize,
    },
    /// A field that no request can have.
    #[error("line {line}: {source}")]
    Header {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        source: InvalidHeader,
    },
    /// The body is shorter than the request says.
    #[error("the body is cut off: {presented} of {expected} bytes")]
    Truncated {
        /// `Content-Length`.
        expected: u64,
        /// The bytes that are there.
        presented: u64,
    },
}

/// Parses a raw request. The body ends where `Content-Length` says, else at the end of the text.
///
/// # Errors
/// See [`MalformedRequest`].
pub fn parse_request(text: &[u8]) -> Result<Request, MalformedRequest> {
    let text = skip_blank_lines(text);
    let (request_line, mut rest) = split_line(text).ok_or(MalformedRequest::Empty)?;
    let (method, target) = parse_request_line(request_line).ok_or(MalformedRequest::RequestLine)?;
    let mut fields: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut number = 1;
    while let Some((line, tail)) = split_line(rest) {
        rest = tail;
        number += 1;
        match (line, fields.last_mut()) {
            ([], _) => break,
            ([b' ' | b'\t', ..], Some((_, field))) => {
                field.push(b'\n');
                field.extend_from_slice(line);
            }
            _ => fields.push((number, line.to_vec())),
        }
    }
    let headers = parse_fields(fields)?;
    let body = take_body(rest, &headers)?;
    Ok(Request { method, target, headers, body })
}

fn skip_blank_lines(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
    &text[start..]
}

/// The next line without its end, and what follows.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = match text.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &text[text.len()..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// Method and raw target; a target may hold spaces, as broken clients send them.
fn parse_request_line(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let (method, rest) = split_once(line.trim_ascii_end(), b' ')?;
    let target = match rest.iter().rposition(|&byte| byte == b' ') {
        Some(at) if rest[at + 1..].starts_with(b"HTTP/") => &rest[..at],
        _ => rest,
    };
    let method = std::str::from_utf8(method).ok().filter(|method| crate::request::is_token(method))?;
    let target = origin_form(target.trim_ascii())?;
    Some((method.to_owned(), target))
}

/// The target as origin servers get it: without the scheme and host that are sent to proxies.
fn origin_form(target: &[u8]) -> Option<Vec<u8>> {
    if target.starts_with(b"/") {
        return Some(target.to_vec());
    }
    let rest = target.strip_prefix(b"http://").or_else(|| target.strip_prefix(b"https://"))?;
    let at = rest.iter().position(|&byte| byte == b'/' || byte == b'?').unwrap_or(rest.len());
    let slash: &[u8] = if rest[at..].starts_with(b"/") { b"" } else { b"/" };
    Some([slash, &rest[at..]].concat())
}

fn parse_fields(fields: Vec<(usize, Vec<u8>)>) -> Result<Headers, MalformedRequest> {
    let mut headers = Headers::default();
    for (line, field) in fields {
        let (name, value) = split_once(&field, b':').ok_or(MalformedRequest::Field { line })?;
        let name = std::str::from_utf8(name).map_err(|_| MalformedRequest::Field { line })?.trim();
        headers.push(name, value.trim_ascii()).map_err(|source| MalformedRequest::Header { line, source })?;
    }
    Ok(headers)
}

/// The body by its length; a chunked one is not known, for its chunks are not the payload that was hashed. Without a length
/// there is none (RFC 9112 §6.3), but a capture that lost the header keeps what is more than line ends.
fn take_body(rest: &[u8], headers: &Headers) -> Result<Body, MalformedRequest> {
    let presented = rest.len() as u64;
    if headers.contains("transfer-encoding") {
        return Ok(Body::Unknown);
    }
    match headers.first_text("content-length").and_then(|length| length.parse::<u64>().ok()) {
        Some(expected) if expected > presented => Err(MalformedRequest::Truncated { expected, presented }),
        Some(expected) => Ok(Body::Bytes(rest[..usize::try_from(expected).unwrap_or(rest.len())].to_vec())),
        None if rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => Ok(Body::Bytes(Vec::new())),
        None => Ok(Body::Bytes(rest.to_vec())),
    }
}

fn split_once(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&b| b == byte)?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reads_the_same_with_either_line_end() {
        let text = "PUT /a b?x HTTP/1.1\nHost:h.example\nX-Fold: one\n   two\nContent-Length: 2\n\nhi\n";
        let request = parse_request(text.as_bytes()).unwrap();
        assert_eq!(request, parse_request(text.replace('\n', "\r\n").as_bytes()).unwrap());
        assert_eq!((request.method.as_str(), request.target.as_slice()), ("PUT", &b"/a b?x"[..]));
        assert_eq!(request.headers.first_text("x-fold"), Some("one\n   two"));
        assert_eq!(request.body, Body::Bytes(b"hi".to_vec()));
    }

    #[test]
    fn what_is_no_request_is_refused_with_its_line() {
        assert_eq!(parse_request(b" \n"), Err(MalformedRequest::Empty));
        assert_eq!(parse_request(b"hello\n"), Err(MalformedRequest::RequestLine));
        assert_eq!(parse_request(b"GET / HTTP/1.1\na: b\nnothing\n\n"), Err(MalformedRequest::Field { line: 3 }));
        let cut = parse_request(b"PUT / HTTP/1.1\ncontent-length: 9\n\nshort");
        assert_eq!(cut, Err(MalformedRequest::Truncated { expected: 9, presented: 5 }));
    }

    #[test]
    fn line_ends_behind_a_capture_are_no_body() {
        let body = |text: &str| parse_request(text.as_bytes()).unwrap().body;
        assert_eq!(body("GET / HTTP/1.1\nhost: h\n\n\r\n\n"), Body::Bytes(Vec::new()));
        assert_eq!(body("POST / HTTP/1.1\nhost: h\n\nhi\n"), Body::Bytes(b"hi\n".to_vec()));
        assert_eq!(body("POST / HTTP/1.1\ntransfer-encoding: chunked\n\n2\r\nhi\r\n0\r\n\r\n"), Body::Unknown);
    }

    #[test]
    fn a_proxys_absolute_form_becomes_origin_form() {
        let target = |line: &str| parse_request(line.as_bytes()).unwrap().target;
        assert_eq!(target("GET http://h.example/a?b HTTP/1.1\n\n"), b"/a?b");
        assert_eq!(target("GET http://h.example?b HTTP/1.1\n\n"), b"/?b");
    }
}
