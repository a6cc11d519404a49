//! The request body as it is sent: from memory, or from a file that is read while it is sent.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::body::{Body as HttpBody, Frame};

use super::body_error::{BodyError, Pass};
use super::error::Unsendable;
use super::file::{BodyReader, PIECE};
use super::pace::Paced;
use super::{ChunkedReader, Meter, Outgoing, TransportError};
use sigvet_core::request::Body;
use sigvet_core::stream::Encoder;

/// A body that hyper can send.
pub(super) type OutgoingBody = UnsyncBoxBody<Bytes, BodyError>;

/// One more than the number of pieces that hyper holds at once.
const BUFFERS: usize = 3;

/// The request body, limited to the rate in the options.
pub(super) fn body_of(outgoing: &Outgoing<'_>) -> Result<OutgoingBody, TransportError> {
    let body = unpaced_body_of(outgoing)?;
    Ok(match outgoing.options.rate.filter(|_| !body.is_end_stream()) {
        Some(rate) => Paced::new(body, rate).boxed_unsync(),
        None => body,
    })
}

fn unpaced_body_of(outgoing: &Outgoing<'_>) -> Result<OutgoingBody, TransportError> {
    let in_memory = |bytes: Vec<u8>| Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync();
    match (&outgoing.request.body, outgoing.body_file) {
        (Body::Bytes(bytes), _) => Ok(in_memory(bytes.clone())),
        (body, Some(file)) => {
            let reader = file.open(Pass::of(body))?;
            let pieces = match outgoing.encoder {
                Some(encoder) => Pieces::Chunked(Box::new(chunked(reader, encoder, outgoing))),
                None => Pieces::Plain(reader),
            };
            let (handed_out, meter) = (VecDeque::with_capacity(BUFFERS), outgoing.options.meter.clone());
            Ok(FileBody { pieces, handed_out, meter }.boxed_unsync())
        }
        _ => Err(Unsendable::BodyMissing.into()),
    }
}

fn chunked(reader: BodyReader, encoder: &Encoder, outgoing: &Outgoing<'_>) -> ChunkedReader {
    ChunkedReader::new(reader, encoder.clone()).with_fingerprints(outgoing.fingerprints)
}

/// A file in pieces. The buffer of a piece is reused once hyper has dropped the piece.
struct FileBody {
    pieces: Pieces,
    handed_out: VecDeque<Bytes>,
    meter: Meter,
}

/// A file as it is, or in chunks.
enum Pieces {
    Plain(BodyReader),
    Chunked(Box<ChunkedReader>),
}

impl Pieces {
    fn room(&self) -> usize {
        match self {
            Self::Plain(_) => PIECE,
            Self::Chunked(reader) => reader.room(),
        }
    }

    /// Number of bytes of the file still to be read.
    fn left(&self) -> u64 {
        match self {
            Self::Plain(reader) => reader.left(),
            Self::Chunked(reader) => reader.left(),
        }
    }

    fn is_at_end(&self) -> bool {
        match self {
            Self::Plain(reader) => reader.left() == 0,
            Self::Chunked(reader) => reader.is_at_end(),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Chunked(reader) => reader.read(buffer),
        }
    }
}

impl FileBody {
    fn read(&mut self) -> Result<Bytes, BodyError> {
        let mut buffer = self.buffer();
        let before = self.pieces.left();
        let read = self.pieces.read(&mut buffer)?;
        let whole = buffer.freeze();
        let piece = whole.slice(..read);
        self.meter.tell(before - self.pieces.left());
        self.handed_out.push_back(whole);
        Ok(piece)
    }

    fn buffer(&mut self) -> BytesMut {
        let oldest = if self.handed_out.len() < BUFFERS { None } else { self.handed_out.pop_front() };
        oldest.and_then(|piece| piece.try_into_mut().ok()).unwrap_or_else(|| BytesMut::zeroed(self.pieces.room()))
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = BodyError;

    /// Reads synchronously, because this process has nothing else to do in the meantime.
    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.pieces.is_at_end() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(self.read().map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_at_end()
    }
}
