//! Percent-encoding by the rules of AWS: every byte but `A-Za-z0-9-._~` becomes `%XX`, with upper-case hex.
//!
//! Writers append to a `Vec<u8>`, so that a caller can join fields without copies. Which text is encoded, and how often,
//! is not decided here.

/// Whether the byte stands for itself in every canonical text (RFC 3986 §2.3, *unreserved*).
pub const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// Asked of every byte of every field: a table answers sooner than six comparisons.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

/// What a writer does with `/`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Slash {
    /// It separates segments.
    Keep,
    /// It becomes `%2F`.
    Encode,
}

/// What a reader takes an unencoded `+` for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plus {
    /// A plus sign.
    Literal,
    /// A space, as in a form.
    Space,
}

/// Appends the bytes, encoded; a `%` among them becomes `%25`.
pub fn encode(bytes: &[u8], slash: Slash, out: &mut Vec<u8>) {
    let stands = |byte: u8| is_unreserved(byte) || (byte == b'/' && slash == Slash::Keep);
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&byte| !stands(byte)) {
        out.extend_from_slice(&rest[..at]);
        push_encoded(rest[at], out);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Appends wire text decoded and encoded again, so that each byte ends up encoded exactly once; a `%` that begins no escape
/// is taken literally. Where `/` is kept, `%2F` becomes one.
pub fn recode(wire: &[u8], slash: Slash, plus: Plus, out: &mut Vec<u8>) {
    let stands = |byte: u8| is_unreserved(byte) || (byte == b'/' && slash == Slash::Keep);
    let mut rest = wire;
    while let Some(at) = rest.iter().position(|&byte| !stands(byte)) {
        out.extend_from_slice(&rest[..at]);
        let (byte, used) = decode_first(&rest[at..], plus);
        if stands(byte) {
            out.push(byte)
        } else {
            push_encoded(byte, out)
        }
        rest = &rest[at + used..];
    }
    out.extend_from_slice(rest);
}

/// The bytes that wire text stands for.
pub fn decode(wire: &[u8], plus: Plus) -> Vec<u8> {
    let mut out = Vec::with_capacity(wire.len());
    let mut rest = wire;
    while !rest.is_empty() {
        let (byte, used) = decode_first(rest, plus);
        out.push(byte);
        rest = &rest[used..];
    }
    out
}

/// The first byte that the text stands for, and how many bytes of the text say so. The text is not empty.
fn decode_first(wire: &[u8], plus: Plus) -> (u8, usize) {
    match wire {
        [b'%', high, low, ..] => match (hex_value(*high), hex_value(*low)) {
            (Some(high), Some(low)) => (high << 4 | low, 3),
            _ => (b'%', 1),
        },
        [b'+', ..] if plus == Plus::Space => (b' ', 1),
        _ => (wire[0], 1),
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Appends a byte as `%XX`.
pub fn push_encoded(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn encoding_leaves_only_unreserved_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        let encoded = text(|out| encode(&all, Slash::Encode, out));
        assert_eq!(encoded.matches('%').count(), 256 - 66);
        assert!(encoded.contains("%2F") && encoded.contains("%7F%80") && !encoded.contains("%7E"));
        assert_eq!(decode(encoded.as_bytes(), Plus::Literal), all);
    }

    #[test]
    fn recoding_encodes_each_byte_once() {
        let recode = |wire: &str, slash, plus| text(|out| recode(wire.as_bytes(), slash, plus, out));
        assert_eq!(recode("/a%20b/%7e%2f+é%", Slash::Keep, Plus::Literal), "/a%20b/~/%2B%C3%A9%25");
        assert_eq!(recode("a+b/%2B%zz", Slash::Encode, Plus::Space), "a%20b%2F%2B%25zz");
    }
}
