//! Makes text inert: it cannot control a terminal, and is displayed in the order in which it is stored.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with control characters and characters that change the direction of text spelled out. Newlines and tabs
/// stay.
pub(in crate::cli) fn inert(text: &str) -> Cow<'_, str> {
    spelled_out(text, |character| !matches!(character, '\n' | '\t') && is_treacherous(character), write_spelling)
}

/// Like [`inert`], but on one line.
pub(in crate::cli) fn inert_line(text: &str) -> Cow<'_, str> {
    spelled_out(text, is_treacherous, write_spelling)
}

/// JSON text with the same value. Such characters occur only in its strings, except for white space between tokens.
pub(in crate::cli) fn inert_json(json: &str) -> Cow<'_, str> {
    spelled_out(json, |character| !character.is_ascii_whitespace() && is_treacherous(character), write_json_escape)
}

fn spelled_out(
    text: &str,
    is_spelled_out: impl Fn(char) -> bool,
    write_spelling: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if !text.chars().any(&is_spelled_out) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match is_spelled_out(character) {
            true => write_spelling(character, &mut shown),
            false => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

fn write_spelling(character: char, shown: &mut String) {
    shown.extend(character.escape_unicode());
}

fn write_json_escape(character: char, shown: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        write!(shown, "\\u{unit:04x}").expect("writing to a String cannot fail");
    }
}

/// Whether a character is a control, a direction mark, invisible, or an unusual line end.
pub(in crate::cli) fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text of bytes; each byte that is not UTF-8 is spelled as `\xNN`.
pub(super) fn from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").expect("writing to a String cannot fail");
        }
    }
    Cow::Owned(text)
}

/// The number of bytes at the end that begin an incomplete character.
pub(super) fn begun_character(bytes: &[u8]) -> usize {
    match std::str::from_utf8(&bytes[bytes.len() - bytes.len().min(3)..]) {
        Err(error) if error.error_len().is_none() => bytes.len().min(3) - error.valid_up_to(),
        _ => 0,
    }
}
