//! Streamed payloads: the content coding `aws-chunked`, in which chunks and trailer are signed one after another.
//!
//! Each signature covers the one before it; the first covers that of the request, the seed. This module has the strings
//! to sign, the framing with its exact length, an encoder (`Encoder`), readers for a whole body (`Chunked::parse`,
//! `check`) and for a body that arrives in pieces (`Decoder`), and `Resigner`, which signs such a body again. It takes
//! and returns bytes: where they come from, and on how many cores they are hashed, is up to the caller. Follows
//! *Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks* and *… Including
//! Trailing Headers* of S3's API reference.

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

/// Whether the request declares a payload in chunks.
pub(crate) fn is_in_chunks(terms: &Terms) -> bool {
    word::StreamingWord::of(terms).is_some()
}

/// The content coding of a body in chunks.
pub const CODING: &str = "aws-chunked";

/// Header that carries the length of the payload before it was encoded in chunks.
pub const DECODED_LENGTH_HEADER: &str = "x-amz-decoded-content-length";

/// Header that announces the names of the trailing headers.
pub const TRAILER_HEADER: &str = "x-amz-trailer";

/// Trailing header that carries the trailer's signature, if chunks are signed.
pub const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// The text before the signature in the head of a chunk.
const CHUNK_SIGNATURE: &str = ";chunk-signature=";
