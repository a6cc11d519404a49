//! The body of a request on its way to whoever answers: as it arrived, or out of its signed chunks.

use std::fs::File;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use sigvet_core::request::{Body, Request};
use sigvet_core::stream::Chunked;

use super::ReplyBody;
use super::file_body::FileBody;

/// A body in memory or in a file.
#[derive(Debug)]
pub enum Payload {
    /// All of it.
    Bytes(Bytes),
    /// It lies in a file.
    File {
        /// The file.
        file: File,
        /// Its bytes.
        length: u64,
    },
}

/// Chunks that do not fit into memory.
#[derive(Debug, thiserror::Error)]
#[error("a body in signed chunks has to fit into memory here")]
pub struct LongChunks;

/// The trailing headers of a body in chunks.
pub type Trailers = Vec<(String, String)>;

impl Payload {
    /// The body as it arrived; the file has it if memory has not.
    pub fn as_arrived(request: &Request, file: Option<File>) -> Self {
        match (&request.body, file) {
            (Body::Bytes(bytes), _) => Self::Bytes(Bytes::copy_from_slice(bytes)),
            (Body::Elsewhere { length, .. }, Some(file)) => Self::File { file, length: *length },
            _ => Self::Bytes(Bytes::new()),
        }
    }

    /// The body as its sender meant it, out of its chunks, with what its trailer says.
    ///
    /// # Errors
    /// See [`LongChunks`].
    pub fn as_meant(request: &Request, file: Option<File>) -> Result<(Self, Trailers), LongChunks> {
        match &request.body {
            Body::Bytes(bytes) if is_chunked(request) => Ok(unwrap_chunks(bytes)),
            Body::Elsewhere { .. } if is_chunked(request) => Err(LongChunks),
            _ => Ok((Self::as_arrived(request, file), Vec::new())),
        }
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
        }
    }

    /// As it is sent on.
    pub fn into_body(self) -> ReplyBody {
        match self {
            Self::Bytes(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            Self::File { file, length } => FileBody::new(file, length).map_err(Into::into).boxed_unsync(),
        }
    }
}

/// Whether a body is in chunks that have signatures or a trailer.
pub fn is_chunked(request: &Request) -> bool {
    request.headers.first(CONTENT_SHA256).is_some_and(|word| word.starts_with(b"STREAMING-"))
}

/// Carries the hash of a body, or the word that says how it is streamed.
pub const CONTENT_SHA256: &str = "x-amz-content-sha256";

fn unwrap_chunks(body: &[u8]) -> (Payload, Trailers) {
    let chunked = Chunked::parse(body);
    let payload: Vec<u8> = chunked.chunks.iter().flat_map(|chunk| chunk.data).copied().collect();
    let trailers = chunked.trailers.iter().map(|trailer| (trailer.name.to_owned(), trailer.value.to_owned()));
    (Payload::Bytes(payload.into()), trailers.collect())
}
