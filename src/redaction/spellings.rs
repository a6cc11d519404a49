//! The ways to write a secret: unchanged, in lower case, with collapsed white space, percent-encoded, escaped for JSON
//! or HTML, in base64, or in hex.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use sigvet_core::internal::encode::{Plus, Slash, decode, encode};
use zeroize::Zeroizing;

/// A spelling of a secret, which is one itself.
type Spelling = Zeroizing<String>;

/// The shortest piece of a value in base64 that is searched for.
const SHORTEST_BASE64: usize = 12;
/// The shortest line of a multi-line value that is searched for separately.
const SHORTEST_LINE: usize = 12;

/// The shortest value that is searched for in lower case: others may be words.
const SHORTEST_SMALL: usize = 16;

/// All spellings of a value, which may itself be percent-encoded, of at least `shortest` bytes. Text that is not UTF-8 is
/// searched for with replacement characters.
pub fn spellings_of(value: &[u8], shortest: usize) -> Vec<Spelling> {
    let once = Zeroizing::new(decode(value, Plus::Literal));
    let spaced = Zeroizing::new(decode(value, Plus::Space));
    let twice = Zeroizing::new(decode(&once, Plus::Literal));
    let mut forms: Vec<Spelling> = Vec::new();
    for plain in [value, &once, &spaced, &twice] {
        let text = Zeroizing::new(String::from_utf8_lossy(plain).into_owned());
        for laid_out in layouts(&text) {
            let encoded = percent_encoded(&laid_out);
            // S3 writes the bytes of a canonical request, in which the token may be percent-encoded.
            forms.extend(encoded.iter().flat_map(|encoded| in_hex(encoded.as_bytes())));
            forms.extend(encoded);
            forms.extend(escaped(&laid_out));
            forms.extend(in_base64(laid_out.as_bytes()));
            forms.extend(in_hex(laid_out.as_bytes()));
            if laid_out.len() >= SHORTEST_SMALL {
                forms.push(laid_out.to_lowercase().into());
            }
            forms.push(laid_out);
        }
    }
    forms.retain(|form| form.len() >= shortest);
    forms.sort_unstable_by(|one, other| one.as_str().cmp(other));
    forms.dedup();
    forms
}

/// With white space unchanged, trimmed, collapsed as in canonical headers, and removed; and also each line.
fn layouts(text: &str) -> Vec<Spelling> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE).map(str::to_owned);
    let whole = [text.to_owned(), text.trim_ascii().to_owned(), words.join(" "), words.concat()];
    let mut layouts: Vec<Spelling> = lines.chain(whole).map(Spelling::new).collect();
    layouts.sort_unstable_by(|one, other| one.as_str().cmp(other));
    layouts.dedup();
    layouts
}

/// Encoded once and twice, with upper-case and lower-case digits, `/` encoded or not, and a space as `%20` or `+`.
fn percent_encoded(text: &str) -> Vec<Spelling> {
    let mut encoded = Vec::new();
    for slash in [Slash::Encode, Slash::Keep] {
        let mut once = Zeroizing::new(Vec::with_capacity(3 * text.len()));
        encode(text.as_bytes(), slash, &mut once);
        let once = Spelling::new(String::from_utf8_lossy(&once).into_owned());
        for once in [replace(&once, "%20", "+"), in_lower_case(&once), once] {
            encoded.extend([replace(&once, "%", "%25"), once]);
        }
    }
    encoded
}

/// The same with lower-case hex digits in its escapes, which are the digits after each `%` of freshly encoded text.
fn in_lower_case(encoded: &str) -> Spelling {
    let mut digits = 0_u8;
    let lower = move |character: char| match character {
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
    collected(encoded.chars().map(lower))
}

/// Characters as a text that is allocated once: a text that grows would leave parts of a secret in memory.
fn collected(characters: impl Iterator<Item = char> + Clone) -> Spelling {
    let length = characters.clone().map(char::len_utf8).sum();
    let mut text = Spelling::new(String::with_capacity(length));
    text.extend(characters);
    text
}

/// As JSON, HTML, Rust's `Debug` and a shell escape it.
fn escaped(text: &str) -> Vec<Spelling> {
    let quoted = in_json(text);
    let json = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    // As Go, Ruby and PHP escape JSON that may be embedded in HTML.
    let careful = replaced(
        json,
        &[("+", "\\u002b"), ("=", "\\u003d"), ("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"), ("'", "\\u0027")],
    );
    let careful_with_slash = replaced(&careful, &[("/", "\\u002f")]);
    let in_capitals =
        |text: &str| replaced(text, &[("\\u002b", "\\u002B"), ("\\u003d", "\\u003D"), ("\\u002f", "\\u002F")]);
    let html = replaced(text, &[("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")]);
    let mut escaped = vec![
        replaced(json, &[("/", "\\/")]),
        // As Gson and .NET escape JSON.
        replaced(json, &[("=", "\\u003d"), ("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"), ("'", "\\u0027")]),
        replaced(json, &[("+", "\\u002B"), ("&", "\\u0026"), ("<", "\\u003C"), (">", "\\u003E"), ("'", "\\u0027")]),
        in_capitals(&careful),
        in_capitals(&careful_with_slash),
        careful,
        careful_with_slash,
        Spelling::new(json.to_owned()),
        replaced(&html, &[("'", "&#39;")]),
        collected(text.escape_debug()),
        collected(text.escape_unicode()),
        replaced(text, &[("'", "'\\''")]),
    ];
    escaped.extend(in_entities(&html));
    escaped.push(html);
    escaped
}

/// With some of the characters of base64 as entities of HTML: escapers differ in which ones.
fn in_entities(html: &str) -> Vec<Spelling> {
    let decimal = [("+", "&#43;"), ("=", "&#61;"), ("/", "&#47;")];
    let hex = [("+", "&#x2B;"), ("=", "&#x3D;"), ("/", "&#x2F;")];
    let mut written = Vec::new();
    for chosen in [&[0][..], &[1], &[2], &[0, 1], &[0, 2], &[1, 2], &[0, 1, 2]] {
        for entities in [decimal, hex] {
            let chosen: Vec<(&str, &str)> = chosen.iter().map(|at| entities[*at]).collect();
            written.push(replaced(html, &chosen));
        }
    }
    written
}

/// The text with each of these replaced, one after the other.
fn replaced(text: &str, replacements: &[(&str, &str)]) -> Spelling {
    let whole = Spelling::new(text.to_owned());
    replacements.iter().fold(whole, |text, (from, to)| replace(&text, from, to))
}

fn replace(text: &str, from: &str, to: &str) -> Spelling {
    let found = text.matches(from).count();
    let mut written = Spelling::new(String::with_capacity(text.len() - found * from.len() + found * to.len()));
    for (number, piece) in text.split(from).enumerate() {
        written.push_str(if number == 0 { "" } else { to });
        written.push_str(piece);
    }
    written
}

/// In quotes, as `serde_json` writes it.
fn in_json(text: &str) -> Spelling {
    /// An escape has six characters at most: `\u0000`.
    const LONGEST_ESCAPE: usize = 6;
    let mut quoted = Zeroizing::new(Vec::with_capacity(LONGEST_ESCAPE * text.len() + 2));
    serde_json::to_writer(&mut *quoted, text).expect("a text can be written into memory");
    Spelling::new(String::from_utf8_lossy(&quoted).into_owned())
}

/// As AWS prints the bytes of a canonical request or string to sign in a refusal, and as hex dumps do: with or
/// without spaces, in lower or upper case.
fn in_hex(value: &[u8]) -> [Spelling; 4] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
    let together = collected(value.iter().flat_map(digits));
    let apart = |byte: &u8| {
        let [high, low] = digits(byte);
        [' ', high, low]
    };
    let apart = collected(value.iter().flat_map(apart).skip(1));
    let in_capitals = |text: &str| Spelling::new(text.to_ascii_uppercase());
    [in_capitals(&together), in_capitals(&apart), together, apart]
}

/// The base64 characters that depend only on the value, for each of the three offsets at which it may begin in a
/// longer text.
fn in_base64(value: &[u8]) -> Vec<Spelling> {
    let mut pieces = Vec::new();
    for before in 0..3 {
        let padded = Zeroizing::new([&[0; 2][..before], value].concat());
        // A group of four characters encodes three bytes; a character that shares bits with neighboring bytes is
        // left out.
        let (start, tail) = ([0, 2, 3][before], [0, 1, 1][padded.len() % 3]);
        for engine in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
            let encoded = Spelling::new(engine.encode(&*padded));
            let piece = encoded.get(start..encoded.len() - tail).filter(|piece| piece.len() >= SHORTEST_BASE64);
            pieces.extend(piece.map(|piece| Spelling::new(piece.to_owned())));
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
        spellings.iter().fold(text.to_owned(), |text, spelling| text.replace(spelling.as_str(), REDACTED))
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
            "IQoJb3JpZ2luX2VjEJ3//w+Zz9h\\u003d\\u003d/x".to_owned(),
            "IQoJb3JpZ2luX2VjEJ3//w\\u002BZz9h==/x".to_owned(),
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

    /// Catches a server that repeats a header in lower case.
    #[test]
    fn a_long_value_is_found_in_lower_case() {
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
