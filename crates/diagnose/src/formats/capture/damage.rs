//! Damage to a text in transit: redacted values, truncation, line breaks written as `\n`.

use std::borrow::Cow;

use crate::formats::note::Note;
use crate::formats::reply::is_redacted;
use sigvet_core::internal::raw_http::Lines;

use super::{Capture, http};

/// Empties the lines of three backticks that chats and trackers put around a text; all other lines keep their numbers.
pub(super) fn without_fences(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if text.trim_ascii_start().starts_with(b"{code") || text.trim_ascii_start().starts_with(b"{noformat") {
        return Cow::Owned(without_macros(&String::from_utf8_lossy(&text)).into_bytes());
    }
    if !text.trim_ascii_start().starts_with(FENCE) {
        return text;
    }
    let unfenced = |line: &[u8]| if line.starts_with(FENCE) { Vec::new() } else { line.to_vec() };
    let lines: Vec<Vec<u8>> = text.split(|&byte| byte == b'\n').map(unfenced).collect();
    Cow::Owned(lines.join(&b'\n'))
}

/// The text without `{code:bash}` and `{noformat}`, which Jira puts around preformatted text.
fn without_macros(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (place, part) in text.split('{').enumerate() {
        let shown = part.split_once('}').filter(|(name, _)| is_macro(name)).map(|(_, shown)| shown);
        plain.push_str(if place == 0 || shown.is_some() { "" } else { "{" });
        plain.push_str(shown.unwrap_or(part));
    }
    plain
}

fn is_macro(name: &str) -> bool {
    ["code", "noformat"]
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
}

const FENCE: &[u8] = b"```";

/// The text with plain spaces for hard ones, if those stand where HTTP has a space: pages and word processors put them there.
pub(super) fn without_hard_spaces(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    const MARKS: [&str; 3] = ["uthorization:\u{a0}", "ost:\u{a0}", "AWS4-HMAC-SHA256\u{a0}"];
    let holds = |mark: &&str| text.windows(mark.len()).any(|window| window == mark.as_bytes());
    if !MARKS.iter().any(holds) {
        return text;
    }
    Cow::Owned(String::from_utf8_lossy(&text).replace('\u{a0}', " ").into_bytes())
}

/// Turns `\r\n` and `\n` into line breaks if a whole request was written on one line.
pub(super) fn with_line_breaks(text: Cow<'_, [u8]>) -> (Cow<'_, [u8]>, Option<Note>) {
    let mut lines = Lines::of(&text);
    lines.skip_blank_lines();
    let Some(first) = lines.next() else { return (text, None) };
    let shown = String::from_utf8_lossy(first.text);
    let is_escaped = (shown.contains(" HTTP/") || shown.starts_with("HTTP/")) && shown.contains("\\n");
    if !is_escaped || first.text.len() > 1024 * 1024 {
        return (text, None);
    }
    let unquoted = shown.trim().trim_matches(['"', '\'']);
    let unescaped = unquoted.replace("\\r\\n", "\r\n").replace("\\n", "\n").replace("\\\"", "\"");
    if !http::begins(unescaped.as_bytes()) {
        return (text, None);
    }
    (Cow::Owned(unescaped.into_bytes()), Some(Note::EscapedNewlines))
}

/// Notes about damaged values in a capture.
pub(super) fn of(capture: &Capture) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(request) = &capture.request {
        for header in &request.headers {
            notes.extend(of_value(&format!("the header {}", header.name), &header.value));
        }
        notes.extend(of_value("the URL", request.target()));
    }
    if let Some(client) = &capture.client {
        notes.extend(
            client.canonical_request.as_deref().and_then(|text| of_value("the client's canonical request", text)),
        );
    }
    notes
}

/// The damage to a value, if it shows.
fn of_value(what: &str, value: &[u8]) -> Option<Note> {
    let text = String::from_utf8_lossy(value);
    let what = what.to_owned();
    if is_redacted(&text) {
        return Some(Note::Redacted { what });
    }
    let end = text.trim_end();
    (end.ends_with("...") || end.contains('…')).then_some(Note::CutOff { what })
}
