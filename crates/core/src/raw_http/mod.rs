//! Parses a request in HTTP/1.x format: request line, fields, empty line, body. Lines end in CR LF or LF.

mod faults;
mod transfer;

pub use transfer::{Transferred, without_chunks};

use faults::faults_of;

use crate::request::{Body, Headers, InvalidHeader, Request, WireFault};

/// Why a text is not an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedRequest {
    /// The text is empty.
    #[error("the input is empty; expected a request")]
    Empty,
    /// The first line is not a request line.
    #[error("line {line} is not a request line; expected 'METHOD /path HTTP/1.1'")]
    RequestLine {
        /// Number of the line, counted from 1.
        line: usize,
    },
    /// A line between the first and the empty line is not a field.
    #[error("line {line} is not a header; expected 'Name: value'")]
    Field {
        /// Number of the line, counted from 1.
        line: usize,
    },
    /// There is white space before a colon, which servers refuse (RFC 9112 §5.1), because some proxies read it as part
    /// of the name.
    #[error("line {line}: whitespace between a header's name and its colon")]
    BlankBeforeColon {
        /// Number of the line, counted from 1.
        line: usize,
    },
    /// A field is invalid.
    #[error("line {line}: {source}")]
    Header {
        /// Number of the line, counted from 1.
        line: usize,
        /// Why it is invalid.
        source: InvalidHeader,
    },
    /// The `Authorization` header has no value.
    #[error("line {line}: the Authorization header has no value")]
    EmptyAuthorization {
        /// Number of the line, counted from 1.
        line: usize,
    },
    /// The body is shorter than the request declares.
    #[error("the body is truncated: {presented} of {expected} bytes")]
    Truncated {
        /// The value of `Content-Length`.
        expected: u64,
        /// Number of bytes present.
        presented: u64,
    },
    /// The request has `Transfer-Encoding: chunked`, but its chunks are cut off or not framed as in RFC 9112 §7.1.
    #[error("the chunked body (Transfer-Encoding) is malformed at byte {offset}")]
    BrokenChunks {
        /// Number of bytes of the body before the fault.
        offset: usize,
    },
}

/// A line of a text, without its line end, with its number counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Number of the line, counted from 1.
    pub number: usize,
    /// The bytes of the line.
    pub text: &'a [u8],
}

/// An iterator over the lines of a text; what follows the last line taken is available too.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    /// Iterates over all lines of a text.
    pub fn of(text: &'a [u8]) -> Self {
        Self { rest: text, number: 0 }
    }

    /// The text after the last line taken.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Skips that many bytes.
    pub fn skip_bytes(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.number += skipped.iter().filter(|&&byte| byte == b'\n').count();
        self.rest = rest;
    }

    /// Skips lines that are empty or only white space.
    pub fn skip_blank_lines(&mut self) {
        let mut ahead = self.clone();
        while ahead.next().is_some_and(|line| line.text.trim_ascii().is_empty()) {
            *self = ahead.clone();
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let (text, rest) = split_line(self.rest)?;
        self.rest = rest;
        self.number += 1;
        Some(Line { number: self.number, text })
    }
}

/// Request line and fields.
#[derive(Debug)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The target, in origin form.
    pub target: Vec<u8>,
    /// `https://host`, if the request line had it.
    pub origin: Option<Vec<u8>>,
    /// The fields, in the order of the text.
    pub headers: Headers,
    /// Faults that servers read differently.
    pub faults: Vec<WireFault>,
}

/// Parses a raw request. The body ends where `Content-Length` says; otherwise at the end of the text.
///
/// From each header value, the line end and one blank after the colon are dropped; any other outer white space is kept.
///
/// # Errors
/// See [`MalformedRequest`].
pub fn parse_request(text: &[u8]) -> Result<Request, MalformedRequest> {
    let mut lines = Lines::of(text);
    let Head { method, target, origin, headers, faults: mut wire } = take_head(&mut lines)?;
    let (body, trailer) = take_body(lines.rest(), &headers)?;
    wire.extend(trailer);
    Ok(Request { method, target, authority: origin.as_deref().map(authority_of), wire, headers, body })
}

/// The part between `https://` and the path, without user information, which is not part of a host.
pub fn authority_of(origin: &[u8]) -> Vec<u8> {
    let behind_scheme = origin.splitn(3, |byte| *byte == b'/').nth(2).unwrap_or(origin);
    behind_scheme.rsplit(|byte| *byte == b'@').next().unwrap_or(behind_scheme).to_vec()
}

/// Takes the head of a request and the empty line that follows.
pub fn take_head(lines: &mut Lines<'_>) -> Result<Head, MalformedRequest> {
    lines.skip_blank_lines();
    let first = lines.next().ok_or(MalformedRequest::Empty)?;
    parse_request_line(first.text).ok_or(MalformedRequest::RequestLine { line: first.number })?;
    head_of(first, take_fields(lines))
}

/// Makes a head from a request line and fields with their line numbers.
pub fn head_of(first: Line<'_>, fields: Vec<(usize, Vec<u8>)>) -> Result<Head, MalformedRequest> {
    let parsed = parse_request_line(first.text).and_then(|(method, target)| Some((method, split_origin(target)?)));
    let (method, (origin, target)) = parsed.ok_or(MalformedRequest::RequestLine { line: first.number })?;
    let headers = parse_fields(fields)?;
    let faults = faults_of(first.text, origin.as_deref(), &headers);
    Ok(Head { method, target, origin, headers, faults })
}

/// Takes lines up to the empty one, and joins folded lines to those they continue.
pub fn take_fields(lines: &mut Lines<'_>) -> Vec<(usize, Vec<u8>)> {
    let mut fields: Vec<(usize, Vec<u8>)> = Vec::new();
    for Line { number, text } in lines.by_ref() {
        match (text, fields.last_mut()) {
            ([], _) => break,
            ([b' ' | b'\t', ..], Some((_, field))) => {
                field.push(b'\n');
                field.extend_from_slice(text);
            }
            _ => fields.push((number, text.to_vec())),
        }
    }
    fields
}

/// The next line without its line end, and what follows.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = match text.iter().position(|&byte| byte == b'\n') {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, text.get(text.len()..).unwrap_or_default()),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// Splits a request line into method and raw target; the target may contain spaces, as broken clients send them.
pub fn parse_request_line(line: &[u8]) -> Option<(String, &[u8])> {
    let (method, rest) = split_once(line.trim_ascii_end(), b' ')?;
    let target = match rest.iter().rposition(|&byte| byte == b' ') {
        Some(at) if rest.get(at + 1..).unwrap_or_default().starts_with(b"HTTP/") => rest.get(..at).unwrap_or_default(),
        _ => rest,
    };
    let method = std::str::from_utf8(method).ok().filter(|method| crate::request::is_token(method))?;
    let target = target.trim_ascii();
    split_origin(target).map(|_| (method.to_owned(), target))
}

/// Splits a target into the scheme and host that are sent to proxies, if present, and the target that origin servers
/// receive.
fn split_origin(target: &[u8]) -> Option<(Option<Vec<u8>>, Vec<u8>)> {
    if target.starts_with(b"/") {
        return Some((None, target.to_vec()));
    }
    let schemes: [&[u8]; 3] = [b"http://", b"https://", b"wss://"];
    let rest = schemes.into_iter().find_map(|scheme| target.strip_prefix(scheme))?;
    let at = rest.iter().position(|&byte| byte == b'/' || byte == b'?').unwrap_or(rest.len());
    let slash: &[u8] = if rest.get(at..).unwrap_or_default().starts_with(b"/") { b"" } else { b"/" };
    let origin = target.get(..target.len() - rest.len() + at).unwrap_or_default();
    Some((Some(origin.to_vec()), [slash, rest.get(at..).unwrap_or_default()].concat()))
}

/// Parses fields, each with the number of its line.
///
/// # Errors
/// A field is invalid.
pub fn parse_fields(fields: Vec<(usize, Vec<u8>)>) -> Result<Headers, MalformedRequest> {
    let mut headers = Headers::default();
    for (line, field) in fields {
        let (name, value) = split_once(&field, b':').ok_or(MalformedRequest::Field { line })?;
        let name = std::str::from_utf8(name).map_err(|_| MalformedRequest::Field { line })?.trim_start();
        if name.ends_with(char::is_whitespace) {
            return Err(MalformedRequest::BlankBeforeColon { line });
        }
        let value = value.strip_prefix(b" ").or_else(|| value.strip_prefix(b"\t")).unwrap_or(value);
        if name.eq_ignore_ascii_case("authorization") && value.trim_ascii().is_empty() {
            return Err(MalformedRequest::EmptyAuthorization { line });
        }
        headers.push(name, value).map_err(|source| MalformedRequest::Header { line, source })?;
    }
    Ok(headers)
}

/// Takes the body, and the trailer of its chunks: if there is a transfer coding, the payload of the chunks; otherwise
/// as many bytes as `Content-Length` says. Without either there is no body (RFC 9112 §6.3), but a capture that lost the
/// header keeps anything other than line ends.
fn take_body(rest: &[u8], headers: &Headers) -> Result<(Body, Vec<WireFault>), MalformedRequest> {
    let body = match Transferred::read(rest, headers) {
        Some(Transferred::Chunks { payload, trailer, .. }) => return Ok((Body::Bytes(payload), trailer)),
        Some(Transferred::Bare) => Body::Bytes(rest.to_vec()),
        Some(Transferred::Broken { offset }) => return Err(MalformedRequest::BrokenChunks { offset }),
        Some(Transferred::Missing | Transferred::Coded) => Body::Unknown,
        None => body_by_length(rest, headers)?,
    };
    Ok((body, Vec::new()))
}

fn body_by_length(rest: &[u8], headers: &Headers) -> Result<Body, MalformedRequest> {
    let presented = rest.len() as u64;
    match headers.content_length() {
        Some(expected) if expected > presented => Err(MalformedRequest::Truncated { expected, presented }),
        Some(expected) => {
            Ok(Body::Bytes(rest.get(..usize::try_from(expected).unwrap_or(rest.len())).unwrap_or_default().to_vec()))
        }
        None if rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => Ok(Body::Bytes(Vec::new())),
        None => Ok(Body::Bytes(rest.to_vec())),
    }
}

/// Splits a text at the first occurrence of a byte, which is in neither half.
pub fn split_once(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&b| b == byte)?;
    Some((text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()))
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
    fn malformed_requests_are_refused_with_the_line_number() {
        assert_eq!(parse_request(b" \n"), Err(MalformedRequest::Empty));
        assert_eq!(parse_request(b"hello\n"), Err(MalformedRequest::RequestLine { line: 1 }));
        assert_eq!(parse_request(b"GET / HTTP/1.1\na: b\nnothing\n\n"), Err(MalformedRequest::Field { line: 3 }));
        let cut = parse_request(b"PUT / HTTP/1.1\ncontent-length: 9\n\nshort");
        assert_eq!(cut, Err(MalformedRequest::Truncated { expected: 9, presented: 5 }));
    }

    /// To explain a signature, white space that a client forgot to trim must be visible.
    #[test]
    fn values_keep_outer_white_space_except_one_blank() {
        let request = parse_request(b"GET / HTTP/1.1\r\nA:  a \r\nB:b\r\nC:\t\tc\r\nHost: h \r\n\r\n").unwrap();
        let values: Vec<&[u8]> = request.headers.iter().map(|header| header.value.as_slice()).collect();
        assert_eq!(values, [&b" a "[..], b"b", b"\tc", b"h "]);
        assert_eq!(request.host(), Some("h"));
    }

    #[test]
    fn trailing_line_ends_are_not_a_body() {
        let body = |text: &str| parse_request(text.as_bytes()).unwrap().body;
        assert_eq!(body("GET / HTTP/1.1\nhost: h\n\n\r\n\n"), Body::Bytes(Vec::new()));
        assert_eq!(body("POST / HTTP/1.1\nhost: h\n\nhi\n"), Body::Bytes(b"hi\n".to_vec()));
        assert_eq!(
            body("POST / HTTP/1.1\ntransfer-encoding: chunked\n\n2\r\nhi\r\n0\r\n\r\n"),
            Body::Bytes(b"hi".to_vec())
        );
        let broken = parse_request(b"POST / HTTP/1.1\ntransfer-encoding: chunked\n\n2\r\nhi");
        assert_eq!(broken, Err(MalformedRequest::BrokenChunks { offset: 5 }));
    }

    #[test]
    fn a_proxys_absolute_form_becomes_origin_form() {
        let target = |line: &str| parse_request(line.as_bytes()).unwrap().target;
        assert_eq!(target("GET http://h.example/a?b HTTP/1.1\n\n"), b"/a?b");
        assert_eq!(target("GET http://h.example?b HTTP/1.1\n\n"), b"/?b");
    }
}
