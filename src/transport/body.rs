//! The body of a request on its way out: from memory, or from a file that is read while it is sent.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::body::{Body as HttpBody, Frame};

use super::file::{BodyFile, BodyReader, PIECE, Pass};
use super::{Meter, TransportError};
use crate::request::{Body, Request};

/// A body that hyper can send.
pub(super) type OutgoingBody = UnsyncBoxBody<Bytes, TransportError>;

/// As many pieces as hyper holds at once, and one more.
const BUFFERS: usize = 3;

/// The body of a request.
pub(super) fn body_of(
    request: &Request,
    file: Option<&BodyFile>,
    meter: &Meter,
) -> Result<OutgoingBody, TransportError> {
    let in_memory = |bytes: Vec<u8>| Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync();
    match (&request.body, file) {
        (Body::Bytes(bytes), _) => Ok(in_memory(bytes.clone())),
        (body, Some(file)) => {
            let reader = file.open(Pass::of(body))?;
            Ok(FileBody { reader, handed_out: VecDeque::with_capacity(BUFFERS), meter: meter.clone() }.boxed_unsync())
        }
        _ => Err(TransportError::Request { reason: "its body is not at hand".to_owned() }),
    }
}

/// A file in pieces. A piece that hyper is done with becomes the buffer of a later one.
struct FileBody {
    reader: BodyReader,
    handed_out: VecDeque<Bytes>,
    meter: Meter,
}

impl FileBody {
    fn read(&mut self) -> Result<Bytes, TransportError> {
        let mut buffer = self.buffer();
        let read = self.reader.read(&mut buffer)?;
        let whole = buffer.freeze();
        let piece = whole.slice(..read);
        self.meter.tell(read as u64);
        self.handed_out.push_back(whole);
        Ok(piece)
    }

    fn buffer(&mut self) -> BytesMut {
        let oldest = if self.handed_out.len() < BUFFERS { None } else { self.handed_out.pop_front() };
        oldest.and_then(|piece| piece.try_into_mut().ok()).unwrap_or_else(|| BytesMut::zeroed(PIECE))
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = TransportError;

    /// Reads in place: this process has nothing else to do meanwhile.
    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        if self.reader.left() == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(self.read().map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.reader.left() == 0
    }
}
