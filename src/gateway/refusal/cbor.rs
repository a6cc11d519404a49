//! The subset of CBOR that replies need (RFC 8949 §3.1): text, integers, null, and maps of them.

use serde_json::Value;

const UNSIGNED: u8 = 0;
const TEXT: u8 = 3;
const MAP: u8 = 5;
/// The simple value `null`.
const NULL: u8 = 0xf6;

/// Encodes a map with these members in this order. A value that is neither text nor an integer becomes `null`.
pub fn map<'a>(members: &[(&'a str, &'a Value)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_head(MAP, members.len() as u64, &mut bytes);
    for (name, value) in members {
        write_text(name, &mut bytes);
        match (value.as_str(), value.as_u64()) {
            (Some(text), _) => write_text(text, &mut bytes),
            (None, Some(number)) => write_head(UNSIGNED, number, &mut bytes),
            (None, None) => bytes.push(NULL),
        }
    }
    bytes
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    write_head(TEXT, text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}

/// Writes the major type (three bits) and the number in its shortest encoding.
fn write_head(major: u8, number: u64, bytes: &mut Vec<u8>) {
    let major = major << 5;
    match number {
        0..=23 => bytes.push(major | number.to_be_bytes()[7]),
        24..=0xff => bytes.extend([major | 24, number.to_be_bytes()[7]]),
        0x100..=0xffff => bytes.extend([&[major | 25], &number.to_be_bytes()[6..]].concat()),
        0x1_0000..=0xffff_ffff => bytes.extend([&[major | 26], &number.to_be_bytes()[4..]].concat()),
        _ => bytes.extend([&[major | 27], &number.to_be_bytes()[..]].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8949, appendix A.
    #[test]
    fn heads_are_those_of_the_standard() {
        for (number, expected) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (100, "1864"),
            (1000, "1903e8"),
            (1_000_000, "1a000f4240"),
            (1_000_000_000_000, "1b000000e8d4a51000"),
            (u64::MAX, "1bffffffffffffffff"),
        ] {
            let mut bytes = Vec::new();
            write_head(UNSIGNED, number, &mut bytes);
            assert_eq!(hex::encode(bytes), expected, "{number}");
        }
        // The appendix also lists {"a": "A"} and the text "\u00fc".
        assert_eq!(hex::encode(map(&[("a", &"A".into())])), "a161616141");
        assert_eq!(hex::encode(map(&[("a", &"\u{fc}".into())])), "a1616162c3bc");
        assert_eq!(hex::encode(map(&[("a", &Value::Null)])), "a16161f6");
    }
}
