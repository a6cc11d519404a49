//! The last line of the canonical request: the payload's hash, or the word that replaces it.

use std::fmt;

use crate::crypto::{Hex, Sha256Digest};

/// The last line of the canonical request, which describes the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadHash {
    /// SHA-256 of the payload.
    Sha256(Sha256Digest),
    /// `UNSIGNED-PAYLOAD`: the signature does not cover the payload.
    Unsigned,
    /// Any other value that the request declares: a hash computed elsewhere, or `STREAMING-…`.
    Declared(String),
}

impl PayloadHash {
    /// The word that declares an unsigned payload.
    pub const UNSIGNED: &'static str = "UNSIGNED-PAYLOAD";
    /// The word that declares chunks without signatures, followed by a trailer.
    pub const UNSIGNED_TRAILER: &'static str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    /// Reads the value that a request declares, usually in `x-amz-content-sha256`.
    pub fn declared(text: &str) -> Self {
        if text == Self::UNSIGNED { Self::Unsigned } else { Self::Declared(text.to_owned()) }
    }

    /// Appends the line, without a newline.
    #[doc(hidden)]
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Sha256(digest) => out.extend_from_slice(Hex::new(digest).as_bytes()),
            Self::Unsigned => out.extend_from_slice(Self::UNSIGNED.as_bytes()),
            Self::Declared(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
}

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(digest) => fmt::Display::fmt(digest, f),
            Self::Unsigned => f.write_str(Self::UNSIGNED),
            Self::Declared(text) => f.write_str(text),
        }
    }
}
