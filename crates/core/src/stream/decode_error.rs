//! Why a decoder of chunks stops releasing data.

use super::fault::{ChunkPlace, StreamFault};

/// Why no more of a body in chunks is released.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The body has a fault.
    #[error("{0}")]
    Fault(StreamFault),
    /// A signed chunk is longer than the limit for buffering it.
    #[error("{chunk}, is too long; expected at most {limit} bytes")]
    ChunkTooLong {
        /// The chunk, as its head describes it.
        chunk: ChunkPlace,
        /// Maximum length of a chunk, in bytes.
        limit: usize,
    },
    /// The trailer is longer than any client would make it.
    #[error("the trailer is too long; expected at most {limit} bytes")]
    TrailerTooLong {
        /// Maximum length of the trailer, in bytes.
        limit: usize,
    },
    /// A signature is valid, but a new one does not have the same length: in Version 4A lengths differ unless
    /// signatures are padded.
    #[error(
        "a chunk's signature has {presented} characters, so the length of the signed body is unknown; expected {expected}, padded with '*'"
    )]
    SignatureLength {
        /// Length of a padded signature, in characters.
        expected: usize,
        /// Length of this signature, in characters.
        presented: usize,
    },
}
