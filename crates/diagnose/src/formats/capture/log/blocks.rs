//! Canonical requests, strings to sign and signatures within any other text.
//!
//! A canonical request begins where a line ends in a method and the next one is a path, and ends with the hash below
//! its list of signed headers. A string to sign begins where a line ends in an algorithm and a time or a scope follows.
//! What a server computed, in elements or after `should have been`, is not the client's.

use crate::formats::flattened::{is_payload_hash, is_signed_headers, unflatten, unflatten_string_to_sign};
use crate::formats::note::Note;
use sigvet_core::internal::raw_http::Lines;

/// A block, with the number of the line where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundBlock {
    pub(super) line: usize,
    pub(super) bytes: Vec<u8>,
}

/// All blocks, each kind in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Blocks {
    pub(super) canonical: Vec<FoundBlock>,
    pub(super) strings: Vec<FoundBlock>,
    pub(super) signatures: Vec<(usize, String)>,
    /// Lines that mention a refusal.
    pub(super) refusals: Vec<usize>,
}

impl Blocks {
    pub(super) fn is_empty(&self) -> bool {
        self.canonical.is_empty() && self.strings.is_empty()
    }
}

/// Scans a text; if nothing is found, again with `\n` turned into line breaks, then with spaces turned into line
/// breaks.
pub(super) fn scan(text: &[u8]) -> (Blocks, Vec<Note>) {
    let blocks = scan_lines(text);
    if !blocks.is_empty() {
        return (blocks, Vec::new());
    }
    if let Some(unescaped) = unescaped(text) {
        let blocks = scan_lines(&unescaped);
        if !blocks.is_empty() {
            return (blocks, vec![Note::EscapedNewlines]);
        }
    }
    scan_flattened(text)
}

/// The text with `\n`, `\t`, `\r`, `\"`, `\'`, `\\` unescaped.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    if !text.windows(2).any(|pair| pair == b"\\n") {
        return None;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escaped = match (byte, bytes.peek()) {
            (b'\\', Some(b'n')) => b'\n',
            (b'\\', Some(b't')) => b'\t',
            (b'\\', Some(b'r')) => b'\r',
            (b'\\', Some(&other @ (b'"' | b'\'' | b'\\'))) => other,
            _ => {
                out.push(byte);
                continue;
            }
        };
        bytes.next();
        out.push(escaped);
    }
    Some(out)
}

fn scan_lines(text: &[u8]) -> Blocks {
    let lines: Vec<&[u8]> = Lines::of(text).map(|line| line.text).collect();
    let mut blocks = Blocks::default();
    let mut at = 0;
    while at < lines.len() {
        let line = at + 1;
        if is_refusal(lines[at]) {
            blocks.refusals.push(line);
        }
        blocks.signatures.extend(signature_at(&lines, at).map(|signature| (line, signature)));
        if let Some((bytes, taken)) = canonical_at(&lines, at).filter(|_| !is_servers(&lines, at)) {
            blocks.canonical.push(FoundBlock { line, bytes });
            // The last line may continue with the string to sign.
            at += taken - 1;
            continue;
        }
        if let Some(bytes) = string_at(&lines, at).filter(|_| !is_servers(&lines, at)) {
            blocks.strings.push(FoundBlock { line, bytes });
        }
        at += 1;
    }
    blocks
}

/// The canonical request that begins at the end of a line, and its number of lines.
fn canonical_at(lines: &[&[u8]], at: usize) -> Option<(Vec<u8>, usize)> {
    // A client may have signed its method in lowercase; what follows distinguishes a method from other words.
    let (before, method) = last_word(lines[at], |byte| byte.is_ascii_alphabetic());
    if !(3..=10).contains(&method.len()) {
        return None;
    }
    let indent = if before.trim_ascii().is_empty() { before.len() } else { 0 };
    let line = |at: usize| lines.get(at).map(|line| dedented(line, indent));
    let mut block = vec![method, line(at + 1).filter(|path| path.starts_with(b"/"))?];
    let mut next = at + 2;
    // An empty query is an empty line, which some copies lose; a colon in a query would be encoded.
    let query = line(next).filter(|line| !is_header(line));
    next += usize::from(query.is_some());
    block.push(query.unwrap_or_default());
    while let Some(header) = line(next).filter(|line| is_header(line)) {
        block.push(header);
        next += 1;
    }
    // There may be one blank line, none or two: the string to sign shows which was hashed.
    while line(next).is_some_and(|line| line.trim_ascii().is_empty()) {
        next += 1;
    }
    block.push(b"");
    let signed = line(next)?;
    if block.len() < 5 || !is_signed_headers(signed) {
        return None;
    }
    block.push(signed);
    let last = line(next + 1)?;
    let is_of_hash = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let hash = last.get(..last.iter().position(|byte| !is_of_hash(byte)).unwrap_or(last.len())).unwrap_or_default();
    let hash = without_rule(hash);
    if hash.is_empty() {
        return None;
    }
    block.push(hash);
    Some((block.join(&b'\n'), next + 2 - at))
}

/// The hash without the dashes of a rule after it.
fn without_rule(hash: &[u8]) -> &[u8] {
    let length = hash.iter().rposition(|&byte| byte != b'-').map_or(0, |at| at + 1);
    hash.get(..length).unwrap_or_default()
}

/// The string to sign that begins at the end of a line.
fn string_at(lines: &[&[u8]], at: usize) -> Option<Vec<u8>> {
    let (before, algorithm) =
        last_word(lines[at], |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    let text = std::str::from_utf8(algorithm).ok()?;
    if !text.contains("-HMAC-SHA") && !text.contains("-ECDSA-") {
        return None;
    }
    let indent = if before.trim_ascii().is_empty() { before.len() } else { 0 };
    let line = |at: usize| lines.get(at).map(|line| dedented(line, indent));
    let (first, second) = (line(at + 1)?, line(at + 2)?);
    let is_right = is_time(first) && is_scope(second);
    let middle = match () {
        () if is_right => vec![first, second],
        // A broken client shortens the time, puts it after the scope, or leaves it out.
        () if is_date(first) && is_scope(second) || is_scope(first) && is_date(second) => vec![first, second],
        () if is_scope(first) => vec![first],
        () => return None,
    };
    let hashes = if text.ends_with("-PAYLOAD") { 3 } else { 1 + usize::from(text.ends_with("-TRAILER")) };
    let hashes_at = at + 1 + middle.len();
    let mut block = [vec![algorithm], middle].concat();
    for at in hashes_at..hashes_at + hashes {
        let hash = line(at)?;
        let digits = hash.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(hash.len());
        if digits != 64 && !is_right {
            return None;
        }
        block.push(hash.get(..digits).unwrap_or_default());
    }
    Some(block.join(&b'\n')).filter(|block| !block.ends_with(b"\n"))
}

fn is_time(line: &[u8]) -> bool {
    line.len() == 16 && line[8] == b'T' && line[15] == b'Z'
}

/// Whether a line begins with a year and is neither a scope nor a hash: one in seven hashes begins with four digits.
fn is_date(line: &[u8]) -> bool {
    (8..64).contains(&line.len())
        && line.get(..4).unwrap_or_default().iter().all(u8::is_ascii_digit)
        && !line.contains(&b'/')
}

fn is_scope(line: &[u8]) -> bool {
    line.iter().filter(|&&byte| byte == b'/').count() >= 3
}

/// The last word of a line, and the text before it; empty if it is part of a longer word.
fn last_word(line: &[u8], is_of_word: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let start = line.iter().rposition(|&byte| !is_of_word(byte)).map_or(0, |at| at + 1);
    let (before, word) = line.split_at(start);
    match before.last() {
        Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'_' => (before, b""),
        _ => (before, word),
    }
}

/// Whether the block belongs to a server: in an element, or in its message.
fn is_servers(lines: &[&[u8]], at: usize) -> bool {
    let has = |line: &[u8], words: &[u8]| line.windows(words.len()).any(|window| window == words);
    const ELEMENTS: [&[u8]; 6] = [
        b"<CanonicalRequest>",
        b"<StringToSign>",
        b"&lt;CanonicalRequest&gt;",
        b"&lt;StringToSign&gt;",
        b"u003cCanonicalRequest",
        b"u003cStringToSign",
    ];
    let in_element = ELEMENTS.iter().any(|element| has(lines[at], element));
    in_element
        || lines.get(at.saturating_sub(2)..=at).unwrap_or_default().iter().any(|line| has(line, b"should have been"))
}

fn dedented(line: &[u8], indent: usize) -> &[u8] {
    let blanks = line.iter().take(indent).take_while(|byte| byte.is_ascii_whitespace()).count();
    line.get(blanks..).unwrap_or_default()
}

fn is_header(line: &[u8]) -> bool {
    let name = line.iter().position(|&byte| byte == b':').map(|at| line.get(..at).unwrap_or_default());
    name.is_some_and(|name| {
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.!#$%'*+^`|~".contains(byte))
    })
}

fn signature_at(lines: &[&[u8]], at: usize) -> Option<String> {
    // Even a text of millions of short lines has few of these.
    if !lines[at].iter().any(|byte| matches!(byte, b'=' | b':')) {
        return None;
    }
    let text = String::from_utf8_lossy(lines[at]);
    let mark =
        ["ignature=", "ignature:", "signing hash:"].iter().find_map(|mark| Some(text.find(mark)? + mark.len()))?;
    let here = text.get(mark..).unwrap_or_default().trim_start_matches([' ', '"', '\'']);
    let below = lines.get(at + 1).map(|line| String::from_utf8_lossy(line)).unwrap_or_default();
    [here, below.trim_start()].into_iter().find_map(|text| {
        let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
        (digits == 64).then(|| text.get(..64).unwrap_or_default().to_owned())
    })
}

fn is_refusal(line: &[u8]) -> bool {
    const SIGNS: [&[u8]; 8] = [
        b"SignatureDoesNotMatch",
        b"InvalidSignature",
        b"signature we calculated",
        b"AuthorizationHeaderMalformed",
        b"HTTP/1.1\" 403",
        b"HTTP/1.1 403",
        b"HTTP/2.0 403",
        b"'status': 403",
    ];
    SIGNS.iter().any(|sign| line.windows(sign.len()).any(|window| window == *sign))
}

/// No canonical request has more words.
const LONGEST: usize = 1024;

/// Scans a text that a browser or a chat flattened to one line.
fn scan_flattened(text: &[u8]) -> (Blocks, Vec<Note>) {
    let mut blocks = Blocks::default();
    let mut notes = Vec::new();
    for line in Lines::of(text) {
        let words: Vec<&[u8]> = line.text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        let ends_at = |end: &usize| is_payload_hash(words[*end]) && is_signed_headers(words[end - 1]);
        let ends: Vec<usize> = (1..words.len()).filter(ends_at).collect();
        for at in 0..words.len() {
            if let Some(string) = words
                .get(at..at + 4)
                .filter(|words| words[0].contains(&b'-'))
                .and_then(|words| unflatten_string_to_sign(&words.join(&b' ')))
            {
                notes.push(Note::FlattenedNewlines { what: "string to sign", repaired: true });
                blocks.strings.push(FoundBlock { line: line.number, bytes: string });
            }
            let is_start =
                words[at].iter().all(u8::is_ascii_uppercase) && words.get(at + 1).is_some_and(|path| path[0] == b'/');
            let Some(&end) = ends.get(ends.partition_point(|&end| end < at + 3)).filter(|_| is_start) else { continue };
            if end - at > LONGEST {
                continue;
            }
            if let Some(bytes) = unflatten(&words.get(at..=end).unwrap_or_default().join(&b' ')) {
                notes.push(Note::FlattenedNewlines { what: "canonical request", repaired: true });
                blocks.canonical.push(FoundBlock { line: line.number, bytes });
            }
        }
    }
    (blocks, notes)
}
