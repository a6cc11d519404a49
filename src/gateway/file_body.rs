//! A response body that is read from a file piece by piece.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Number of bytes read at a time.
const PIECE: usize = 64 * 1024;

/// The first bytes of a file, up to a given length.
#[derive(Debug)]
pub struct FileBody {
    file: File,
    read: u64,
    left: u64,
}

impl FileBody {
    /// The first `length` bytes of a file.
    pub fn new(file: File, length: u64) -> Self {
        Self { file, read: 0, left: length }
    }

    fn read(&mut self) -> io::Result<Bytes> {
        let wanted = usize::try_from(self.left).map_or(PIECE, |left| left.min(PIECE));
        let mut piece = vec![0; wanted];
        self.file.seek(SeekFrom::Start(self.read))?;
        self.file.read_exact(&mut piece)?;
        self.read += wanted as u64;
        self.left -= wanted as u64;
        Ok(piece.into())
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let read = tokio::task::block_in_place(|| self.read());
        Poll::Ready(Some(read.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
