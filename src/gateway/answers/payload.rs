//! The body of a request as its sender meant it: out of its signed chunks, and in pieces if it is long.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use sigvet_core::request::{Body, Request};
use sigvet_core::stream::Chunked;

use crate::gateway::{Intake, ReplyBody};

/// Bytes that are read from a file at a time.
const PIECE: usize = 64 * 1024;

/// A body without the coding of the way.
#[derive(Debug)]
pub enum Payload {
    /// All of it.
    Bytes(Bytes),
    /// It lies in a file.
    File {
        /// The file, at its beginning.
        file: File,
        /// Its bytes.
        length: u64,
    },
}

/// Why the payload of a body is not known.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// Chunks that do not fit into memory.
    #[error("a body in signed chunks has to fit into memory here")]
    LongChunks,
    /// The temporary file cannot be read.
    #[error("cannot read the body back: {0}")]
    Read(#[from] io::Error),
}

/// The trailing headers of a body in chunks.
pub type Trailers = Vec<(String, String)>;

impl Payload {
    /// Takes the payload out of a body, with what its trailer says.
    ///
    /// # Errors
    /// See [`PayloadError`].
    pub fn take(request: &Request, intake: Intake) -> Result<(Self, Trailers), PayloadError> {
        match (intake.body, intake.file) {
            (Body::Bytes(bytes), _) if is_chunked(request) => Ok(unwrap_chunks(&bytes)),
            (Body::Bytes(bytes), _) => Ok((Self::Bytes(bytes.into()), Vec::new())),
            (_, Some(_)) if is_chunked(request) => Err(PayloadError::LongChunks),
            (_, Some(mut file)) => {
                file.rewind()?;
                let length = file.metadata()?.len();
                Ok((Self::File { file, length }, Vec::new()))
            }
            (_, None) => Ok((Self::Bytes(Bytes::new()), Vec::new())),
        }
    }

    /// Its bytes.
    #[cfg(feature = "store")]
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
            Self::File { file, length } => FileBody { file, left: length }.map_err(Into::into).boxed_unsync(),
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

/// A file on its way out. Its pages are most likely in memory still, so reading it blocks nobody for long.
#[derive(Debug)]
struct FileBody {
    file: File,
    left: u64,
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let size = usize::try_from(self.left).map_or(PIECE, |left| left.min(PIECE));
        if size == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; size];
        let read = self.file.read_exact(&mut piece);
        self.left -= size as u64;
        Poll::Ready(Some(read.map(|()| Frame::data(piece.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
