//! Decodes base64 as it appears in practice (RFC 4648 §4 and §5): in one or more lines, with or without padding.

use ::base64::Engine;
use ::base64::alphabet::Alphabet;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The decoded bytes. `None` if the text is not base64 in that alphabet.
pub(super) fn decode(text: &str, alphabet: &Alphabet) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    GeneralPurpose::new(alphabet, config).decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use ::base64::alphabet::STANDARD;

    use super::decode;

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        for (text, bytes) in
            [("", &b""[..]), ("Zg==", b"f"), ("Zm8=", b"fo"), ("Zm9v", b"foo"), ("Zm9v\nYmFy", b"foobar")]
        {
            assert_eq!(decode(text, &STANDARD).unwrap(), bytes);
        }
        assert_eq!(decode("Zm9v!", &STANDARD), None);
    }
}
