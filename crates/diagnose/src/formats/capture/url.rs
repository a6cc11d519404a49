//! A URL alone, as it is pasted: in quotes, in angle brackets, broken by a mail program, escaped by HTML or JSON.

use crate::formats::note::Note;
use crate::formats::parse_url;
use sigvet_core::internal::captured_request;
use sigvet_core::request::Request;

use super::UnreadableCapture;
use super::exchange::{Exchange, has_signed_query};

const OPENING: &[char] = &['"', '\'', '<', '(', '[', '`', '\u{201c}', '\u{2018}'];
const CLOSING: &[char] = &['"', '\'', '>', '`', '\u{201d}', '\u{2019}'];
const PUNCTUATION: &[char] = &['.', ',', ';', ')', ']', '}'];

/// More lines than a mail program makes of a URL.
const MOST_LINES: usize = 64;

/// Whether the text begins with a URL.
pub(super) fn begins(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(OPENING);
    crate::formats::is_url(text)
}

/// Whether the text begins with a URL that somebody signed.
pub(super) fn begins_presigned(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    begins(word) && has_signed_query(word.as_bytes())
}

/// A GET of the URL, and the text behind it.
pub(super) fn read(text: &str) -> Result<(Exchange, &str), UnreadableCapture> {
    let text = text.trim_start().trim_start_matches(OPENING);
    let (joined, rest) = join(text);
    let mut notes = Vec::new();
    if joined.contains('\n') {
        let line = 1;
        notes.push(Note::JoinedLines { line });
    }
    let joined: String = joined.split_whitespace().collect();
    let word = without_closing(&joined);
    let escape = ["&amp;", "\\u0026", "&#38;", "&#x26;"].into_iter().find(|escape| word.contains(escape));
    notes.extend(escape.map(|escape| Note::EscapedUrl { escape }));
    if word.ends_with("...") || word.ends_with('…') {
        notes.push(Note::CutOff { what: "the URL".to_owned() });
    }
    let url = parse_url(word)?;
    let request = Request::new("GET", &url).map_err(|_| UnreadableCapture::Empty)?;
    // What a client would have percent-encoded shows how it was escaped.
    let target = escape.and_then(|_| raw_target(word)).unwrap_or_else(|| request.target().to_vec());
    let request = captured_request("GET", target, request.headers, request.body);
    let url = url.for_request(&request);
    Ok((Exchange { request: Some(request), url: Some(url), reply: None, notes }, rest))
}

/// The URL with the lines that go on with it, and what follows. A mail program breaks a long URL anywhere.
fn join(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let mut end = end;
    for _ in 0..MOST_LINES {
        if has_whole_signature(text.get(..end).unwrap_or_default())
            || !text.get(..end).unwrap_or_default().contains('?')
        {
            break;
        }
        let Some(line) = text
            .get(end..)
            .unwrap_or_default()
            .strip_prefix("\r\n")
            .or_else(|| text.get(end..).unwrap_or_default().strip_prefix('\n'))
        else {
            break;
        };
        let start = text.len() - line.len();
        let word = line.split(char::is_whitespace).next().unwrap_or_default();
        let is_more = !word.is_empty()
            && line.get(word.len()..).unwrap_or_default().lines().next().is_none_or(|rest| rest.trim().is_empty());
        if !is_more || !word.contains(['&', '=', '%']) && !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            break;
        }
        end = start + word.len();
    }
    text.split_at(end)
}

fn has_whole_signature(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("-signature=") else { return !lower.contains("x-amz-") };
    let digits =
        lower.get(at + "-signature=".len()..).unwrap_or_default().bytes().take_while(u8::is_ascii_hexdigit).count();
    digits >= 64
}

fn without_closing(text: &str) -> &str {
    let is_signed = has_signed_query(text.as_bytes());
    let mut word = text;
    loop {
        let mut shorter = word.trim_end_matches(CLOSING);
        if is_signed && !shorter.ends_with("...") {
            shorter = shorter.trim_end_matches(PUNCTUATION);
        }
        if shorter == word {
            return word;
        }
        word = shorter;
    }
}

/// The bytes of path and query as they stand in the text, without the fragment.
fn raw_target(url: &str) -> Option<Vec<u8>> {
    let (_, rest) = url.split_once("://")?;
    let at = rest.find(['/', '?', '#'])?;
    let target = rest.get(at..).unwrap_or_default().split('#').next().unwrap_or_default();
    let slash = if target.starts_with('/') { "" } else { "/" };
    Some(format!("{slash}{target}").into_bytes())
}
