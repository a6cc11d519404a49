//! One client connection: what it asks for, and whether it is recorded.

use std::io;
use std::sync::Arc;

use sigvet_core::internal::without_brackets;
use sigvet_core::request::RequestUrl;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;

use super::conversation::{Conversation, Place, Witness};
use super::forwarder::Forwarder;
use super::pump;
use super::rewind::Rewind;
use super::rewrite::{Plain, Untouched};
use super::unwatched::Unwatched;
use crate::gateway::proxy_target::ProxyTarget;
use crate::gateway::words::{describe_chain, is_about_trust};
use crate::transport::{self, RawConnection, Stream, TransportError};

/// The first byte of TLS: a handshake record.
const HANDSHAKE: u8 = 0x16;

/// Which end sent the first bytes in a tunnel.
enum First {
    Client(Vec<u8>),
    Server(Vec<u8>),
    Nobody,
}

/// Serves one client.
pub async fn serve(forwarder: &Forwarder, mut client: TcpStream) {
    let limits = &forwarder.limits;
    let Ok(Ok(Some((head, rest)))) = timeout(limits.head_time, read_head(&mut client, limits.head_bytes)).await else {
        return;
    };
    match ProxyTarget::parse(&head) {
        Ok(ProxyTarget::Tunnel(url)) => tunnel(forwarder, Rewind::new(rest, client), &url).await,
        Ok(ProxyTarget::Plain(url)) => plain(forwarder, Rewind::new([head, rest].concat(), client), url).await,
        Err(error) => answer(&mut client, "400 Bad Request", &error.to_string()).await,
    }
}

/// Reads the head of the first request, and the bytes received with it.
async fn read_head(client: &mut (impl AsyncRead + Unpin), limit: usize) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let (mut read, mut searched) = (Vec::new(), 0);
    loop {
        if let Some(end) = find_end_of_head(&read, searched) {
            let rest = read.split_off(end);
            return Ok(Some((read, rest)));
        }
        searched = read.len();
        if read.len() > limit || client.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    }
}

/// The position after the empty line that ends a head. Lines may end with a bare LF (RFC 9112 §2.2). No end is in the
/// first `searched` bytes.
fn find_end_of_head(bytes: &[u8], searched: usize) -> Option<usize> {
    let from = searched.saturating_sub(2);
    let mut ends = memchr::memchr_iter(b'\n', bytes.get(from..)?).map(|at| from + at + 1);
    ends.find_map(|end| {
        let rest = bytes.get(end..)?;
        let length = [&b"\n"[..], b"\r\n"].iter().find(|line| rest.starts_with(line))?.len();
        Some(end + length)
    })
}

/// Sends an error response to the client.
async fn answer(client: &mut (impl AsyncWrite + Unpin), status: &str, text: &str) {
    let text = format!("sigvet watch: {text}\n");
    let length = text.len();
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{text}"
    );
    // The client may already be gone.
    let _ = client.write_all(reply.as_bytes()).await;
    let _ = client.shutdown().await;
}

/// Tells the client and the witness that a server could not be reached.
async fn unreached(
    forwarder: &Forwarder,
    client: &mut (impl AsyncWrite + Unpin),
    url: &RequestUrl,
    error: &TransportError,
) {
    let text = describe_chain(error);
    forwarder.witness.unreached(&url.host_header(), text.clone());
    answer(client, "502 Bad Gateway", &text).await;
}

async fn dial(forwarder: &Forwarder, url: &RequestUrl) -> Result<RawConnection, TransportError> {
    transport::dial(url, &forwarder.options).await
}

/// Reports that a host on this machine is not watched, because the user may think that it is.
fn note_unwatched(forwarder: &Forwarder, url: &RequestUrl) {
    let host = without_brackets(url.host());
    let is_here = host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: std::net::IpAddr| address.to_canonical().is_loopback());
    if is_here {
        forwarder.witness.unwatched(host);
    }
}

/// The witness of plain HTTP to a host.
fn witness_of(forwarder: &Forwarder, url: &RequestUrl) -> Arc<dyn Witness> {
    match forwarder.watched.has(url.host()) {
        true => Arc::clone(&forwarder.witness),
        false => Arc::new(Unwatched {
            host: without_brackets(url.host()).to_owned(),
            witness: Arc::clone(&forwarder.witness),
        }),
    }
}

/// Opens a tunnel, and records its content if the host is watched.
async fn tunnel(forwarder: &Forwarder, mut client: Rewind<TcpStream>, url: &RequestUrl) {
    let mut server = match dial(forwarder, url).await {
        Ok(connection) => connection.stream,
        Err(error) => return unreached(forwarder, &mut client, url, &error).await,
    };
    if client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_err() {
        return;
    }
    let is_watched = forwarder.watched.has(url.host());
    if !is_watched {
        note_unwatched(forwarder, url);
    }
    match first(&mut client, &mut server).await {
        // One end may have closed its side, and still listen.
        First::Nobody => join(client, server).await,
        First::Server(bytes) => join(client, Rewind::new(bytes, server)).await,
        First::Client(bytes) => {
            let (is_tls, is_http) = (bytes.first() == Some(&HANDSHAKE), begins_like_http(&bytes));
            let mut client = Rewind::new(bytes, client);
            match (is_tls, is_watched) {
                (true, true) => secure(forwarder, client, server, url).await,
                (false, _) if is_watched || is_http => {
                    watch(forwarder, &mut client, server, (place("http", url), witness_of(forwarder, url))).await
                }
                _ => join(client, server).await,
            }
        }
    }
}

/// Whether bytes are the beginning of a request of HTTP/1, of which at least the first line is complete.
fn begins_like_http(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.len() < bytes.len()
        && line.trim_ascii_end().rsplit(|byte| *byte == b' ').next().is_some_and(|word| word.starts_with(b"HTTP/1."))
}

/// Waits for the first bytes from either end.
async fn first(client: &mut (impl AsyncRead + Unpin), server: &mut (impl AsyncRead + Unpin)) -> First {
    let (mut of_client, mut of_server) = (vec![0; 4096], vec![0; 4096]);
    let (read, bytes, is_client) = tokio::select! {
        read = client.read(&mut of_client) => (read, &mut of_client, true),
        read = server.read(&mut of_server) => (read, &mut of_server, false),
    };
    let length = read.unwrap_or(0);
    bytes.truncate(length);
    match (length, is_client) {
        (0, _) => First::Nobody,
        (_, true) => First::Client(of_client),
        (_, false) => First::Server(of_server),
    }
}

/// Terminates TLS on both sides. If the client does not offer HTTP/1.1, its connection passes through unseen.
async fn secure(
    forwarder: &Forwarder,
    client: impl AsyncRead + AsyncWrite + Unpin,
    server: Box<dyn Stream>,
    url: &RequestUrl,
) {
    let client = Rewind::new(Vec::new(), client).noting();
    let hello = timeout(forwarder.limits.head_time, LazyConfigAcceptor::new(Default::default(), client)).await;
    let Ok(Ok(mut hello)) = hello else { return };
    let speaks = hello.client_hello().alpn().is_none_or(|mut names| names.any(|name| name == b"http/1.1"));
    if !speaks {
        forwarder.witness.unseen(&url.host_header());
        return join(hello.io.rewound(), server).await;
    }
    hello.io.forget();
    let server = transport::secure(server, url, &forwarder.options).await;
    let Ok(configuration) = forwarder.authority.configuration_for(url.host()) else { return };
    let shaken = timeout(forwarder.limits.head_time, hello.into_stream(configuration)).await;
    let mut client = match shaken {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => {
            if is_distrust(&error) {
                forwarder.witness.distrusted(&url.host_header());
            }
            return;
        }
        Err(_) => return,
    };
    match server {
        Ok(server) => {
            watch(forwarder, &mut client, server, (place("https", url), Arc::clone(&forwarder.witness))).await;
        }
        Err(error) => unreached(forwarder, &mut client, url, &error).await,
    }
}

/// Passes bytes on unchanged and records the conversation.
async fn watch(
    forwarder: &Forwarder,
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    server: Box<dyn Stream>,
    (place, witness): (Place, Arc<dyn Witness>),
) {
    let conversation = Conversation::new(place, witness);
    let limit = forwarder.limits.head_bytes;
    let passing = Untouched::new(conversation.requests(), limit);
    pump::run(client, server, passing, &conversation, limit).await;
}

/// Handles plain HTTP, to one server after the other.
async fn plain(forwarder: &Forwarder, mut client: Rewind<TcpStream>, mut url: RequestUrl) {
    let limit = forwarder.limits.head_bytes;
    loop {
        let connection = match dial(forwarder, &url).await {
            Ok(connection) => connection,
            Err(error) => return unreached(forwarder, &mut client, &url, &error).await,
        };
        if !forwarder.watched.has(url.host()) {
            note_unwatched(forwarder, &url);
        }
        let conversation = Conversation::new(place("http", &url), witness_of(forwarder, &url));
        let proxy = connection.is_forward_proxy.then_some(connection.proxy_authorization);
        let passing = Plain::new(url, proxy, conversation.requests(), limit);
        match pump::run(&mut client, connection.stream, passing, &conversation, limit).await {
            Some((next, rest)) => {
                let Some(next_url) = next.url else { return };
                client.put_back(&[next.head, rest].concat());
                url = next_url;
            }
            None => return,
        }
    }
}

/// Passes bytes on without recording them.
async fn join(mut client: impl AsyncRead + AsyncWrite + Unpin, mut server: impl AsyncRead + AsyncWrite + Unpin) {
    // The two ends see for themselves how the connection ends.
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

fn place(scheme: &'static str, url: &RequestUrl) -> Place {
    let is_default = matches!((scheme, url.port_or_default()), ("http", 80) | ("https", 443));
    let host = match is_default {
        true => url.host().to_owned(),
        false => format!("{}:{}", url.host(), url.port_or_default()),
    };
    Place { scheme, host }
}

fn is_distrust(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::AlertReceived(alert)) if is_about_trust(*alert))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a head that is only recognized with CR LF, or not at all if it arrives in pieces.
    #[tokio::test]
    async fn a_head_ends_with_an_empty_line_wherever_reads_end() {
        for head in
            ["GET http://h/ HTTP/1.1\r\nA: b\r\n\r\n", "GET http://h/ HTTP/1.1\nA: b\n\n", "A\r\nB\n\r\n", "A\r\n\n"]
        {
            let text = format!("{head}\r\n\r\nrest");
            for end in 1..text.len() {
                let (first, second) = text.as_bytes().split_at(end);
                let mut client = AsyncReadExt::chain(first, second);
                let (read, rest) = read_head(&mut client, 100).await.unwrap().unwrap();
                assert_eq!(String::from_utf8_lossy(&read), head);
                assert!(text.as_bytes()[head.len()..].starts_with(&rest), "{end}");
            }
        }
        assert!(read_head(&mut &b"GET http://h/ HTTP/1.1\r\nA: b\r\n"[..], 100).await.unwrap().is_none());
        assert!(read_head(&mut &[b'a'; 200][..], 100).await.unwrap().is_none());
    }

    #[test]
    fn only_requests_of_http_1_are_read_in_a_tunnel_to_an_unwatched_host() {
        for (bytes, expected) in [
            (&b"GET / HTTP/1.1\r\n"[..], true),
            (b"PUT /a HTTP/1.0\nHost: h", true),
            (b"GET / HTTP/1.1", false),
            (b"SSH-2.0-OpenSSH_9.6\r\n", false),
            (b"PRI * HTTP/2.0\r\n", false),
            (b"\x16\x03\x01", false),
        ] {
            assert_eq!(begins_like_http(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
