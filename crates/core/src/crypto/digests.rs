//! Hashes and codes that the signer has no public use for: those of other schemes, and hex without an allocation.

#[cfg(feature = "v2")]
use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest;

use super::Sha256Digest;

/// SHA-1 of bytes, which some clients take for SHA-256.
#[cfg(any(feature = "stream", feature = "v2"))]
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    sha1::Sha1::digest(bytes).into()
}

/// SHA-512 of bytes, which some clients take for SHA-256.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    sha2::Sha512::digest(bytes).into()
}

/// A digest in lower-case hex, without an allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hex([u8; 64]);

impl Hex {
    /// Writes a digest out.
    pub fn new(digest: &Sha256Digest) -> Self {
        let mut text = [0; 64];
        hex::encode_to_slice(digest.0, &mut text).expect("64 digits hold 32 bytes");
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

/// HMAC-SHA1 with a key that is used once: what Signature Version 2 signs with.
#[cfg(feature = "v2")]
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
