//! Parses raw requests in the suite's format: `\n` for line ends, folded lines, repeats, raw spaces in the target.

use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Headers, Request};

/// Parses a raw request. Panics if it cannot, because then the suite is wrong.
pub fn parse(raw: &[u8]) -> Request {
    let (head, body) = split_once(raw, b"\n\n").unwrap_or((raw, b""));
    let (request_line, fields) = split_once(head, b"\n").unwrap();
    let (method, rest) = split_once(request_line, b" ").unwrap();
    let target = rest.strip_suffix(b" HTTP/1.1").unwrap();
    let method = String::from_utf8(method.to_vec()).unwrap();
    captured_request(method, target, headers(fields), Body::Bytes(body.to_vec()))
}

fn headers(fields: &[u8]) -> Headers {
    let mut joined: Vec<Vec<u8>> = Vec::new();
    for line in fields.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        match joined.last_mut() {
            Some(field) if line.starts_with(b" ") => field.extend([b"\n", line].concat()),
            _ => joined.push(line.to_vec()),
        }
    }
    let mut headers = Headers::default();
    for field in joined {
        let (name, value) = split_once(&field, b":").unwrap();
        headers.push(std::str::from_utf8(name).unwrap(), value).unwrap();
    }
    headers
}

fn split_once<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(separator.len()).position(|window| window == separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}

#[test]
fn folded_lines_and_repeats_are_read_as_written() {
    let request = parse(b"GET /a b HTTP/1.1\nHost:h\nA:1\n  2\nA: 3\n\nbody");
    assert_eq!((request.method(), request.target()), ("GET", b"/a b".as_slice()));
    assert_eq!(request.headers.values("a").collect::<Vec<_>>(), [b"1\n  2".as_slice(), b" 3"]);
    assert_eq!(request.body, Body::Bytes(b"body".to_vec()));
}
