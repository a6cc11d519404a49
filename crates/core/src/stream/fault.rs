//! What a server finds wrong with a body in chunks.

use std::fmt;

use super::layout::ChunkSize;
use super::parse::Malformed;

/// One thing that is wrong with a body in chunks. Its text is a lower-case fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamFault {
    /// The body is not framed as its coding has it.
    Malformed(Malformed),
    /// The signature of a chunk is not the one that the key gives. Those after it were not looked at.
    ChunkSignature {
        /// Which chunk.
        chunk: ChunkPlace,
        /// The signature that it should have.
        expected: String,
        /// The one in its head.
        presented: String,
    },
    /// A chunk has no signature where the request says that it has.
    ChunkUnsigned {
        /// Which chunk.
        chunk: ChunkPlace,
    },
    /// The body ends without the empty chunk that says so.
    FinalChunkMissing,
    /// The payload is longer or shorter than the request says.
    DecodedLength {
        /// As the request says.
        declared: String,
        /// As it arrived.
        arrived: u64,
    },
    /// The request does not say how long the payload is.
    DecodedLengthMissing,
    /// The signature of the trailer is not the one that the key gives, or there is none.
    TrailerSignature {
        /// The signature that it should have.
        expected: String,
        /// The one in the body.
        presented: String,
    },
    /// A trailing header that was announced did not come.
    TrailerMissing {
        /// Its name.
        name: String,
    },
    /// A trailing header came that was not announced.
    TrailerUnannounced {
        /// Its name.
        name: String,
    },
    /// A trailing header, or the trailer's signature, came twice, or where the payload's word announces none: nothing vouches
    /// for it.
    TrailerUnexpected {
        /// Its name.
        name: String,
    },
    /// A chunk has a signature, and the payload's word says that chunks are not signed.
    ChunkSigned {
        /// Which chunk.
        chunk: ChunkPlace,
    },
    /// A trailing header is no checksum, and S3 takes no other in a trailer.
    TrailerNotChecksum {
        /// Its name.
        name: String,
    },
    /// `x-amz-content-sha256` announces a trailer, but there is none and no `x-amz-trailer` names one: no checksum protects the
    /// payload.
    TrailerNone,
    /// A chunk before the last one is smaller than S3 takes.
    ChunkTooSmall {
        /// Which chunk.
        chunk: ChunkPlace,
        /// Whether the store is one that refuses it.
        minimum: MinimumChunk,
    },
    /// The checksum in the trailer is not that of the payload.
    Checksum {
        /// The trailing header.
        name: String,
        /// That of the payload.
        expected: String,
        /// The one in the trailer.
        presented: String,
    },
}

/// Whether a store holds clients to the smallest size that S3 takes for a chunk that is not the last: 8192 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinimumChunk {
    /// S3 itself refuses smaller ones (`InvalidChunkSizeError`).
    Enforced,
    /// Most other stores take them.
    Tolerated,
}

impl StreamFault {
    /// Whether the server takes the body all the same.
    pub fn is_tolerated(&self) -> bool {
        matches!(self, Self::TrailerNone | Self::ChunkTooSmall { minimum: MinimumChunk::Tolerated, .. })
    }
}

/// Which chunk of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkPlace {
    /// Counted from 1.
    pub number: usize,
    /// Where it begins in the body.
    pub offset: usize,
    /// How many bytes of the payload it has.
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
