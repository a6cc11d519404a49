//! The connection: the name is looked up, its addresses are tried, a proxy is asked to connect, TLS is spoken.

use std::net::SocketAddr;

use http::HeaderValue;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::{ConnectError, LookupError, TimeLimit, TransferError};
use super::options::Options;
use super::proxy::Proxy;
use super::stream::Stream;
use super::{Timings, TransportError, tls};
use crate::platform::connect_to_socket;
use sigvet_core::request::{RequestUrl, UriScheme};

/// The longest answer of a proxy that is read.
const PROXY_ANSWER_LIMIT: usize = 16 * 1024;

/// A connection, ready for HTTP.
pub(super) struct Connection {
    pub(super) io: TokioIo<Box<dyn Stream>>,
    /// Whether a proxy at its other end forwards plain HTTP, and so wants the whole URL as the target.
    pub(super) is_forward_proxy: bool,
    pub(super) proxy_authorization: Option<HeaderValue>,
    /// Whether both ends agreed on HTTP/2.
    pub(super) is_http2: bool,
}

/// Opens a connection to the host of a URL, within the time that there is for it.
pub(super) async fn open(
    url: &RequestUrl,
    options: &Options,
    timings: &mut Timings,
) -> Result<Connection, TransportError> {
    let timed_out = |_| TransportError::TimedOut { host: url.host_header(), limit: TimeLimit::Connection };
    timeout(options.connect_timeout, open_at_leisure(url, options, timings)).await.map_err(timed_out)?
}

async fn open_at_leisure(
    url: &RequestUrl,
    options: &Options,
    timings: &mut Timings,
) -> Result<Connection, TransportError> {
    let Line { stream, proxy } = dial(url, options, timings).await?;
    timings.connected = timings.begun.elapsed();
    let is_forward_proxy = proxy.is_some() && url.scheme() == UriScheme::Http;
    let proxy_authorization = proxy.and_then(|proxy| proxy.authorization);
    let (stream, is_http2): (Box<dyn Stream>, bool) = match url.scheme() {
        UriScheme::Http => (stream, false),
        UriScheme::Https | UriScheme::Wss => {
            let tls = tls::handshake(stream, url.host(), options).await?;
            let is_http2 = tls::agreed_on_http2(&tls);
            timings.secured = timings.begun.elapsed();
            (Box::new(tls), is_http2)
        }
    };
    Ok(Connection { io: TokioIo::new(stream), is_forward_proxy, proxy_authorization, is_http2 })
}

/// A stream of bytes to the host, or to a proxy that forwards to it.
struct Line {
    stream: Box<dyn Stream>,
    proxy: Option<Proxy>,
}

async fn dial(url: &RequestUrl, options: &Options, timings: &mut Timings) -> Result<Line, TransportError> {
    let (host, port) = (url.host().to_owned(), url.port_or_default());
    if let Some(path) = &options.unix_socket {
        return Ok(Line { stream: dial_socket(path).await?, proxy: None });
    }
    let (host, port) = options.reroutings.iter().find_map(|rule| rule.apply(&host, port)).unwrap_or((host, port));
    let Some(proxy) = options.proxies.for_url(url) else {
        let stream = Box::new(dial_tcp(&host, port, options, timings).await?);
        return Ok(Line { stream, proxy: None });
    };
    let mut tcp = dial_tcp(&proxy.host, proxy.port, options, timings).await?;
    if url.scheme() != UriScheme::Http {
        open_tunnel(&mut tcp, &proxy, &host, port).await?;
    }
    Ok(Line { stream: Box::new(tcp), proxy: Some(proxy) })
}

async fn dial_socket(path: &std::path::Path) -> Result<Box<dyn Stream>, TransportError> {
    let failure = |error: std::io::Error| TransportError::CannotConnect {
        host: path.display().to_string(),
        source: ConnectError::Socket(error),
    };
    Ok(Box::new(connect_to_socket(path).await.map_err(failure)?))
}

/// Connects to the first address of a name that answers.
async fn dial_tcp(
    host: &str,
    port: u16,
    options: &Options,
    timings: &mut Timings,
) -> Result<TcpStream, TransportError> {
    let addresses = addresses(host, port, options).await?;
    timings.resolved = timings.begun.elapsed();
    let mut refusal = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A socket that keeps Nagle's delay still works.
                drop(stream.set_nodelay(true));
                (timings.remote, timings.local) = (Some(address), stream.local_addr().ok());
                return Ok(stream);
            }
            Err(source) => refusal = Some(ConnectError::Address { address, source }),
        }
    }
    let source = refusal.expect("a host that was found has an address");
    Err(TransportError::CannotConnect { host: format!("{host}:{port}"), source })
}

/// The addresses of a name, one at least: those that were given for it, else what it resolves to.
async fn addresses(host: &str, port: u16, options: &Options) -> Result<Vec<SocketAddr>, TransportError> {
    let given: Vec<SocketAddr> = options.resolutions.iter().flat_map(|given| given.addresses_of(host, port)).collect();
    if !given.is_empty() {
        return Ok(given);
    }
    let not_found = |source| TransportError::HostNotFound { host: host.to_owned(), source };
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((name, port)).await.map_err(|error| not_found(error.into()))?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() { Err(not_found(LookupError::NoAddress)) } else { Ok(found) }
}

/// Asks a proxy for a tunnel to the host (RFC 9110 §9.3.6).
async fn open_tunnel(tcp: &mut TcpStream, proxy: &Proxy, host: &str, port: u16) -> Result<(), TransportError> {
    let failure = |source| TransportError::CannotConnect { host: format!("{host}:{port}"), source };
    let lost = |source| failure(ConnectError::ProxyLost { proxy: proxy.host.clone(), source });
    tcp.write_all(&connect_request(proxy, host, port)).await.map_err(lost)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        // One byte at a time, so that nothing behind the answer is taken from the tunnel.
        answer.push(tcp.read_u8().await.map_err(lost)?);
        if answer.len() > PROXY_ANSWER_LIMIT {
            return Err(failure(ConnectError::NotAProxy { proxy: proxy.host.clone() }));
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().and_then(|line| line.split_once(' ')).map(|(_, status)| status);
    match status {
        Some(status) if status.starts_with('2') => Ok(()),
        _ => {
            let status = status.unwrap_or("nothing sensible").to_owned();
            let source = TransferError::Proxy { proxy: proxy.host.clone(), status };
            Err(TransportError::Transfer { host: format!("{host}:{port}"), source })
        }
    }
}

fn connect_request(proxy: &Proxy, host: &str, port: u16) -> Vec<u8> {
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}
