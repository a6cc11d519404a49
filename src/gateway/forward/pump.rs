//! Bytes that pass both ways between a client and a server.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};

use super::conversation::{Conversation, Replies};
use super::rewrite::{Next, Passing};
use super::splitter::Splitter;

/// Bytes that are read at a time.
const PIECE: usize = 32 * 1024;

/// Passes bytes until one end is done, or until the client turns to another server: then that request, and what was read behind it.
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
            // What was answered is passed on before anything ends.
            biased;
            () = &mut down => return None,
            heard = &mut up, if !is_heard => match heard {
                Ok(Some(next)) => return Some(next),
                // Whoever says no more may still listen.
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
    // A connection that breaks off is no whole message, and is not ended for the client as if it were.
    let is_ended = loop {
        let Ok(length) = server.read(&mut buffer).await else { break false };
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            splitter.finish(&mut replies);
            break true;
        }
        let mut used = 0;
        // An interim reply stops the reading, and is followed by another.
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            used += splitter.feed(rest, &mut replies);
        }
        if client.write_all(bytes).await.is_err() || client.flush().await.is_err() {
            break false;
        }
    };
    replies.break_off();
    if is_ended {
        // It may be gone.
        let _ = client.shutdown().await;
    }
}

/// A client that closes TLS without saying so says no more, as one that says so.
async fn read(client: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> io::Result<usize> {
    match client.read(buffer).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        read => read,
    }
}
