//! One client connection: what it asks for, and whether it is recorded.

use std::io;
use std::sync::Arc;

use sigvet_core::request::RequestUrl;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;

use super::conversation::{Conversation, Place};
use super::forwarder::Forwarder;
use super::pump;
use super::rewind::Rewind;
use super::rewrite::{Plain, Untouched};
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
async fn read_head(client: &mut TcpStream, limit: usize) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut read = Vec::new();
    loop {
        if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = read.split_off(at + 4);
            return Ok(Some((read, rest)));
        }
        if read.len() > limit || client.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    }
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
    let host = url.host().trim_start_matches('[').trim_end_matches(']');
    let is_here = host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: std::net::IpAddr| address.to_canonical().is_loopback());
    if is_here {
        forwarder.witness.unwatched(host);
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
    if !forwarder.watched.has(url.host()) {
        note_unwatched(forwarder, url);
        return join(client, server).await;
    }
    match first(&mut client, &mut server).await {
        First::Nobody => {}
        First::Server(bytes) => join(client, Rewind::new(bytes, server)).await,
        First::Client(bytes) => {
            let is_tls = bytes.first() == Some(&HANDSHAKE);
            let client = Rewind::new(bytes, client);
            match is_tls {
                true => secure(forwarder, client, server, url).await,
                false => {
                    let mut client = client;
                    watch(forwarder, &mut client, server, place("http", url)).await;
                }
            }
        }
    }
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
        Ok(server) => watch(forwarder, &mut client, server, place("https", url)).await,
        Err(error) => unreached(forwarder, &mut client, url, &error).await,
    }
}

/// Passes bytes on unchanged and records the conversation.
async fn watch(
    forwarder: &Forwarder,
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    server: Box<dyn Stream>,
    place: Place,
) {
    let conversation = Conversation::new(place, Some(Arc::clone(&forwarder.witness)));
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
        let is_watched = forwarder.watched.has(url.host());
        if !is_watched {
            note_unwatched(forwarder, &url);
        }
        let witness = is_watched.then(|| Arc::clone(&forwarder.witness));
        let conversation = Conversation::new(place("http", &url), witness);
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
