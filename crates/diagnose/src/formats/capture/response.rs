//! A response as text: status line, fields, body. It is read leniently, because nothing is verified against it.

use crate::formats::reply::Reply;
use sigvet_core::internal::raw_http::{Lines, split_once, take_fields, without_chunks};
use sigvet_core::request::Headers;

use super::exchange::valid_headers;

/// The status of a status line.
pub(super) fn status_of(line: &[u8]) -> Option<u16> {
    let rest =
        line.trim_ascii_start().strip_prefix(b"HTTP/").filter(|rest| rest.first().is_some_and(u8::is_ascii_digit))?;
    let (_, rest) = split_once(rest, b' ')?;
    let digits = rest.trim_ascii_start().get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Reads the fields of a response and the empty line after them; lines that are not fields are skipped.
pub(super) fn take_headers(lines: &mut Lines<'_>) -> Headers {
    let rest = lines.rest();
    let fields = match body_without_gap(rest) {
        Some(at) => {
            lines.skip_bytes(at);
            take_fields(&mut Lines::of(rest.get(..at).unwrap_or_default()))
        }
        None => take_fields(lines),
    };
    valid_headers(fields.iter().filter_map(|(_, field)| header_of(field))).0
}

/// Where a body begins directly below the fields, as minio-py prints it.
fn body_without_gap(text: &[u8]) -> Option<usize> {
    let mut lines = Lines::of(text);
    loop {
        let at = text.len() - lines.rest().len();
        let line = lines.next().filter(|line| !line.text.is_empty())?;
        if line.text.starts_with(b"<") || line.text.starts_with(b"{") {
            return Some(at);
        }
    }
}

pub(super) fn header_of(field: &[u8]) -> Option<(String, Vec<u8>)> {
    let (name, value) = split_once(field, b':')?;
    Some((String::from_utf8_lossy(name).trim().to_owned(), value.trim_ascii().to_vec()))
}

/// The reply made from a status, headers and a body that may still be chunked.
pub(super) fn reply_of(status: Option<u16>, headers: &Headers, body: &[u8]) -> Reply {
    match without_chunks(body) {
        Ok(whole) if headers.contains("transfer-encoding") => Reply::parse(status, headers, &whole.payload),
        _ => Reply::parse(status, headers, body),
    }
}

/// `Content-Length`, if it fits into memory.
pub(super) fn declared_length(headers: &Headers) -> Option<usize> {
    headers.content_length().and_then(|length| usize::try_from(length).ok())
}
