//! Percent-encoding as clients get it wrong. The correct encoding is in `encode`, which does not know about
//! this module.

use sigvet_core::internal::encode::is_unreserved;

/// How bytes are percent-encoded.
#[derive(Clone, Copy)]
pub(super) struct Escaping<'a> {
    /// The bytes that stay raw although they should be encoded.
    pub(super) raw: &'a [u8],
    /// Whether `/` stays raw.
    pub(super) keeps_slash: bool,
    /// The unreserved bytes that are encoded although they should stay raw.
    pub(super) also: &'a [u8],
}

impl Escaping<'_> {
    pub(super) fn escape(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 2);
        for &byte in bytes {
            if self.keeps(byte) {
                out.push(byte);
            } else {
                sigvet_core::internal::encode::push_encoded(byte, &mut out);
            }
        }
        out
    }

    fn keeps(&self, byte: u8) -> bool {
        match byte {
            b'/' if self.keeps_slash => true,
            _ if is_unreserved(byte) => !self.also.contains(&byte),
            _ => self.raw.contains(&byte),
        }
    }
}

/// Whether percent-encoded text was encoded a second time, as in `%2520`.
pub(in crate::diagnosis) fn is_encoded_again(wire: &[u8]) -> bool {
    wire.windows(5).any(|bytes| bytes.starts_with(b"%25") && bytes.iter().skip(3).all(u8::is_ascii_hexdigit))
}

/// Characters outside the unreserved set that some language's encoder leaves unencoded.
const LEFT_ALONE: [&str; 8] = [
    // JavaScript's encodeURI.
    ";,/?:@&=+$!'()*#",
    // JavaScript's encodeURIComponent, and old encoders of PHP and Ruby.
    "!'()*",
    // The characters of a path segment (RFC 3986 §3.3, pchar).
    "!$&'()*+,;=:@",
    // The characters of a query (RFC 3986 §3.4).
    "!$&'()*+,;=:@/?",
    // The same without the separators of parameters.
    "!$'()*,;:@/?",
    // Go's net/url in a path.
    "$&+,/:;=@",
    // Java's URLEncoder.
    "*",
    "/",
];

/// The sets of reserved characters that a faulty encoder may have left raw in this text, limited to
/// characters that the text contains. The first set contains all of them.
pub(super) fn raw_sets(text: &[u8], reserved: &[u8]) -> Vec<Vec<u8>> {
    let present: Vec<u8> = reserved.iter().copied().filter(|byte| text.contains(byte)).collect();
    let of = |set: &str| present.iter().copied().filter(|byte| set.as_bytes().contains(byte)).collect::<Vec<u8>>();
    let mut sets = vec![present.clone()];
    sets.extend(LEFT_ALONE.iter().map(|set| of(set)));
    sets.extend(present.iter().map(|byte| vec![*byte]));
    let mut seen = std::collections::HashSet::new();
    sets.retain(|set| !set.is_empty() && seen.insert(set.clone()));
    sets
}

/// The case of the hex digits in escapes.
#[derive(Clone, Copy)]
pub(super) enum HexCase {
    AsIs,
    Lower,
    Upper,
}

impl HexCase {
    /// Changes the digits of each escape, including escapes that were escaped again.
    pub(super) fn apply(self, text: Vec<u8>) -> Vec<u8> {
        let change = match self {
            Self::AsIs => return text,
            Self::Lower => u8::to_ascii_lowercase as fn(&u8) -> u8,
            Self::Upper => u8::to_ascii_uppercase,
        };
        let mut out = text;
        let mut at = 0;
        while at + 2 < out.len() {
            if out[at] != b'%' {
                at += 1;
                continue;
            }
            let is_percent = out.get(at + 1..at + 3).unwrap_or_default() == *b"25";
            let end = (at + if is_percent { 5 } else { 3 }).min(out.len());
            if out.get(at + 1..end).unwrap_or_default().iter().all(u8::is_ascii_hexdigit) {
                out.get_mut(at + 1..end).unwrap_or_default().iter_mut().for_each(|digit| *digit = change(digit));
            }
            at += 3;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_escapes_that_were_escaped_again_change_too() {
        assert_eq!(HexCase::Lower.apply(b"/a%2F%25C3%25zA%2".to_vec()), b"/a%2f%25c3%25zA%2");
        assert_eq!(HexCase::Upper.apply(b"%c3%e9".to_vec()), b"%C3%E9");
    }

    #[test]
    fn only_characters_of_the_text_can_be_left_alone() {
        let sets = raw_sets(b"/a=b!", b"=@!");
        assert_eq!(sets, [b"=!".to_vec(), b"!".to_vec(), b"=".to_vec()]);
    }
}
