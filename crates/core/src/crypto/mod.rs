//! Hashes, MACs and comparison in constant time; the only module that uses the crates that implement them.
//!
//! This module does not know what the messages mean.

pub(crate) mod digests;
#[cfg(feature = "v4a")]
mod ecdsa;
#[cfg(feature = "x509")]
mod certified;
#[cfg(feature = "x509")]
mod issuing;
mod state;
mod lanes;
pub(crate) mod head;
pub(crate) mod midstate;

#[cfg(feature = "x509")]
pub(crate) use certified::{CertifiedPrivate, CertifiedPublic};
pub(crate) use digests::Hex;
#[cfg(feature = "v2")]
pub(crate) use digests::hmac_sha1;
#[cfg(feature = "v4a")]
pub(crate) use ecdsa::EcdsaKey;
#[cfg(feature = "v4a")]
pub use ecdsa::PublicKey;
#[cfg(feature = "x509")]
pub(crate) use issuing::{IssuerHash, IssuerScheme, verifies_ed25519};
pub(crate) use midstate::{Midstate, hmac as hmac_sha256};

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// The 32 bytes of a SHA-256 hash or an HMAC-SHA256. Displays as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// Reads 64 hex digits of either case. `None` for any other text. Signers write lower case, and S3 takes nothing
    /// else.
    pub fn from_hex(text: impl AsRef<[u8]>) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Hex::new(self).as_str())
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// SHA-256 of an empty message: most requests have no payload, and should not hash it each time.
const EMPTY_SHA256: Sha256Digest = Sha256Digest([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// Computes SHA-256 of bytes that arrive piece by piece.
#[derive(Clone, Default)]
pub struct Sha256Hasher(Sha256);

impl Sha256Hasher {
    /// Makes a hasher that has read no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes to the message.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes so far.
    pub fn finish(self) -> Sha256Digest {
        Sha256Digest(self.0.finalize().into())
    }
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Sha256Digest {
    if bytes.is_empty() { EMPTY_SHA256 } else { Sha256Digest(Sha256::digest(bytes).into()) }
}

/// SHA-256 of many texts, computed side by side.
pub(crate) fn sha256_each<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Vec<Sha256Digest> {
    let mut digests = Vec::new();
    let from = state::State::EMPTY;
    lanes::finish_each(texts.into_iter().map(|text| lanes::Message { from: &from, text }), &mut digests);
    digests
}

/// Computes SHA-1 of bytes that arrive piece by piece, for checksums only, never for signatures.
#[cfg(feature = "stream")]
#[derive(Clone, Default)]
pub struct Sha1Hasher(sha1::Sha1);

#[cfg(feature = "stream")]
impl Sha1Hasher {
    /// Makes a hasher that has read no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes to the message.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes so far.
    pub fn finish(self) -> [u8; 20] {
        self.0.finalize().into()
    }
}

/// Computes MD5 of bytes that arrive piece by piece, as in S3's ETags.
#[cfg(feature = "stream")]
#[derive(Clone, Default)]
#[must_use]
pub struct Md5Hasher(md5::Md5);

#[cfg(feature = "stream")]
impl Md5Hasher {
    /// Makes a hasher that has read no bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes to the message.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes so far.
    pub fn finish(self) -> [u8; 16] {
        self.0.finalize().into()
    }
}

/// Whether two byte strings are equal, in time that depends only on their lengths.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_in_lower_case_hex() {
        // From AWS's documentation.
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Hex::new(&sha256(b"")).as_str(), expected);
        assert_eq!(sha256(b""), Sha256Hasher::new().finish());
        let all_digits = Sha256Digest(std::array::from_fn(|at| (at * 8) as u8 + at as u8 % 8));
        assert_eq!(all_digits.to_string(), hex::encode(all_digits.0));
    }
}
