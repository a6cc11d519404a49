//! How long a body in chunks is, before a byte of it is read.
//!
//! The length goes into `Content-Length`, and every part of the framing has a length that is known beforehand: the
//! signatures of ECDSA, which differ in length, are padded.

use super::{CHUNK_SIGNATURE, TRAILER_SIGNATURE};
use crate::checksum::{Checksum, ChecksumAlgorithm};

/// How many bytes of the payload a chunk has, the last one excepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSize(usize);

/// A chunk size that S3 refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a chunk size of {presented} bytes is too small; expected at least {} bytes", ChunkSize::SMALLEST)]
#[non_exhaustive]
pub struct ChunkSizeTooSmall {
    /// The size as it was given.
    pub presented: usize,
}

impl ChunkSize {
    /// S3 refuses smaller chunks, the last one excepted, with `InvalidChunkSizeError`.
    pub const SMALLEST: usize = 8 * 1024;

    /// The size of S3's examples and of some SDKs, which every store takes; larger ones are quicker by a tenth at most, by
    /// `benches/streaming.rs`.
    pub const DEFAULT: Self = Self(64 * 1024);

    /// A size in bytes.
    ///
    /// # Errors
    /// Less than [`ChunkSize::SMALLEST`].
    pub fn new(bytes: usize) -> Result<Self, ChunkSizeTooSmall> {
        if bytes < Self::SMALLEST { Err(ChunkSizeTooSmall { presented: bytes }) } else { Ok(Self(bytes)) }
    }

    /// The size in bytes.
    pub const fn bytes(self) -> usize {
        self.0
    }
}

/// What the length of a body in chunks follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// Length of the payload itself.
    pub decoded_length: u64,
    /// Length of its chunks.
    pub chunk_size: ChunkSize,
    /// Length of a chunk's signature as text; none where chunks are not signed.
    pub signature_length: Option<usize>,
    /// The checksum in the trailer, where there is one.
    pub checksum: Option<ChecksumAlgorithm>,
}

impl Layout {
    /// The exact length of the body in chunks.
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

    /// Length of a chunk's head, its line end included.
    pub(super) fn head_length(&self, data: u64) -> usize {
        let digits = (data.max(1).ilog2() / 4 + 1) as usize;
        let signature = self.signature_length.map_or(0, |length| CHUNK_SIGNATURE.len() + length);
        digits + signature + CRLF as usize
    }

    fn trailer_length(&self) -> u64 {
        let Some(algorithm) = self.checksum else { return 0 };
        let line = |name: &str, value: usize| (name.len() + 1 + value) as u64 + CRLF;
        // Every checksum of an algorithm is equally long.
        let checksum = line(algorithm.header(), Checksum::compute(algorithm, b"").to_string().len());
        checksum + self.signature_length.map_or(0, |length| line(TRAILER_SIGNATURE, length))
    }
}

/// Length of a line end.
const CRLF: u64 = 2;
