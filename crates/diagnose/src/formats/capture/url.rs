//! A URL alone, as pasted: in quotes, in angle brackets, broken by a mail program, escaped by HTML or JSON.

use ::base64::alphabet::URL_SAFE;

use crate::formats::note::Note;
use crate::formats::reply::unescape;
use crate::formats::{base64, is_url, parse_url};
use sigvet_core::internal::captured_request;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Request;

use super::exchange::{Exchange, has_signed_query};
use super::{UnreadableCapture, markup};

const OPENING: &[char] = &['"', '\'', '<', '(', '[', '`', '\u{201c}', '\u{2018}'];
const CLOSING: &[char] = &['"', '\'', '>', '`', '\u{201d}', '\u{2019}'];
const PUNCTUATION: &[char] = &['.', ',', ';', ')', ']', '}'];

/// No mail program breaks a URL into more lines.
const MOST_LINES: usize = 64;

/// Whether the text begins with a URL.
pub(super) fn begins(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(OPENING);
    is_url(text)
}

/// The longest URL in bytes, with the lines that continue it.
pub(super) const LONGEST: usize = 64 * 1024;
/// How often the bytes of a text may be read, when many URLs begin in one word.
const MOST_READ: usize = 8;

/// Where presigned URLs begin in a text, from a place on; one may be inside another.
pub(super) fn presigned_starts(text: &str, from: usize) -> impl Iterator<Item = usize> {
    let mut left = MOST_READ * text.len();
    let is_presigned = move |start: &usize| {
        if left == 0 {
            return false;
        }
        let behind = markup::beginning(text.get(*start..).unwrap_or_default(), LONGEST);
        let before = text.get(..*start).and_then(|before| before.chars().next_back());
        let quoted = before.filter(|c| matches!(c, '"' | '\'')).and_then(|quote| behind.split_once(quote));
        let behind = quoted.map_or(behind, |(quoted, _)| quoted);
        let word = behind.find(char::is_whitespace).unwrap_or(behind.len());
        left = left.saturating_sub(word.max(1));
        begins_presigned_in_lines(behind)
    };
    let behind = text.get(from..).unwrap_or_default();
    let starts = behind.match_indices("://").filter_map(move |(at, _)| {
        let before = behind.get(..at)?;
        let has = |scheme: &&str| {
            let start = at.checked_sub(scheme.len()).and_then(|start| before.get(start..));
            start.is_some_and(|found| found.eq_ignore_ascii_case(scheme))
        };
        Some(from + at - ["https", "http", "wss"].into_iter().find(has)?.len())
    });
    starts.filter(is_presigned)
}

/// Whether the text begins with a signed URL.
pub(super) fn begins_presigned(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    begins(word) && (has_signed_query(word.as_bytes()) || word.contains("?X-Amz-") || word.contains("&X-Amz-"))
}

/// The same for a URL that a mail program may have broken before its signature.
pub(super) fn begins_presigned_in_lines(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let is_broken = || word.len() >= SHORTEST_BROKEN && begins_presigned(&as_one_line(join(text).0));
    begins_presigned(word) || begins(word) && is_broken()
}

/// No mail program breaks a shorter line.
const SHORTEST_BROKEN: usize = 60;

/// The URLs from links on a page, or one that was percent-encoded as a whole; with what they were in.
pub(super) fn unwrapped(text: &[u8]) -> Option<(Vec<String>, &'static str)> {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    let encoded = ["https%3a%2f%2f", "http%3a%2f%2f"]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)));
    if encoded {
        let url = decoded(text.split_whitespace().next().unwrap_or_default())?;
        return Some((vec![url], "a percent-encoded text"));
    }
    if !text.starts_with('<') {
        return None;
    }
    let (links, from) = match text.contains("href=3D") {
        true => (links_in(&from_quoted_printable(text)), "a mail in quoted-printable"),
        false => (links_in(text), "a link"),
    };
    (!links.is_empty()).then_some((links, from))
}

/// The presigned URLs that a page links to, or shows.
fn links_in(page: &str) -> Vec<String> {
    let mut end = 0;
    let links = presigned_starts(page, 0).filter_map(|start| {
        let link = markup::link_at(page, start).filter(|_| start >= end)?;
        end = link.end;
        Some(link.url)
    });
    links.collect()
}

/// The text of the source of a mail in quoted-printable, which its header names (RFC 2045 §6.7).
pub(super) fn mail_in_quoted_printable(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let is_header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or_default();
        name.eq_ignore_ascii_case("content-transfer-encoding") && value.trim().eq_ignore_ascii_case("quoted-printable")
    };
    // Without its headers, the text is not a mail any more.
    text.lines().any(is_header).then(|| {
        let body: Vec<&str> = text.split_inclusive('\n').filter(|line| !is_header(line.trim_end())).collect();
        from_quoted_printable(&body.concat())
    })
}

/// Whether a text begins with the header of a mail, and not with a request or what a program printed.
pub(super) fn begins_mail(text: &[u8]) -> bool {
    let head = String::from_utf8_lossy(text.get(..text.len().min(1024)).unwrap_or_default());
    let first = head.trim_start().lines().next().unwrap_or_default();
    let name = first.split_once(": ").map(|(name, _)| name.to_ascii_lowercase());
    name.is_some_and(|name| {
        name.starts_with("content-")
            || ["from", "to", "subject", "mime-version", "return-path", "received"].contains(&name.as_str())
    })
}

/// The source of a mail without quoted-printable escapes (RFC 2045 §6.7).
pub(super) fn from_quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let mut plain = String::with_capacity(joined.len());
    let mut parts = joined.split('=');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(u8::is_ascii);
        match byte {
            Some(byte) => plain.push(char::from(byte)),
            None => plain.push('='),
        }
        plain.push_str(part.get(if byte.is_some() { 2 } else { 0 }..).unwrap_or_default());
    }
    // The rest of these marks is text.
    plain.replace("href=3D", "href=")
}

/// The presigned URL in a parameter of a link checker's or click counter's URL.
fn inside(url: &str) -> Option<String> {
    if let Some(inner) = inside_proofpoint(url) {
        return Some(inner);
    }
    if has_signed_query(url.as_bytes()) {
        return None;
    }
    let (_, query) = url.split_once('?')?;
    let value = |parameter: &str| decoded(parameter.split_once('=')?.1).filter(|value| begins_presigned(value));
    query.split('&').find_map(value)
}

/// Proofpoint's third form: `https://urldefense.com/v3/__URL__;CHARACTERS!!…`. In the URL a `*` stands for the next of
/// the characters, which are in base64, and `**` followed by a base64 digit for that many characters, counted from two.
fn inside_proofpoint(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/v3/__")?;
    let (masked, rest) = rest.split_once("__;")?;
    let replaced = base64::decode(rest.split('!').next()?, &URL_SAFE)?;
    let replaced = String::from_utf8(replaced).ok()?;
    let mut replaced = replaced.chars();
    let mut url = String::with_capacity(masked.len());
    let mut characters = masked.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' if characters.next_if_eq(&'*').is_some() => {
                let digit = characters.next()?;
                let value = URL_SAFE.as_str().find(digit)?;
                url.extend(replaced.by_ref().take(value + 2));
            }
            '*' => url.extend(replaced.next()),
            character => url.push(character),
        }
    }
    begins_presigned(&url).then_some(url)
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(decode(text.as_bytes(), Plus::Literal)).ok()
}

/// A GET of the URL, and the text after it.
pub(super) fn read(text: &str) -> Result<(Exchange, &str), UnreadableCapture> {
    let text = text.trim_start();
    let is_bracketed = text.starts_with('<');
    let text = text.trim_start_matches(OPENING);
    let (joined, rest) = join(text);
    let mut notes = Vec::new();
    if joined.contains('\n') {
        let line = 1;
        notes.push(Note::JoinedLines { line });
    }
    let joined = as_one_line(joined);
    // Chats write a link as `<URL|label>` or `<URL>`, with HTML escapes.
    let linked = joined.split_once(['|', '>']).filter(|_| is_bracketed).map(|(url, _)| unescape(url));
    let joined = linked.unwrap_or(joined);
    let joined = match inside(&joined) {
        Some(inner) => {
            notes.push(Note::UnwrappedUrl { from: "another URL" });
            inner
        }
        None => joined,
    };
    let word = up_to_signature(without_closing(&joined));
    let escape = ["&amp;", "\\u0026", "&#38;", "&#x26;"].into_iter().find(|escape| word.contains(escape));
    notes.extend(escape.map(|escape| Note::EscapedUrl { escape }));
    if word.ends_with("...") || word.ends_with('…') {
        notes.push(Note::CutOff { what: "the URL".to_owned() });
    }
    let url = parse_url(word)?;
    let request = Request::new("GET", &url).map_err(|_| UnreadableCapture::Empty)?;
    // Characters that a client would have percent-encoded show how the text was escaped.
    let target = escape.and_then(|_| raw_target(word)).unwrap_or_else(|| request.target().to_vec());
    let request = captured_request("GET", target, request.headers, request.body);
    let url = url.for_request(&request);
    Ok((Exchange { request: Some(request), url: Some(url), reply: None, notes }, rest))
}

/// The lines of a URL joined. A soft line break of quoted-printable (RFC 2045 §6.7) stays as an escape, because it
/// shows that the text is in that encoding.
fn as_one_line(joined: &str) -> String {
    let mut lines: Vec<&str> = joined.lines().map(|line| without_quote(line).trim()).collect();
    let last = lines.pop().unwrap_or_default();
    let is_soft = !lines.is_empty() && lines.iter().all(|line| line.ends_with('='));
    let separator = if is_soft { SOFT_BREAK } else { "" };
    lines.iter().map(|line| format!("{line}{separator}")).chain([last.to_owned()]).collect()
}

/// Replaces the line break after a quoted-printable `=`.
const SOFT_BREAK: &str = "%0A";

/// A line without the quotation marks that mail programs and terminals put before it.
fn without_quote(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '|', '\u{2502}'])
}

/// The URL with the lines that continue it, and the rest. A mail program breaks a long URL anywhere.
fn join(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let mut end = end;
    for _ in 0..MOST_LINES {
        let url = text.get(..end).unwrap_or_default();
        let goes_on = is_cut_in_line(text, end) || url.contains('?') && !has_whole_signature(url);
        if !goes_on {
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
        let line = without_quote(line);
        let start = text.len() - line.len();
        let word = line.split(char::is_whitespace).next().unwrap_or_default();
        let is_more = !word.is_empty()
            && line.get(word.len()..).unwrap_or_default().lines().next().is_none_or(|rest| rest.trim().is_empty());
        if !is_more
            || is_url(word)
            || !word.contains(['&', '=', '%', '?']) && !word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            break;
        }
        end = start + word.len();
    }
    text.split_at(end)
}

/// Whether the URL continues on the next line: this line is as long as a wrapped one, and the next one contains part of
/// a signature.
fn is_cut_in_line(text: &str, end: usize) -> bool {
    let (before, behind) = text.split_at(end);
    let next = behind.lines().find(|line| !line.is_empty()).unwrap_or_default();
    before.lines().last().is_some_and(|line| line.len() >= SHORTEST_BROKEN) && next.contains("X-Amz-")
}

fn has_whole_signature(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("-signature=") else { return !lower.contains("x-amz-") };
    let digits =
        lower.get(at + "-signature=".len()..).unwrap_or_default().bytes().take_while(u8::is_ascii_hexdigit).count();
    digits >= 64
}

/// The URL up to the last digit of its signature, if what follows cannot be part of a URL: `…0a: 403`, `…0a|label`.
fn up_to_signature(url: &str) -> &str {
    let Some(at) = url.to_ascii_lowercase().find("-signature=").map(|at| at + "-signature=".len()) else { return url };
    let value = url.get(at..).unwrap_or_default();
    let digits = value.bytes().take_while(u8::is_ascii_hexdigit).count();
    let is_whole = digits == 64
        && value
            .get(digits..)
            .is_some_and(|rest| rest.starts_with([':', '|', ';', ',', '*', '<', '>', '"', '\'', '`', ')', ']', '}']));
    if is_whole { url.get(..at + digits).unwrap_or(url) } else { url }
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

/// The bytes of path and query as written in the text, without the fragment.
fn raw_target(url: &str) -> Option<Vec<u8>> {
    let (_, rest) = url.split_once("://")?;
    let at = rest.find(['/', '?', '#'])?;
    let target = rest.get(at..).unwrap_or_default().split('#').next().unwrap_or_default();
    let slash = if target.starts_with('/') { "" } else { "/" };
    Some(format!("{slash}{target}").into_bytes())
}
