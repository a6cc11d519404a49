//! The connection: the name is looked up, its addresses are tried, a proxy is asked to connect, TLS is spoken.

use std::net::SocketAddr;
use std::time::Duration;

use http::HeaderValue;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::proxy::Proxy;
use super::{Outgoing, Resolution, TransportError, tls};
use crate::request::UriScheme;

/// How long to wait for a connection, as curl does.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(300);

/// The longest answer of a proxy that is read.
const PROXY_ANSWER_LIMIT: usize = 16 * 1024;

/// A byte stream in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection, ready for HTTP.
pub(super) struct Connection {
    pub(super) io: TokioIo<Box<dyn Stream>>,
    /// Whether a proxy at its other end forwards plain HTTP, and so wants the whole URL as the target.
    pub(super) is_forward_proxy: bool,
    pub(super) proxy_authorization: Option<HeaderValue>,
}

/// Opens a connection to the host of a URL, by way of a proxy where there is one for it.
pub(super) async fn open(outgoing: &Outgoing<'_>) -> Result<Connection, TransportError> {
    let url = outgoing.url;
    let (host, port) = (url.host(), url.port().unwrap_or_else(|| default_port(url.scheme())));
    let proxy = outgoing.proxies.for_url(url);
    let tcp = match &proxy {
        Some(proxy) => dial(&proxy.host, proxy.port, outgoing.resolutions).await?,
        None => dial(host, port, outgoing.resolutions).await?,
    };
    let proxy_authorization = proxy.as_ref().and_then(|proxy| proxy.authorization.clone());
    let stream: Box<dyn Stream> = match (url.scheme(), &proxy) {
        (UriScheme::Http, _) => Box::new(tcp),
        (UriScheme::Https, None) => Box::new(tls::handshake(tcp, host).await?),
        (UriScheme::Https, Some(proxy)) => Box::new(tls::handshake(tunnel(tcp, proxy, host, port).await?, host).await?),
    };
    let is_forward_proxy = proxy.is_some() && url.scheme() == UriScheme::Http;
    Ok(Connection { io: TokioIo::new(stream), is_forward_proxy, proxy_authorization })
}

fn default_port(scheme: UriScheme) -> u16 {
    match scheme {
        UriScheme::Http => 80,
        UriScheme::Https => 443,
    }
}

/// Connects to the first address of a name that answers.
async fn dial(host: &str, port: u16, resolutions: &[Resolution]) -> Result<TcpStream, TransportError> {
    let shown = format!("{host}:{port}");
    let timed_out = |_| TransportError::TimedOut { host: shown.clone(), reason: "no connection was made".to_owned() };
    timeout(CONNECT_TIMEOUT, async {
        let addresses = addresses(host, port, resolutions).await?;
        dial_each(&addresses, &shown).await
    })
    .await
    .map_err(timed_out)?
}

/// The addresses of a name: those that were given for it, else what it resolves to.
async fn addresses(host: &str, port: u16, resolutions: &[Resolution]) -> Result<Vec<SocketAddr>, TransportError> {
    let given: Vec<SocketAddr> =
        resolutions.iter().flat_map(|resolution| resolution.addresses_of(host, port)).collect();
    if !given.is_empty() {
        return Ok(given);
    }
    let not_found = |reason: &str| TransportError::HostNotFound { host: host.to_owned(), reason: reason.to_owned() };
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let found: Vec<SocketAddr> =
        tokio::net::lookup_host((name, port)).await.map_err(|error| not_found(&error.to_string()))?.collect();
    if found.is_empty() { Err(not_found("the name has no address")) } else { Ok(found) }
}

async fn dial_each(addresses: &[SocketAddr], shown: &str) -> Result<TcpStream, TransportError> {
    let mut reason = String::new();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A socket that keeps Nagle's delay still works.
                drop(stream.set_nodelay(true));
                return Ok(stream);
            }
            Err(error) => reason = format!("{error} ({address})"),
        }
    }
    Err(TransportError::CannotConnect { host: shown.to_owned(), reason })
}

/// Asks a proxy for a tunnel to the host (RFC 9110 §9.3.6).
async fn tunnel(mut tcp: TcpStream, proxy: &Proxy, host: &str, port: u16) -> Result<TcpStream, TransportError> {
    let failure = |reason: String| TransportError::CannotConnect { host: format!("{host}:{port}"), reason };
    let lost = |error: std::io::Error| failure(format!("the proxy {} broke off: {error}", proxy.host));
    tcp.write_all(&connect_request(proxy, host, port)).await.map_err(lost)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        // One byte at a time, so that nothing behind the answer is taken from the tunnel.
        answer.push(tcp.read_u8().await.map_err(lost)?);
        if answer.len() > PROXY_ANSWER_LIMIT {
            return Err(failure(format!("the proxy {} does not answer as a proxy", proxy.host)));
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().and_then(|line| line.split_once(' ')).map(|(_, status)| status);
    match status {
        Some(status) if status.starts_with('2') => Ok(tcp),
        _ => Err(failure(format!("the proxy {} answered {}", proxy.host, status.unwrap_or("nothing sensible")))),
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
