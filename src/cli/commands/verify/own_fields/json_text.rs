//! Replaces texts in JSON, whatever is escaped in it; everything else stays byte for byte.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::redaction::REDACTED;

/// Returns a text as it is shown, or nothing if it is shown unchanged.
pub type Show<'s> = dyn Fn(&str) -> Option<String> + 's;

/// A text of JSON, or a part of one, with each string as `show` shows it. A number that is not shown becomes a string.
pub fn rewrite(json: &str, show: &Show<'_>) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('"') {
        let (between, string) = rest.split_at(at);
        let (literal, behind) = string.split_at(end_of_string(string));
        push_between(between, show, &mut out);
        match shown_literal(literal, show) {
            Some(shown) => out.push_str(&Value::from(shown).to_string()),
            None => out.push_str(literal),
        }
        rest = behind;
    }
    push_between(rest, show, &mut out);
    out
}

/// Whether a text is a JSON object or list: programs write a log in a field of another.
pub fn is_nested(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok()
}

fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn shown_literal(literal: &str, show: &Show<'_>) -> Option<String> {
    let inner = literal.trim_start_matches('"').trim_end_matches('"');
    let text = match inner.contains('\\') {
        false => Cow::Borrowed(inner),
        // Half a surrogate pair cannot be compared.
        true => match serde_json::from_str(literal) {
            Ok(text) => Cow::Owned(text),
            Err(_) => return Some(REDACTED.to_owned()),
        },
    };
    if !is_nested(&text) {
        return show(&text);
    }
    let shown = rewrite(&text, show);
    show(&shown).or_else(|| (shown != text).then_some(shown))
}

/// What stands between two strings: numbers, words and separators.
fn push_between(text: &str, show: &Show<'_>, out: &mut String) {
    if show(text).is_none() {
        return out.push_str(text);
    }
    for piece in text.split_inclusive([',', ':', '[', ']', '{', '}']) {
        let word = piece.trim_end_matches([',', ':', '[', ']', '{', '}']);
        match show(word) {
            Some(shown) => out.push_str(&Value::from(shown).to_string()),
            None => out.push_str(word),
        }
        out.push_str(&piece[word.len()..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_compared_without_their_escapes() {
        let hush = |text: &str| text.contains("HU+SH").then(|| text.replace("HU+SH", "…"));
        for (json, expected) in [
            (r#""a":"HU+SH","b":1e400,"#, r#""a":"…","b":1e400,"#),
            (r#"{"a":["x\u0048U\u002BSH\n"]}"#, r#"{"a":["x…\n"]}"#),
            (r#"{"log":"{\"t\":\"HU\\u002bSH\"}"}"#, r#"{"log":"{\"t\":\"…\"}"}"#),
            (r#"{"a":"\"HU+SH\"","HU+SH":null}"#, r#"{"a":"\"…\"","…":null}"#),
            (r#"{"a":"\ud800"}"#, r#"{"a":"[redacted]"}"#),
            (r#"{"a":"\/\u00e9","b":"","c":[]}"#, r#"{"a":"\/\u00e9","b":"","c":[]}"#),
        ] {
            assert_eq!(rewrite(json, &hush), expected);
        }
        let digits = |text: &str| text.contains("123456").then(|| text.replace("123456", "…"));
        assert_eq!(rewrite(r#""a":[1,123456],"b":{"c":123456},"#, &digits), r#""a":[1,"…"],"b":{"c":"…"},"#);
    }
}
