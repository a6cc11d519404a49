//! Strips the characters around a copied token: quotes, brackets, the punctuation of a sentence.

/// Characters to strip before a token.
const OPENING: &[char] = &['"', '\'', '`', '<', '(', '[', '\u{201c}', '\u{2018}', '\u{201e}', '\u{201a}', '\u{ab}'];
/// Characters to strip after a token. zsh prints a `%` if the output of a command does not end with a line break.
const CLOSING: &[char] = &[
    '"', '\'', '`', '>', ')', ']', '}', '.', ',', ';', ':', '!', '?', '%', '\\', '\u{201c}', '\u{201d}', '\u{2019}',
    '\u{bb}',
];
const SIGNATURE: &str = "X-Amz-Signature=";
/// The number of hexadecimal digits in an HMAC signature.
pub(super) const DIGITS: usize = 64;

/// The text without the characters around the token. A trailing `...`, which shows that the text was cut off, stays.
pub(super) fn cleaned(text: &str) -> &str {
    let opened = text.trim().trim_start_matches(OPENING);
    let text = up_to_signature(opened);
    if text.ends_with("...") {
        return text;
    }
    text.trim_end_matches(|c: char| CLOSING.contains(&c) || c.is_whitespace())
}

/// The text up to the last digit of a complete signature, if only punctuation follows.
fn up_to_signature(text: &str) -> &str {
    let Some(start) = text.find(SIGNATURE).map(|at| at + SIGNATURE.len()) else { return text };
    let (signed, rest) = text.split_at(start + hex_digits(text, start));
    let is_cut = signed.len() - start == DIGITS && !rest.contains(|c: char| c.is_alphanumeric() || "&…".contains(c));
    if is_cut && !rest.starts_with("...") { signed } else { text }
}

/// Counts the hexadecimal digits from a position in the text.
fn hex_digits(text: &str, start: usize) -> usize {
    text.get(start..).unwrap_or_default().bytes().take_while(u8::is_ascii_hexdigit).count()
}

/// Whether the URL has all parameters of a presigned URL, and a complete signature.
pub(super) fn is_whole(url: &str) -> bool {
    let names = ["X-Amz-Algorithm=", "X-Amz-Credential=", "X-Amz-Date=", "X-Amz-SignedHeaders="];
    let signature = url.find(SIGNATURE).map(|at| at + SIGNATURE.len());
    names.iter().all(|name| url.contains(name)) && signature.is_some_and(|at| hex_digits(url, at) >= DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_characters_around_a_token_are_stripped() {
        let digits = "0a".repeat(32);
        let token = format!("db.example:5432/?Action=connect&X-Amz-Signature={digits}");
        for (before, behind) in [
            ("", "."),
            ("(", ")."),
            ("\u{201c}", "\u{201d}"),
            ("\u{201e}", "\u{201c}"),
            ("'", "',"),
            ("  \"", "\"\n"),
            ("", "%"),
            ("", "\\"),
            ("<", ">;"),
        ] {
            assert_eq!(cleaned(&format!("{before}{token}{behind}")), token);
        }
        // A signature that is too long, or that other text follows, is a mistake to report, so it is not stripped.
        for behind in ["0", "0a", "z", "&X-Amz-SignedHeaders=host", "%26X=1", "...", "\u{2026}"] {
            assert_eq!(cleaned(&format!("{token}{behind}")), format!("{token}{behind}"));
        }
        assert_eq!(cleaned("k8s-aws-v1.aGk=."), "k8s-aws-v1.aGk=");
        assert_eq!(cleaned(""), "");
    }
}
