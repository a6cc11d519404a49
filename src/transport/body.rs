//! The body of a request on its way out: from memory, or from a file that is read while it is sent.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::body::{Body as HttpBody, Frame};

use super::TransportError;
use crate::request::{Body, Request};

/// A body that hyper can send.
pub(super) type OutgoingBody = UnsyncBoxBody<Bytes, TransportError>;

/// How much of a file is read at once.
const PIECE: usize = 256 * 1024;

/// The body of a request.
pub(super) fn body_of(request: &Request, file: Option<&Path>) -> Result<OutgoingBody, TransportError> {
    let in_memory = |bytes: Vec<u8>| Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync();
    match (&request.body, file) {
        (Body::Bytes(bytes), _) => Ok(in_memory(bytes.clone())),
        (body, Some(path)) => {
            let expected = body.length().unwrap_or_default();
            FileBody::open(path, expected).map(FileBody::boxed_unsync)
        }
        (_, None) => Err(TransportError::Request { reason: "its body is not at hand".to_owned() }),
    }
}

/// A file, as long as it was when it was hashed.
struct FileBody {
    file: File,
    path: PathBuf,
    left: u64,
}

impl FileBody {
    fn open(path: &Path, expected: u64) -> Result<Self, TransportError> {
        let failure =
            |error: std::io::Error| TransportError::ReadBody { file: path.to_owned(), reason: error.to_string() };
        let file = File::open(path).map_err(failure)?;
        let body = Self { file, path: path.to_owned(), left: expected };
        let length = body.file.metadata().map_err(failure)?.len();
        if length == expected { Ok(body) } else { Err(body.changed()) }
    }

    fn changed(&self) -> TransportError {
        let reason = "it changed after it was hashed, and so the signature would not hold".to_owned();
        TransportError::ReadBody { file: self.path.clone(), reason }
    }

    fn read(&mut self) -> Result<Bytes, TransportError> {
        let wanted = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; wanted];
        let read = self
            .file
            .read(&mut piece)
            .map_err(|error| TransportError::ReadBody { file: self.path.clone(), reason: error.to_string() })?;
        if read == 0 {
            return Err(self.changed());
        }
        piece.truncate(read);
        self.left -= read as u64;
        Ok(Bytes::from(piece))
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = TransportError;

    /// Reads in place: this process has nothing else to do meanwhile.
    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(self.read().map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}
