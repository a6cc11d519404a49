//! A stream whose beginning has already been read and is to be read again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Returns the given bytes first and then those of the stream. It can record what is read, in order to start over.
#[derive(Debug)]
pub struct Rewind<S> {
    first: Bytes,
    stream: S,
    noted: Option<BytesMut>,
}

impl<S> Rewind<S> {
    /// The stream with these bytes in front of it.
    pub fn new(first: impl Into<Bytes>, stream: S) -> Self {
        Self { first: first.into(), stream, noted: None }
    }

    /// Starts recording what is read.
    #[must_use]
    pub fn noting(self) -> Self {
        Self { noted: Some(BytesMut::new()), ..self }
    }

    /// Starts over from where recording began.
    #[must_use]
    pub fn rewound(self) -> Self {
        let mut first = self.noted.unwrap_or_default();
        first.extend_from_slice(&self.first);
        Self { first: first.freeze(), stream: self.stream, noted: None }
    }

    /// Puts bytes in front of all others.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.first = [bytes, &self.first].concat().into();
    }

    /// Stops recording.
    pub fn forget(&mut self) {
        self.noted = None;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewind<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = if self.first.is_empty() {
            Pin::new(&mut self.stream).poll_read(cx, buffer)
        } else {
            let length = self.first.len().min(buffer.remaining());
            buffer.put_slice(self.first.get(..length).unwrap_or_default());
            self.first.advance(length);
            Poll::Ready(Ok(()))
        };
        if let (Some(noted), Some(read)) = (&mut self.noted, buffer.filled().get(before..)) {
            noted.extend_from_slice(read);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewind<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
