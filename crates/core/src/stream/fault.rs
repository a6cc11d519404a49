//! Faults that a server finds in a body in chunks.

use std::fmt;

use super::layout::ChunkSize;
use super::parse::Malformed;

/// A fault in a body in chunks. Displays as a lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamFault {
    /// The framing of the body is invalid.
    Malformed(Malformed),
    /// The signature of a chunk is not the one that the key gives. The following signatures were not checked.
    ChunkSignature {
        /// The chunk.
        chunk: ChunkPlace,
        /// The signature that it should have.
        expected: String,
        /// The signature in its head.
        presented: String,
    },
    /// A chunk has no signature, although the request declares signed chunks.
    ChunkUnsigned {
        /// The chunk.
        chunk: ChunkPlace,
    },
    /// The body ends without the empty final chunk.
    FinalChunkMissing,
    /// The payload is longer or shorter than the request declares.
    DecodedLength {
        /// The length that the request declares.
        declared: String,
        /// The length that arrived, in bytes.
        arrived: u64,
    },
    /// The request does not declare the length of the payload.
    DecodedLengthMissing,
    /// The signature of the trailer is not the one that the key gives, or is missing.
    TrailerSignature {
        /// The signature that it should have.
        expected: String,
        /// The signature in the body.
        presented: String,
    },
    /// An announced trailing header is missing.
    TrailerMissing {
        /// Name of the trailing header.
        name: String,
    },
    /// A trailing header was not announced.
    TrailerUnannounced {
        /// Name of the trailing header.
        name: String,
    },
    /// A trailing header, or the trailer's signature, occurs twice, or the payload's word does not announce a trailer:
    /// no signature covers it.
    TrailerUnexpected {
        /// Name of the trailing header.
        name: String,
    },
    /// A chunk has a signature, but the payload's word declares unsigned chunks.
    ChunkSigned {
        /// The chunk.
        chunk: ChunkPlace,
    },
    /// A trailing header is not a checksum; S3 accepts nothing else in a trailer.
    TrailerNotChecksum {
        /// Name of the trailing header.
        name: String,
    },
    /// `x-amz-content-sha256` announces a trailer, but there is none and no `x-amz-trailer` names one, so no checksum
    /// protects the payload.
    TrailerNone,
    /// A chunk before the last one is smaller than S3 accepts.
    ChunkTooSmall {
        /// The chunk.
        chunk: ChunkPlace,
        /// Whether the store refuses it.
        minimum: MinimumChunk,
    },
    /// The checksum in the trailer is not that of the payload.
    Checksum {
        /// The trailing header.
        name: String,
        /// The checksum of the payload.
        expected: String,
        /// The checksum in the trailer.
        presented: String,
    },
}

/// Whether a store enforces S3's minimum size of all chunks except the last: 8192 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinimumChunk {
    /// S3 itself refuses smaller chunks (`InvalidChunkSizeError`).
    Enforced,
    /// Most other stores accept them.
    Tolerated,
}

impl StreamFault {
    /// Whether the server accepts the body anyway.
    pub fn is_tolerated(&self) -> bool {
        matches!(self, Self::TrailerNone | Self::ChunkTooSmall { minimum: MinimumChunk::Tolerated, .. })
    }
}

/// The position of a chunk in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkPlace {
    /// Number of the chunk, counted from 1.
    pub number: usize,
    /// Offset in the body at which the chunk begins.
    pub offset: usize,
    /// Number of bytes of the payload in it.
    pub length: usize,
}

impl fmt::Display for ChunkPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, offset, length } = self;
        match length {
            0 => write!(f, "the final chunk, number {number} at offset {offset}"),
            _ => write!(f, "chunk {number} at offset {offset}, of {length} bytes"),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, expected, presented } = self;
        write!(f, "the chunked body is malformed at offset {offset}: expected {expected}, found {presented}")
    }
}

impl fmt::Display for StreamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::ChunkSignature { chunk, expected, presented } => {
                write!(f, "the signature of {chunk}, is {presented}, expected {expected}")
            }
            Self::ChunkUnsigned { chunk } => write!(f, "{chunk}, has no signature"),
            Self::FinalChunkMissing => f.write_str("the body ends without its final, empty chunk"),
            Self::DecodedLength { declared, arrived } => {
                write!(f, "the payload has {arrived} bytes, but the request declares {declared}")
            }
            Self::DecodedLengthMissing => {
                write!(f, "the header {} is missing", super::DECODED_LENGTH_HEADER)
            }
            Self::TrailerSignature { presented, .. } if presented.is_empty() => {
                f.write_str("the trailer has no signature")
            }
            Self::TrailerSignature { .. } => f.write_str("the signature of the trailer does not match"),
            Self::TrailerMissing { name } => write!(f, "the trailing header {name} was announced but is missing"),
            Self::TrailerUnannounced { name } => write!(f, "the trailing header {name} was not announced"),
            Self::TrailerUnexpected { name } => {
                write!(f, "the trailing header {name} was sent twice, or x-amz-content-sha256 declares no trailer")
            }
            Self::TrailerNotChecksum { name } => {
                write!(f, "the trailing header {name} is not a checksum, and S3 accepts no other trailing headers")
            }
            Self::TrailerNone => f.write_str("the body has no trailing checksum, so nothing protects the payload"),
            Self::ChunkTooSmall { chunk, minimum: MinimumChunk::Enforced } => {
                write!(
                    f,
                    "{chunk}, is too small: S3 accepts fewer than {} bytes only in the last chunk",
                    ChunkSize::SMALLEST
                )
            }
            Self::ChunkTooSmall { chunk, .. } => {
                write!(
                    f,
                    "{chunk}, is smaller than the {} bytes that S3 requires before the last chunk",
                    ChunkSize::SMALLEST
                )
            }
            Self::ChunkSigned { chunk } => write!(f, "{chunk}, has a signature, but the chunks are declared unsigned"),
            Self::Checksum { name, expected, presented } => {
                write!(f, "the payload's checksum is {expected}, but the trailing header {name} says {presented}")
            }
        }
    }
}
