//! Undoes the escapes that JSON, shells and HTML put into a token.

use std::borrow::Cow;

/// Removes the escapes of JSON, of a POSIX shell, of cmd or of HTML. An escaped line break ends a word, and so does a
/// backslash that escapes nothing.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') && !text.contains("^&") && !text.contains("&amp;") {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&amp;", "&").replace("^&", "&");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        // JSON within JSON doubles the backslashes.
        let escape = escape.trim_start_matches('\\');
        let (character, length) = character(escape);
        plain.push(character);
        rest = escape.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character that an escape stands for, given the text after its backslash, and the length of the escape in
/// bytes.
fn character(escape: &str) -> (char, usize) {
    let of_json = escape.strip_prefix('u').and_then(|rest| rest.get(..4));
    let of_json = of_json.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(u8::is_ascii);
    match (of_json, escape.chars().next()) {
        (Some(byte), _) => (char::from(byte), 5),
        (None, Some('n' | 'r' | 't')) => (' ', 1),
        (None, Some(next)) if next.is_ascii_punctuation() => (next, 1),
        _ => ('\\', 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_escaped_form_gives_the_same_text() {
        for (text, expected) in [
            ("a/?b=c&d", "a/?b=c&d"),
            ("a\\/?b=c\\u0026d", "a/?b=c&d"),
            ("a/\\?b\\=c\\&d", "a/?b=c&d"),
            ("a/?b=c^&d", "a/?b=c&d"),
            ("a/?b=c&amp;d", "a/?b=c&d"),
            ("a\\\\/?b=c\\\\u0026d", "a/?b=c&d"),
            ("a/\\u003Fb\\u003dc\\u0026d", "a/?b=c&d"),
            ("a\\n", "a "),
            ("a\\", "a\\"),
            ("a\\u00", "a\\u00"),
            ("a\\u20ac", "a\\u20ac"),
        ] {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }
}
