//! The body of a request on its way to whoever answers: as it arrived, or out of its signed chunks.

use std::fs::File;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use sigvet_core::canonical::PayloadHash;
use sigvet_core::request::{Body, Request};
use sigvet_core::stream::Chunked;
use sigvet_core::verify::Verdict;

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

/// A body that is too long for memory.
#[derive(Debug)]
pub struct BodyFile {
    /// Where it is, from the beginning of the file on.
    pub file: File,
    /// Bytes in the file.
    pub length: u64,
    /// What the trailer said, if the body arrived in chunks and the file holds its payload without them.
    pub trailers: Option<Trailers>,
}

/// The names and values of the headers behind a body in chunks.
pub type Trailers = Vec<(String, String)>;

/// A body as its sender meant it.
#[derive(Debug)]
pub struct Meant {
    /// The body without chunks.
    pub payload: Payload,
    /// What the trailer said, if the body arrived in chunks.
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only the store asks for checksums"))]
    pub trailers: Option<Trailers>,
}

impl Payload {
    /// The body as it arrived; the file has it if memory has not.
    pub fn as_arrived(request: &Request, file: Option<BodyFile>) -> Self {
        match (&request.body, file) {
            (Body::Bytes(bytes), _) => Self::Bytes(Bytes::copy_from_slice(bytes)),
            (_, Some(BodyFile { file, length, .. })) => Self::File { file, length },
            (_, None) => Self::Bytes(Bytes::new()),
        }
    }

    /// The body as its sender meant it, out of its chunks, with what its trailer says. A file has to hold it so.
    pub fn as_meant(request: &Request, mut file: Option<BodyFile>, verdict: &Verdict) -> Meant {
        match &request.body {
            Body::Bytes(bytes) if is_in_chunks(verdict) => without_chunks(bytes),
            _ => {
                let trailers = file.as_mut().and_then(|file| file.trailers.take());
                Meant { payload: Self::as_arrived(request, file), trailers }
            }
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

/// Whether the body is in chunks, by the payload line that was signed. What the headers say under a signature of Version 2 is
/// no such line.
fn is_in_chunks(verdict: &Verdict) -> bool {
    let payload = verdict.as_v4().map(|(claim, _)| &claim.terms.payload);
    matches!(payload, Some(PayloadHash::Declared(word)) if word.starts_with("STREAMING-"))
}

fn without_chunks(body: &[u8]) -> Meant {
    let chunked = Chunked::parse(body);
    let payload: Vec<u8> = chunked.chunks.iter().flat_map(|chunk| chunk.data).copied().collect();
    let trailers = chunked.trailers.iter().map(|trailer| (trailer.name.to_owned(), trailer.value.to_owned()));
    Meant { payload: Payload::Bytes(payload.into()), trailers: Some(trailers.collect()) }
}
