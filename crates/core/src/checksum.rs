//! The checksums that S3 stores with an object, as `x-amz-checksum-*` headers and trailers carry them.
//!
//! They protect the object in transit and at rest. A signature covers them only if it covers the header that carries
//! them. Follows *Checking object integrity in Amazon S3*: a checksum of the whole object, most significant byte first,
//! in base64.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest as CrcDigest};

use crate::crypto::{Sha1Hasher, Sha256Digest, Sha256Hasher};

/// A checksum algorithm of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumAlgorithm {
    /// CRC-32 as in zip and Ethernet (CRC-32/ISO-HDLC).
    Crc32,
    /// CRC-32 with the Castagnoli polynomial (CRC-32/ISCSI).
    Crc32c,
    /// CRC-64/NVME, which S3 uses if the client does not choose an algorithm.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// A checksum of an object. Displays as base64, as in its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// The algorithm that computed it.
    pub algorithm: ChecksumAlgorithm,
    bytes: Vec<u8>,
}

/// The error for text that does not name a checksum algorithm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown checksum algorithm '{presented}'; expected crc32, crc32c, crc64nvme, sha1 or sha256")]
#[non_exhaustive]
pub struct UnknownChecksum {
    /// The text that was given.
    pub presented: String,
}

impl ChecksumAlgorithm {
    /// All algorithms.
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// The name used in options and, in upper case, in `x-amz-sdk-checksum-algorithm`: `crc64nvme`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "crc32",
            Self::Crc32c => "crc32c",
            Self::Crc64Nvme => "crc64nvme",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// Length of a checksum, in bytes.
    pub const fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The header or trailer that carries the checksum: `x-amz-checksum-crc64nvme`.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The algorithm whose checksum this header carries; the name may be in any case.
    pub fn from_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| name.eq_ignore_ascii_case(algorithm.header()))
    }
}

impl FromStr for ChecksumAlgorithm {
    type Err = UnknownChecksum;

    fn from_str(text: &str) -> Result<Self, UnknownChecksum> {
        let named = Self::ALL.into_iter().find(|algorithm| text.eq_ignore_ascii_case(algorithm.name()));
        named.ok_or_else(|| UnknownChecksum { presented: text.to_owned() })
    }
}

impl fmt::Display for ChecksumAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Checksum {
    /// Reads a checksum in base64, as its header carries it. The text itself does not name its algorithm.
    ///
    /// # Errors
    /// The text is not base64, or its length is not that of the algorithm.
    pub fn from_base64(algorithm: ChecksumAlgorithm, text: &str) -> Result<Self, InvalidChecksum> {
        let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() == algorithm.length());
        let bytes = bytes.ok_or_else(|| InvalidChecksum { algorithm, presented: text.to_owned() })?;
        Ok(Self { algorithm, bytes })
    }

    /// The bytes, most significant first.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Computes the checksum of bytes that are all in memory.
    pub fn compute(algorithm: ChecksumAlgorithm, bytes: &[u8]) -> Self {
        let mut hasher = ChecksumHasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// The error for text that is not a checksum of its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {algorithm} checksum '{presented}'; expected {} bytes in base64", .algorithm.length())]
#[non_exhaustive]
pub struct InvalidChecksum {
    /// The algorithm that was expected.
    pub algorithm: ChecksumAlgorithm,
    /// The text that was given.
    pub presented: String,
}

impl TryFrom<(ChecksumAlgorithm, &str)> for Checksum {
    type Error = InvalidChecksum;

    /// Same as [`from_base64`](Checksum::from_base64).
    fn try_from((algorithm, text): (ChecksumAlgorithm, &str)) -> Result<Self, InvalidChecksum> {
        Self::from_base64(algorithm, text)
    }
}

impl From<Sha256Digest> for Checksum {
    /// Uses a SHA-256 digest as a checksum.
    fn from(digest: Sha256Digest) -> Self {
        Self { algorithm: ChecksumAlgorithm::Sha256, bytes: digest.0.to_vec() }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(&self.bytes))
    }
}

/// Computes a checksum of bytes that arrive piece by piece.
#[derive(Clone)]
#[must_use]
pub struct ChecksumHasher {
    algorithm: ChecksumAlgorithm,
    state: State,
}

#[derive(Clone)]
enum State {
    Crc(CrcDigest),
    Sha1(Sha1Hasher),
    Sha256(Sha256Hasher),
}

impl ChecksumHasher {
    /// Makes a hasher that has read no bytes.
    pub fn new(algorithm: ChecksumAlgorithm) -> Self {
        let crc = |algorithm| State::Crc(CrcDigest::new(algorithm));
        let state = match algorithm {
            ChecksumAlgorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            ChecksumAlgorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            ChecksumAlgorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            ChecksumAlgorithm::Sha1 => State::Sha1(Sha1Hasher::new()),
            ChecksumAlgorithm::Sha256 => State::Sha256(Sha256Hasher::new()),
        };
        Self { algorithm, state }
    }

    /// The algorithm of this hasher.
    pub fn algorithm(&self) -> ChecksumAlgorithm {
        self.algorithm
    }

    /// Adds bytes to the checksum.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc(digest) => digest.update(bytes),
            State::Sha1(hasher) => hasher.update(bytes),
            State::Sha256(hasher) => hasher.update(bytes),
        }
    }

    /// The checksum of all bytes so far.
    pub fn finish(self) -> Checksum {
        let bytes = match (self.algorithm, self.state) {
            (ChecksumAlgorithm::Crc64Nvme, State::Crc(digest)) => digest.finalize().to_be_bytes().to_vec(),
            // The crate returns every CRC as 64 bits.
            (_, State::Crc(digest)) => digest.finalize().to_be_bytes()[4..].to_vec(),
            (_, State::Sha1(hasher)) => hasher.finish().to_vec(),
            (_, State::Sha256(hasher)) => hasher.finish().0.to_vec(),
        };
        Checksum { algorithm: self.algorithm, bytes }
    }
}

impl fmt::Debug for ChecksumHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChecksumHasher").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by `awscrt.checksums` 0.38 and Python's `hashlib` from `123456789`. Catches a wrong polynomial and a
    /// wrong byte order.
    #[test]
    fn checksums_agree_with_other_implementations() {
        for (algorithm, expected) in [
            (ChecksumAlgorithm::Crc32, "y/Q5Jg=="),
            (ChecksumAlgorithm::Crc32c, "4waSgw=="),
            (ChecksumAlgorithm::Crc64Nvme, "rosUhgp5mIg="),
            (ChecksumAlgorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (ChecksumAlgorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ] {
            assert_eq!(Checksum::compute(algorithm, b"123456789").to_string(), expected, "{algorithm}");
            let mut hasher = ChecksumHasher::new(algorithm);
            hasher.update(b"1234");
            hasher.update(b"");
            hasher.update(b"56789");
            assert_eq!(hasher.finish().to_string(), expected, "{algorithm}, in pieces");
            assert_eq!(Checksum::from_base64(algorithm, expected), Ok(Checksum::compute(algorithm, b"123456789")));
            assert!(
                Checksum::from_base64(algorithm, "y/Q5").is_err() && Checksum::from_base64(algorithm, "?").is_err()
            );
            assert_eq!(algorithm.name().to_uppercase().parse(), Ok(algorithm));
            assert_eq!(ChecksumAlgorithm::from_header(&algorithm.header().to_uppercase()), Some(algorithm));
        }
        assert_eq!("md5".parse::<ChecksumAlgorithm>().unwrap_err().presented, "md5");
    }
}
