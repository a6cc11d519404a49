//! Hashes and MACs that are not part of the public API: those of other schemes, and hex without an allocation.

#[cfg(feature = "v2")]
use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest;

use super::Sha256Digest;

/// SHA-1 of bytes. Some clients use it by mistake for SHA-256.
#[cfg(any(feature = "stream", feature = "v2"))]
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    sha1::Sha1::digest(bytes).into()
}

/// SHA-512 of bytes. Some clients use it by mistake for SHA-256.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    sha2::Sha512::digest(bytes).into()
}

/// A digest in lower-case hex, without an allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hex([u8; 64]);

impl Hex {
    /// Writes a digest in hex. There is no table and no branch, so the compiler can compute all digits side by side:
    /// each signature writes at least two digests.
    pub fn new(digest: &Sha256Digest) -> Self {
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(digest.0) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        Self(text)
    }

    /// The digits as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hex digits are ASCII")
    }
}

/// The hex digit of a number below 16.
fn digit(number: u8) -> u8 {
    let above_nine = u8::from(number > 9);
    b'0' + number + above_nine * (b'a' - b'0' - 10)
}

/// HMAC-SHA1 with a key that is used once, for Signature Version 2.
#[cfg(feature = "v2")]
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compared with the crate `hex`.
    #[test]
    fn every_byte_has_its_two_digits() {
        for start in 0..=u8::MAX {
            let digest = Sha256Digest(std::array::from_fn(|at| start.wrapping_add(7 * at as u8)));
            assert_eq!(Hex::new(&digest).as_str(), hex::encode(digest.0));
        }
    }
}
