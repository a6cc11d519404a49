//! Why a reader of chunks gives nothing more out.

use super::fault::{ChunkPlace, StreamFault};

/// Why nothing more of a body in chunks is given out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Something is wrong with the body.
    #[error("{0}")]
    Fault(StreamFault),
    /// A signed chunk is longer than the reader keeps.
    #[error("{chunk}, is too long; expected at most {limit} bytes")]
    ChunkTooLong {
        /// Which chunk, by its head.
        chunk: ChunkPlace,
        /// The longest chunk that is accepted.
        limit: usize,
    },
    /// The trailer is longer than any client makes it.
    #[error("the trailer is too long; expected at most {limit} bytes")]
    TrailerTooLong {
        /// The longest trailer that is accepted.
        limit: usize,
    },
    /// A signature is right, but another one does not fit in its place: in Version 4A they differ in length unless they are padded.
    #[error(
        "a chunk's signature has {presented} characters, so the length of the signed body is unknown; expected {expected}, padded with '*'"
    )]
    SignatureLength {
        /// The length of a padded signature.
        expected: usize,
        /// The length of this one.
        presented: usize,
    },
}
