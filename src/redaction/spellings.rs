//! The ways to write a secret: unchanged, in small letters, with collapsed white space, percent-encoded, escaped for JSON
//! or HTML, in base64, or in hex.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use sigvet_core::internal::encode::{Plus, Slash, decode, encode};

/// The shortest piece of a value in base64 that is searched for.
const SHORTEST_BASE64: usize = 12;
/// The shortest line of a multi-line value that is searched for separately.
const SHORTEST_LINE: usize = 12;

/// The shortest value that is searched for in small letters: others may be words.
const SHORTEST_SMALL: usize = 16;

/// All spellings of a value, which may itself be percent-encoded, of at least `shortest` bytes. Text that is not UTF-8 is
/// searched for with replacement characters.
pub fn spellings_of(value: &[u8], shortest: usize) -> Vec<String> {
    let decoded = [value.to_vec(), decode(value, Plus::Literal), decode(value, Plus::Space)];
    let twice = decode(&decoded[1], Plus::Literal);
    let mut forms: Vec<String> = Vec::new();
    for plain in decoded.into_iter().chain([twice]) {
        let text = String::from_utf8_lossy(&plain).into_owned();
        for laid_out in layouts(&text) {
            let encoded = percent_encoded(&laid_out);
            // S3 writes the bytes of a canonical request, in which the token may be percent-encoded.
            forms.extend(encoded.iter().flat_map(|encoded| in_hex(encoded.as_bytes())));
            forms.extend(encoded);
            forms.extend(escaped(&laid_out));
            forms.extend(in_base64(laid_out.as_bytes()));
            forms.extend(in_hex(laid_out.as_bytes()));
            if laid_out.len() >= SHORTEST_SMALL {
                forms.push(laid_out.to_lowercase());
            }
            forms.push(laid_out);
        }
    }
    forms.retain(|form| form.len() >= shortest);
    forms.sort();
    forms.dedup();
    forms
}

/// With white space unchanged, trimmed, collapsed as in canonical headers, and removed; and also each line.
fn layouts(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE).map(str::to_owned);
    let mut layouts: Vec<String> = lines.collect();
    layouts.extend([text.to_owned(), text.trim_ascii().to_owned(), words.join(" "), words.concat()]);
    layouts.sort();
    layouts.dedup();
    layouts
}

/// Encoded once and twice, with upper-case and lower-case digits, `/` encoded or not, and a space as `%20` or `+`.
fn percent_encoded(text: &str) -> Vec<String> {
    let mut encoded = Vec::new();
    for slash in [Slash::Encode, Slash::Keep] {
        let mut once = Vec::new();
        encode(text.as_bytes(), slash, &mut once);
        let once = String::from_utf8_lossy(&once).into_owned();
        for once in [once.replace("%20", "+"), in_small_letters(&once), once] {
            encoded.extend([once.replace('%', "%25"), once]);
        }
    }
    encoded
}

/// The same with lower-case hex digits in its escapes, which are the digits after each `%` of freshly encoded text.
fn in_small_letters(encoded: &str) -> String {
    let mut digits = 0_u8;
    let lower = |character: char| match character {
        '%' => {
            digits = 2;
            '%'
        }
        other if digits > 0 => {
            digits -= 1;
            other.to_ascii_lowercase()
        }
        other => other,
    };
    encoded.chars().map(lower).collect()
}

/// As JSON, HTML, Rust's `Debug` and a shell escape it.
fn escaped(text: &str) -> Vec<String> {
    let json = serde_json::Value::from(text).to_string();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or(&json).to_owned();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    // As Go, Ruby and PHP escape JSON that may be embedded in HTML.
    let careful = ['+', '=', '&', '<', '>', '\'']
        .into_iter()
        .fold(json.clone(), |text, character| text.replace(character, &format!("\\u{:04x}", u32::from(character))));
    let careful_with_slash = careful.replace('/', "\\u002f");
    let in_capitals =
        |text: &str| text.replace("\\u002b", "\\u002B").replace("\\u003d", "\\u003D").replace("\\u002f", "\\u002F");
    let mut escaped = vec![
        json.replace('/', "\\/"),
        in_capitals(&careful),
        in_capitals(&careful_with_slash),
        careful,
        careful_with_slash,
        json,
        html.replace('\'', "&#39;"),
        text.escape_debug().to_string(),
        text.escape_unicode().to_string(),
        text.replace('\'', "'\\''"),
    ];
    escaped.extend(in_entities(&html));
    escaped.push(html);
    escaped
}

/// With some of the characters of base64 as entities of HTML: escapers differ in which ones.
fn in_entities(html: &str) -> Vec<String> {
    let decimal = |character: char| format!("&#{};", u32::from(character));
    let hex = |character: char| format!("&#x{:X};", u32::from(character));
    let mut written = Vec::new();
    for chosen in [&['+'][..], &['='], &['/'], &['+', '='], &['+', '/'], &['=', '/'], &['+', '=', '/']] {
        for entity in [&decimal as &dyn Fn(char) -> String, &hex] {
            let replace = |text: String, character: &char| text.replace(*character, &entity(*character));
            written.push(chosen.iter().fold(html.to_owned(), replace));
        }
    }
    written
}

/// As AWS prints the bytes of a canonical request or string to sign in a refusal, and as hex dumps do: with or
/// without spaces, in small or capital letters.
fn in_hex(value: &[u8]) -> [String; 4] {
    let digits = |byte: &u8| format!("{byte:02x}");
    let bytes: Vec<String> = value.iter().map(digits).collect();
    let (together, apart) = (bytes.concat(), bytes.join(" "));
    [together.to_uppercase(), apart.to_uppercase(), together, apart]
}

/// The base64 characters that depend only on the value, for each of the three offsets at which it may begin in a
/// longer text.
fn in_base64(value: &[u8]) -> Vec<String> {
    let mut pieces = Vec::new();
    for before in 0..3 {
        let padded = [&[0; 2][..before], value].concat();
        // A group of four characters encodes three bytes; a character that shares bits with neighboring bytes is
        // left out.
        let (start, tail) = ([0, 2, 3][before], [0, 1, 1][padded.len() % 3]);
        for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&padded);
            let end = encoded.len() - tail;
            pieces.extend(encoded.get(start..end).filter(|piece| piece.len() >= SHORTEST_BASE64).map(str::to_owned));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

    use super::*;
    use crate::redaction::REDACTED;

    const TOKEN: &str = "IQoJb3JpZ2luX2VjEJ3//w+Zz9h==/x";

    /// The text without the spellings, the longest first.
    fn hidden(value: &str, text: &str) -> String {
        let mut spellings = spellings_of(value.as_bytes(), 6);
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        spellings.iter().fold(text.to_owned(), |text, spelling| text.replace(spelling, REDACTED))
    }

    #[test]
    fn a_value_is_found_in_each_encoding() {
        for written in [
            TOKEN.to_owned(),
            "IQoJb3JpZ2luX2VjEJ3%2F%2Fw%2BZz9h%3D%3D%2Fx".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3%2f%2fw%2bZz9h%3d%3d%2fx".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3//w%2BZz9h%3D%3D/x".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3%252F%252Fw%252BZz9h%253D%253D%252Fx".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3%252f%252fw%252bZz9h%253d%253d%252fx".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3\\/\\/w+Zz9h==\\/x".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3//w\\u002bZz9h\\u003d\\u003d/x".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3&#x2F;&#x2F;w&#x2B;Zz9h&#x3D;&#x3D;&#x2F;x".to_owned(),
        ] {
            assert_eq!(hidden(TOKEN, &format!("<{written}>")), "<[redacted]>");
            assert_eq!(hidden("IQoJb3JpZ2luX2VjEJ3%2F%2Fw%2BZz9h%3D%3D%2Fx", &written), "[redacted]", "{written}");
        }
    }

    /// Catches `CanonicalRequestBytes`, which contains a token just as `CanonicalRequest` does.
    #[test]
    fn a_value_is_found_in_hex() {
        let bytes: Vec<String> = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hidden(TOKEN, &format!("0a 3a {} 0a", bytes.join(" "))), "0a 3a [redacted] 0a");
        assert_eq!(hidden(TOKEN, &bytes.concat()), "[redacted]");
        assert_eq!(hidden(TOKEN, &bytes.concat().to_uppercase()), "[redacted]");
        let encoded = "IQoJb3JpZ2luX2VjEJ3%2F%2Fw%2BZz9h%3D%3D%2Fx";
        let bytes: Vec<String> = encoded.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hidden(TOKEN, &bytes.join(" ")), "[redacted]");
    }

    /// Catches a server that repeats a header in small letters.
    #[test]
    fn a_long_value_is_found_in_small_letters() {
        assert_eq!(hidden(TOKEN, &TOKEN.to_lowercase()), "[redacted]");
        assert_eq!(hidden("PassWord", "password"), "password");
    }

    /// A policy, or the credentials of HTTP Basic authentication, contain the value somewhere inside.
    #[test]
    fn a_value_is_found_inside_base64_at_any_offset() {
        for before in ["", "a", "ab", "abc:", "AKIDEXAMPLE:"] {
            for behind in ["", "x", "\"}", "]}}"] {
                let text = format!("{before}{TOKEN}{behind}");
                for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
                    let shown = hidden(TOKEN, &encoded);
                    assert!(shown.contains("[redacted]") && shown.len() < 40, "{before} {behind}: {shown}");
                }
            }
        }
    }

    #[test]
    fn white_space_does_not_hide_a_value() {
        let folded = "IQoJb3JpZ2lu\r\n  X2VjEJ3AwZz9h  more";
        for written in [folded, "IQoJb3JpZ2lu X2VjEJ3AwZz9h more", "IQoJb3JpZ2luX2VjEJ3AwZz9hmore"] {
            assert_eq!(hidden(folded, written), "[redacted]", "{written}");
        }
        assert_eq!(hidden(folded, "x IQoJb3JpZ2lu"), "x [redacted]", "a line by itself");
        assert_eq!(hidden("two  blanks\n", "two blanks"), "[redacted]");
    }
}
