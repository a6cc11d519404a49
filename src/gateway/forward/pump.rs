//! Copies bytes in both directions between a client and a server.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};

use super::conversation::{Conversation, Replies};
use super::rewrite::{Next, Passing};
use super::splitter::Splitter;

/// Number of bytes to read at a time.
const PIECE: usize = 32 * 1024;

/// Copies bytes until one end closes, or until the client sends a request for another server. Returns that request and
/// the bytes already read after it.
pub async fn run(
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    server: impl AsyncRead + AsyncWrite + Unpin,
    passing: impl Passing,
    conversation: &Arc<Conversation>,
    limit: usize,
) -> Option<(Next, Vec<u8>)> {
    let (client_reader, client_writer) = split(client);
    let (server_reader, server_writer) = split(server);
    let up = up(client_reader, server_writer, passing, conversation);
    let down = down(server_reader, client_writer, conversation.replies(), Splitter::new(limit));
    tokio::pin!(up, down);
    let mut is_heard = false;
    loop {
        tokio::select! {
            // Replies are passed on before anything ends.
            biased;
            () = &mut down => return None,
            heard = &mut up, if !is_heard => match heard {
                Ok(Some(next)) => return Some(next),
                // A client that has closed its sending side may still wait for a reply.
                Ok(None) | Err(_) if conversation.is_busy() => is_heard = true,
                Ok(None) | Err(_) => return None,
            },
        }
    }
}

async fn up(
    mut client: impl AsyncRead + Unpin,
    mut server: impl AsyncWrite + Unpin,
    mut passing: impl Passing,
    conversation: &Conversation,
) -> io::Result<Option<(Next, Vec<u8>)>> {
    let (mut buffer, mut out) = (vec![0; PIECE], Vec::new());
    loop {
        let length = read(&mut client, &mut buffer).await?;
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            if conversation.is_over() {
                server.shutdown().await?;
            }
            return Ok(None);
        }
        out.clear();
        let used = passing.pass(bytes, &mut out);
        server.write_all(&out).await?;
        server.flush().await?;
        if let Some(next) = passing.take_next() {
            return Ok(Some((next, bytes.get(used..).unwrap_or_default().to_vec())));
        }
    }
}

async fn down(
    mut server: impl AsyncRead + Unpin,
    mut client: impl AsyncWrite + Unpin,
    mut replies: Replies,
    mut splitter: Splitter,
) {
    let mut buffer = vec![0; PIECE];
    // A reply that breaks off is incomplete, and must not look complete to the client.
    let is_ended = loop {
        let Ok(length) = server.read(&mut buffer).await else { break false };
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            splitter.finish(&mut replies);
            break true;
        }
        let mut used = 0;
        // An interim reply stops the parser, and another reply follows it.
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            used += splitter.feed(rest, &mut replies);
        }
        if client.write_all(bytes).await.is_err() || client.flush().await.is_err() {
            break false;
        }
    };
    replies.break_off();
    if is_ended {
        // The client may already be gone.
        let _ = client.shutdown().await;
    }
}

/// If a client closes TLS without a `close_notify` alert, it is treated as an ordinary end.
async fn read(client: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> io::Result<usize> {
    match client.read(buffer).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        read => read,
    }
}
