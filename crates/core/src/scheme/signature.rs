//! A signature as text, compared in constant time.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::{self, Hex, Sha256Digest};

/// A signature as in a request: a valid one is lower-case hex, 64 digits in Version 4 and about 140 in Version 4A; one
/// that a client presented may be any text. Comparison takes time that depends only on the lengths.
#[derive(Clone)]
pub struct Signature(String);

impl Signature {
    pub(crate) fn from_digest(digest: &Sha256Digest) -> Self {
        Self(Hex::new(digest).as_str().to_owned())
    }

    /// Makes a signature from any text that a client presented.
    pub fn presented(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The signature as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The error for text that cannot be a signature of any scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid signature '{presented}'; expected hex digits, or base64 in Version 2")]
#[non_exhaustive]
pub struct InvalidSignature {
    /// The text as it was given.
    pub presented: String,
}

impl FromStr for Signature {
    type Err = InvalidSignature;

    /// Parses a signature that a signer could have written: lower-case hex of Version 4 and 4A, base64 of Version 2.
    /// For what a client presented, which may be anything, use [`presented`](Signature::presented).
    fn from_str(text: &str) -> Result<Self, InvalidSignature> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let is_of_hmac = text.len() == 64 && is_hex;
        // DER encoding of two numbers of up to 33 bytes.
        let is_of_ecdsa =
            (16..=144).contains(&text.len()) && text.len().is_multiple_of(2) && is_hex && text.starts_with("30");
        let is_of_v2 = STANDARD.decode(text).is_ok_and(|bytes| matches!(bytes.len(), 20 | 32));
        match is_of_hmac || is_of_ecdsa || is_of_v2 {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidSignature { presented: text.to_owned() }),
        }
    }
}

impl TryFrom<&str> for Signature {
    type Error = InvalidSignature;

    fn try_from(text: &str) -> Result<Self, InvalidSignature> {
        text.parse()
    }
}

impl AsRef<str> for Signature {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        crypto::constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Signature {}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first is from AWS's example for Version 4, the last from its example for Version 2; the middle one begins as
    /// DER does.
    #[test]
    fn a_signature_is_read_as_signers_write_it() {
        let of_ecdsa = format!("3045022100{}0220{}", "ab".repeat(32), "0c".repeat(32));
        for text in [
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            of_ecdsa.as_str(),
            "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
        ] {
            assert_eq!(text.parse::<Signature>().unwrap().to_string(), text);
        }
        let upper = "A".repeat(64);
        for text in ["", "hunter2", "30", upper.as_str(), "qgk2+6Sv9/oM7G3qLEjTH1a1l1g"] {
            assert_eq!(text.parse::<Signature>().unwrap_err().presented, text);
        }
    }
}
