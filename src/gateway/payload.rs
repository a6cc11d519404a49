//! The request body as it is handed to the component that answers: as it arrived, or decoded from its signed chunks.

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
    /// The complete body.
    Bytes(Bytes),
    /// The body is in a file.
    File {
        /// The file.
        file: File,
        /// Length in bytes.
        length: u64,
    },
}

/// A body too long to keep in memory.
#[derive(Debug)]
pub struct BodyFile {
    /// The file; the body starts at its beginning.
    pub file: File,
    /// Length in bytes.
    pub length: u64,
    /// The trailers, if the body arrived in chunks and the file has only its payload.
    pub trailers: Option<Trailers>,
}

/// Names and values of the trailing headers of a chunked body.
pub type Trailers = Vec<(String, String)>;

/// A body as its sender meant it: without chunk framing.
#[derive(Debug)]
pub struct Meant {
    /// The body without chunk framing.
    pub payload: Payload,
    /// The trailers, if the body arrived in chunks.
    #[cfg_attr(not(feature = "store"), expect(dead_code, reason = "only the store asks for checksums"))]
    pub trailers: Option<Trailers>,
}

impl Payload {
    /// The body as it arrived; it is in the file if it is not in memory.
    pub fn as_arrived(request: &Request, file: Option<BodyFile>) -> Self {
        match (&request.body, file) {
            (Body::Bytes(bytes), _) => Self::Bytes(Bytes::copy_from_slice(bytes)),
            (_, Some(BodyFile { file, length, .. })) => Self::File { file, length },
            (_, None) => Self::Bytes(Bytes::new()),
        }
    }

    /// The body without its chunk framing, and its trailers. If it is in a file, the file must already be
    /// without framing.
    pub fn as_meant(request: &Request, mut file: Option<BodyFile>, verdict: &Verdict) -> Meant {
        match &request.body {
            Body::Bytes(bytes) if is_in_chunks(verdict) => without_chunks(bytes),
            _ => {
                let trailers = file.as_mut().and_then(|file| file.trailers.take());
                Meant { payload: Self::as_arrived(request, file), trailers }
            }
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
        }
    }

    /// The payload as a body to send.
    pub fn into_body(self) -> ReplyBody {
        match self {
            Self::Bytes(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            Self::File { file, length } => FileBody::new(file, length).map_err(Into::into).boxed_unsync(),
        }
    }
}

/// Whether the body is chunked according to the signed payload hash. Under Version 2 the headers do not count, because
/// no payload hash is signed.
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
