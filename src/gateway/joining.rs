//! Joins the two ends of an opaque connection until one of them closes, or until nothing has passed for a long time.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, copy_bidirectional};
use tokio::time::Instant;

use crate::locking::locked;

/// Maximum time without a byte in either direction. Long calls and WebSockets are quiet for minutes, so it is much longer
/// than the time limits for requests; Envoy uses the same.
const LONGEST_SILENCE: Duration = Duration::from_secs(60 * 60);

/// Passes bytes on in both directions.
pub async fn join(client: impl AsyncRead + AsyncWrite + Unpin, server: impl AsyncRead + AsyncWrite + Unpin) {
    join_within(client, server, LONGEST_SILENCE).await;
}

async fn join_within(
    client: impl AsyncRead + AsyncWrite + Unpin,
    mut server: impl AsyncRead + AsyncWrite + Unpin,
    limit: Duration,
) {
    let last = Arc::new(Mutex::new(Instant::now()));
    let mut client = Stamped { stream: client, last: Arc::clone(&last) };
    let silence = async {
        loop {
            let end = *locked(&last) + limit;
            if end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    };
    tokio::select! {
        // The two ends see for themselves how the connection ends.
        _ = copy_bidirectional(&mut client, &mut server) => {}
        () = silence => {}
    }
}

/// Notes when bytes last passed in either direction.
struct Stamped<S> {
    stream: S,
    last: Arc<Mutex<Instant>>,
}

impl<S> Stamped<S> {
    fn stamp(&self) {
        *locked(&self.last) = Instant::now();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stamped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.stamp();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stamped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.stamp();
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// Catches a connection that is never released, and one that is cut off although bytes pass in one direction.
    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_after_a_long_silence() {
        let (mut near, client) = duplex(64);
        let (mut far, server) = duplex(64);
        let limit = Duration::from_secs(10);
        let joined = tokio::spawn(join_within(client, server, limit));
        let began = Instant::now();
        for from_server in [false, true, true, true] {
            tokio::time::sleep(Duration::from_secs(8)).await;
            let (from, to) = if from_server { (&mut far, &mut near) } else { (&mut near, &mut far) };
            from.write_all(b"x").await.unwrap();
            assert_eq!(to.read_u8().await.unwrap(), b'x');
        }
        joined.await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 42);
        assert_eq!(near.read(&mut [0]).await.unwrap(), 0);
    }
}
