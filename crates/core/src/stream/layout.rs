//! Computes the length of a body in chunks before any of it is read.
//!
//! The length goes into `Content-Length`, so every part of the framing has a length that is known in advance: ECDSA
//! signatures, whose lengths differ, are padded.

use super::{CHUNK_SIGNATURE, TRAILER_SIGNATURE};
use crate::checksum::{Checksum, ChecksumAlgorithm};

/// Number of bytes of the payload in a chunk, except the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSize(usize);

/// The error for a chunk size that S3 refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a chunk size of {presented} bytes is too small; expected at least {} bytes", ChunkSize::SMALLEST)]
#[non_exhaustive]
pub struct ChunkSizeTooSmall {
    /// The size that was given, in bytes.
    pub presented: usize,
}

impl ChunkSize {
    /// Minimum chunk size, in bytes. S3 refuses smaller chunks, except the last, with `InvalidChunkSizeError`.
    pub const SMALLEST: usize = 8 * 1024;

    /// The default, 64 KiB: the size in S3's examples and in some SDKs, which every store accepts. Larger chunks are at
    /// most a tenth faster, according to `benches/streaming.rs`.
    pub const DEFAULT: Self = Self(64 * 1024);

    /// Makes a chunk size from a number of bytes.
    ///
    /// # Errors
    /// The size is less than [`ChunkSize::SMALLEST`].
    pub fn new(bytes: usize) -> Result<Self, ChunkSizeTooSmall> {
        if bytes < Self::SMALLEST { Err(ChunkSizeTooSmall { presented: bytes }) } else { Ok(Self(bytes)) }
    }

    /// The size in bytes.
    pub const fn bytes(self) -> usize {
        self.0
    }
}

/// Everything that determines the length of a body in chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// Length of the payload itself, in bytes.
    pub decoded_length: u64,
    /// Size of its chunks.
    pub chunk_size: ChunkSize,
    /// Length of a chunk's signature as text, in characters; `None` if chunks are not signed.
    pub signature_length: Option<usize>,
    /// The checksum in the trailer, if any.
    pub checksum: Option<ChecksumAlgorithm>,
}

impl Layout {
    /// The exact length of the body in chunks, in bytes.
    pub fn encoded_length(&self) -> u64 {
        let size = self.chunk_size.bytes() as u64;
        let (whole, rest) = (self.decoded_length / size, self.decoded_length % size);
        let last = if rest > 0 { self.chunk_length(rest) } else { 0 };
        whole * self.chunk_length(size) + last + self.head_length(0) as u64 + self.trailer_length() + CRLF
    }

    /// Length of a chunk with its framing.
    fn chunk_length(&self, data: u64) -> u64 {
        self.head_length(data) as u64 + data + CRLF
    }

    /// Length of a chunk's head, including its line end.
    pub(super) fn head_length(&self, data: u64) -> usize {
        let digits = (data.max(1).ilog2() / 4 + 1) as usize;
        let signature = self.signature_length.map_or(0, |length| CHUNK_SIGNATURE.len() + length);
        digits + signature + CRLF as usize
    }

    fn trailer_length(&self) -> u64 {
        let Some(algorithm) = self.checksum else { return 0 };
        let line = |name: &str, value: usize| (name.len() + 1 + value) as u64 + CRLF;
        // All checksums of an algorithm have the same length.
        let checksum = line(algorithm.header(), Checksum::compute(algorithm, b"").to_string().len());
        checksum + self.signature_length.map_or(0, |length| line(TRAILER_SIGNATURE, length))
    }
}

/// Length of a line end.
const CRLF: u64 = 2;
