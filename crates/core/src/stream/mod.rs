//! Streamed payloads: the content coding `aws-chunked`, whose chunks and trailer are signed one after the other.
//!
//! Each signature covers the one before it, the first that of the request, its seed. Here are the strings to sign, the
//! framing with its exact length, the way out (`Encoder`), the reader of a whole body (`Chunked::parse`, `check`) and of a body
//! that arrives in pieces (`Decoder`), and `Resigner`, which signs it again. Bytes in, bytes out: where they come from, and who hashes them
//! on how many cores, is the caller's business. Follows *Signature Calculations for the Authorization Header: Transferring Payload
//! in Multiple Chunks* and *… Including Trailing Headers* of S3's API reference.

mod parse;
mod layout;
mod fault;
mod chain;
mod encoder;
mod word;
mod observed;
mod check;
mod framing;
mod decode_error;
mod reader;
mod decoder;
mod resigner;
mod plan;
#[cfg(test)]
mod tests;

pub use chain::Chain;
pub use check::{check, check_framing};
pub use decode_error::DecodeError;
pub use decoder::Decoder;
pub use encoder::{ChunkHasher, Encoder, InOrder};
pub use fault::{ChunkPlace, MinimumChunk, StreamFault};
pub use layout::{ChunkSize, ChunkSizeTooSmall, Layout};
pub use parse::{Chunk, Chunked, Malformed, Trailer};
pub use plan::{Plan, PlanError, Protection};
pub use resigner::{Resigner, ResignerError};

use crate::derivation::Terms;

/// Whether the payload is in chunks, by what its request says of it.
pub(crate) fn is_in_chunks(terms: &Terms) -> bool {
    word::Word::of(terms).is_some()
}

/// The content coding of a body in chunks.
pub const CODING: &str = "aws-chunked";

/// Carries the length of the payload before it was put into chunks.
pub const DECODED_LENGTH_HEADER: &str = "x-amz-decoded-content-length";

/// Announces the names of the trailing headers.
pub const TRAILER_HEADER: &str = "x-amz-trailer";

/// Ends the trailer of a payload whose chunks are signed.
pub const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Begins the signature in the head of a chunk.
const CHUNK_SIGNATURE: &str = ";chunk-signature=";
