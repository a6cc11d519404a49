//! Raw HTTP: requests, each optionally followed by its response; also HTTP/2 fields with `:method` and `:path`.

use crate::formats::note::Note;
use sigvet_core::crypto::sha256;
use sigvet_core::internal::METHODS;
use sigvet_core::internal::raw_http::{Head, Lines, MalformedRequest, parse_request_line, take_head};
use sigvet_core::request::Body;

use super::UnreadableCapture;
use super::exchange::{Exchange, transferred_body};
use super::pseudo;
use super::response::{declared_length, reply_of, status_of, take_headers};

/// Whether the text begins with a message.
pub(super) fn begins(text: &[u8]) -> bool {
    let mut lines = Lines::of(text);
    lines.skip_blank_lines();
    let Some(line) = lines.next() else { return false };
    pseudo::begins(line.text) || is_message_line(line.text) || is_plain_request_line(line.text)
}

/// Whether a line begins a request or a response for certain.
pub(super) fn is_message_line(line: &[u8]) -> bool {
    status_of(line).is_some() || is_request_line(line)
}

/// Whether it ends in a version, as request lines do.
pub(super) fn is_request_line(line: &[u8]) -> bool {
    let version = line.trim_ascii_end().rsplit(|&byte| byte == b' ').next().unwrap_or_default();
    version.starts_with(b"HTTP/") && parse_request_line(line).is_some()
}

/// A line that ends in a version, but whose target no server accepts or that does not have three words:
/// `GET k HTTP/1.1`.
pub(super) fn is_spoilt_request_line(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let is_method = |word: &[u8]| METHODS.iter().chain(&["CONNECT", "TRACE"]).any(|method| method.as_bytes() == word);
    let is_line = words.len() > 2 && words.last().is_some_and(|word| word.starts_with(b"HTTP/1."));
    is_line && words.first().is_some_and(|word| is_method(word)) && parse_request_line(line).is_none()
}

/// A line without a version, as tools print it: `GET /path`. In front of a URL, other words in capitals are not methods:
/// `PDF https://…`.
fn is_plain_request_line(line: &[u8]) -> bool {
    let is_word = |method: &str| method.len() > 2 && method.bytes().all(|byte| byte.is_ascii_uppercase());
    parse_request_line(line).is_some_and(|(method, target)| {
        let is_method = target.starts_with(b"/") || METHODS.contains(&method.as_str());
        is_word(&method) && is_method && !target.contains(&b' ')
    })
}

/// The exchanges of a text, in order.
pub(super) fn read(text: &[u8]) -> Result<Vec<Exchange>, UnreadableCapture> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut lines = Lines::of(text);
    loop {
        lines.skip_blank_lines();
        let Some(first) = lines.clone().next() else { break };
        if let Some(status) = status_of(first.text) {
            let _ = lines.next();
            read_response(status, &mut lines, &mut exchanges);
        } else if exchanges.is_empty() || is_request_line(first.text) || pseudo::begins(first.text) {
            exchanges.push(read_request(&mut lines)?);
        } else {
            break;
        }
    }
    if exchanges.is_empty() { Err(MalformedRequest::Empty.into()) } else { Ok(exchanges) }
}

fn read_request(lines: &mut Lines<'_>) -> Result<Exchange, UnreadableCapture> {
    let first = lines.clone().next().map(|line| line.text).unwrap_or_default();
    let is_pseudo = pseudo::begins(first);
    let before = lines.clone();
    let mut head = if is_pseudo { pseudo::take_head(lines)? } else { take_head(lines)? };
    let mut notes: Vec<Note> = mixed_line_ends(before, lines.rest().len()).into_iter().collect();
    let body = take_body(lines, &mut head, &mut notes);
    let is_framed = is_pseudo || is_of_frames(first) || !is_unframed(&head, &body);
    notes.extend((!is_framed).then_some(Note::BodyWithoutLength));
    Ok(Exchange::of(head, body, notes))
}

/// Whether a tool printed this line for a protocol that frames bodies itself (RFC 9113 §8.1, RFC 9114 §4.1).
fn is_of_frames(line: &[u8]) -> bool {
    let version = line.trim_ascii_end().rsplit(|&byte| byte == b' ').next().unwrap_or_default();
    version.starts_with(b"HTTP/2") || version.starts_with(b"HTTP/3")
}

/// Whether a server finds no body although the text shows one (RFC 9112 §6.3).
fn is_unframed(head: &Head, body: &Body) -> bool {
    let is_told = head.headers.contains("content-length") || head.headers.contains("transfer-encoding");
    !is_told && body.length().is_some_and(|length| length > 0)
}

/// The first line before the body that ends in LF although others end in CR LF. A capture that loses CRs loses all of
/// them; a request that was really sent this way is read in two ways by a proxy and the server behind it.
fn mixed_line_ends(mut lines: Lines<'_>, length_behind: usize) -> Option<Note> {
    lines.skip_blank_lines();
    let (mut bare, mut has_whole) = (None, false);
    while lines.rest().len() > length_behind {
        let before = lines.rest();
        let line = lines.next()?;
        match before.get(line.text.len()..) {
            Some([b'\r', b'\n', ..]) => has_whole = true,
            Some([b'\n', ..]) => bare = bare.or(Some(line.number)),
            _ => {}
        }
    }
    bare.filter(|_| has_whole).map(|line| Note::MixedLineEnds { line })
}

/// Attaches the response to the previous request without one; interim responses do not count.
fn read_response(status: u16, lines: &mut Lines<'_>, exchanges: &mut Vec<Exchange>) {
    let headers = take_headers(lines);
    if (100..200).contains(&status) {
        return;
    }
    let rest = lines.rest();
    let end = match declared_length(&headers) {
        Some(length) if length <= rest.len() && is_end(rest.get(length..).unwrap_or_default()) => length,
        _ => next_message(rest, is_request_line).unwrap_or(rest.len()),
    };
    let reply = Some(reply_of(Some(status), &headers, rest.get(..end).unwrap_or_default()));
    lines.skip_bytes(end);
    match exchanges.last_mut().filter(|exchange| exchange.reply.is_none()) {
        Some(exchange) => exchange.reply = reply,
        None => exchanges.push(Exchange { reply, ..Exchange::default() }),
    }
}

/// Reads Content-Length bytes of body if the text is that long, otherwise up to the next message.
fn take_body(lines: &mut Lines<'_>, head: &mut Head, notes: &mut Vec<Note>) -> Body {
    let rest = lines.rest();
    let next = next_message(rest, is_message_line);
    let there = rest.get(..next.unwrap_or(rest.len())).unwrap_or_default();
    let declared = declared_length(&head.headers);
    // Where the next message begins at once, there are no chunks.
    let chunks = if next == Some(0) { &[] } else { rest };
    if let Some((body, length)) = transferred_body(chunks, head, notes) {
        lines.skip_bytes(length.unwrap_or(there.len()));
        return body;
    }
    match declared {
        Some(length) if length <= rest.len() && is_end(rest.get(length..).unwrap_or_default()) => {
            lines.skip_bytes(length);
            Body::Bytes(rest.get(..length).unwrap_or_default().to_vec())
        }
        Some(length) => {
            lines.skip_bytes(there.len());
            body_of_other_length(there, length, notes)
        }
        None => {
            lines.skip_bytes(there.len());
            let trimmed = there.trim_ascii_end();
            if has_no_body(head) {
                notes.extend((!trimmed.is_empty()).then_some(Note::TextBehindBody { length: trimmed.len() }));
                return Body::Bytes(Vec::new());
            }
            let body = if next.is_some() || trimmed.is_empty() { trimmed } else { there };
            Body::Bytes(body.to_vec())
        }
    }
}

/// A request without a length has no body (RFC 9112 §6.3). With a method that allows one, the head may have lost its
/// length.
fn has_no_body(head: &Head) -> bool {
    let hash = head.headers.first_text("x-amz-content-sha256");
    let is_declared = hash.is_some_and(|hash| hash != "UNSIGNED-PAYLOAD" && hash != sha256(b"").to_string());
    ["GET", "HEAD"].contains(&head.method.as_str()) && !is_declared
}

/// A body that is longer or shorter than declared: it was truncated, left out, or lost its carriage returns.
fn body_of_other_length(there: &[u8], length: usize, notes: &mut Vec<Note>) -> Body {
    if there.len() > length {
        notes.push(Note::TextBehindBody { length: there.len() - length });
        return Body::Bytes(there.get(..length).unwrap_or_default().to_vec());
    }
    let restored = with_carriage_returns(there);
    if restored.len() >= length
        && restored.get(length..).unwrap_or_default().iter().all(u8::is_ascii_whitespace)
        && restored.len() > there.len()
    {
        notes.push(Note::RestoredLineEnds);
        return Body::Bytes(restored.get(..length).unwrap_or_default().to_vec());
    }
    let presented = there.trim_ascii_end().len() as u64;
    notes.push(match presented {
        0 => Note::BodyNotCaptured,
        presented => Note::BodyLength { expected: length as u64, presented },
    });
    Body::Unknown
}

fn with_carriage_returns(text: &[u8]) -> Vec<u8> {
    let mut restored = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'\n' && (at == 0 || text[at - 1] != b'\r') {
            restored.push(b'\r');
        }
        restored.push(byte);
    }
    restored
}

/// Whether nothing follows, or another message.
fn is_end(rest: &[u8]) -> bool {
    let mut lines = Lines::of(rest);
    lines.skip_blank_lines();
    lines.next().is_none_or(|line| is_message_line(line.text))
}

/// The position of the next line that begins a message.
fn next_message(text: &[u8], begins: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let mut lines = Lines::of(text);
    loop {
        let at = text.len() - lines.rest().len();
        if begins(lines.next()?.text) {
            return Some(at);
        }
    }
}
