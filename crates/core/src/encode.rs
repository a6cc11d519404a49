//! Percent-encoding by AWS's rules: every byte except `A-Za-z0-9-._~` becomes `%XX`, with upper-case hex.
//!
//! Writers append to a `Vec<u8>`, so a caller can join fields without copies. Which text is encoded, and how often, is
//! decided by the callers.

/// Whether the byte is never encoded in canonical text (RFC 3986 §2.3, *unreserved*).
pub const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// Looked up for every byte of every field: a table is faster than six comparisons.
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
    /// Keep it: it separates segments.
    Keep,
    /// Encode it as `%2F`.
    Encode,
}

/// How a reader interprets an unencoded `+`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plus {
    /// A plus sign.
    Literal,
    /// A space, as in form data.
    Space,
}

/// Appends the bytes, percent-encoded; a `%` becomes `%25`.
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

/// Decodes wire text, encodes it again, and appends it, so each byte ends up encoded exactly once. A `%` that does not
/// begin an escape is taken literally. With [`Slash::Keep`], `%2F` becomes `/`.
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

/// Decodes wire text.
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

/// Decodes the first byte, and returns how many bytes of the text encode it. The text must not be empty.
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
