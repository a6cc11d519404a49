//! Counts the bytes of HTTP/1.1 on a connection, heads and bodies separately, as they were on the wire.
//!
//! hyper returns a head as parsed fields, without its white space and without interim responses.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The counts of one connection.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    heads: AtomicU64,
}

impl Tally {
    /// Number of bytes sent.
    pub fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Number of bytes of response heads received, including interim responses.
    pub fn heads(&self) -> u64 {
        self.0.heads.load(Ordering::Relaxed)
    }

    /// Counts the bytes of a stream.
    pub(super) fn count<S>(&self, stream: S) -> Counting<S> {
        Counting { stream, tally: self.clone(), head: Head::default() }
    }
}

/// A stream whose bytes are counted.
pub(super) struct Counting<S> {
    stream: S,
    tally: Tally,
    head: Head,
}

/// The head that is being received.
#[derive(Debug, Default)]
struct Head {
    is_over: bool,
    /// The start of the status line, as much as is needed to recognize an interim response.
    start: Vec<u8>,
    /// Whether the current line is empty so far.
    is_empty_line: bool,
}

/// The length of `HTTP/1.1 1`, with which an interim response begins.
const INTERIM: usize = 10;

impl Head {
    /// How many of the bytes belong to heads.
    fn take(&mut self, bytes: &[u8]) -> u64 {
        let mut taken = 0;
        for &byte in bytes {
            if self.is_over {
                break;
            }
            taken += 1;
            self.start.extend((self.start.len() < INTERIM).then_some(byte));
            match byte {
                b'\n' if self.is_empty_line => {
                    self.is_over = self.start.get(INTERIM - 1) != Some(&b'1');
                    self.start.clear();
                    self.is_empty_line = false;
                }
                b'\n' => self.is_empty_line = true,
                b'\r' => {}
                _ => self.is_empty_line = false,
            }
        }
        taken
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        let taken = self.head.take(buffer.filled().get(before..).unwrap_or_default());
        self.tally.0.heads.fetch_add(taken, Ordering::Relaxed);
        outcome
    }
}

impl<S: AsyncWrite + Unpin> Counting<S> {
    fn tell(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(written)) = &outcome {
            self.tally.0.sent.fetch_add(*written as u64, Ordering::Relaxed);
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counting<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.tell(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.tell(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a body that is counted as a head, and an interim response that ends the count.
    #[test]
    fn heads_end_at_the_empty_line_of_the_final_response() {
        let head = "HTTP/1.1 200 OK\r\nA:  b\r\n\r\n";
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        for (text, length) in [
            (format!("{head}body\r\n\r\n"), head.len()),
            (format!("{interim}{head}x"), interim.len() + head.len()),
            ("HTTP/1.0 204 No\n\nx".to_owned(), 17),
        ] {
            let whole = Head::default().take(text.as_bytes());
            assert_eq!(whole, length as u64, "{text}");
            let mut head = Head::default();
            let pieces: u64 = text.as_bytes().chunks(1).map(|piece| head.take(piece)).sum();
            assert_eq!(pieces, whole);
        }
    }
}
