//! Raw byte streams to a server, for callers that relay traffic. The connection is made as for any other request, and
//! the bytes are not inspected.

use std::net::SocketAddr;

use tokio::time::timeout;

use super::connect;
use super::error::TimeLimit;
use super::options::{HttpVersion, Options};
use super::stream::Stream;
use super::{Timings, TransportError, tls};
use sigvet_core::request::RequestUrl;

/// A stream of bytes to a server.
pub struct RawConnection {
    /// The stream.
    pub stream: Box<dyn Stream>,
    /// Whether the peer is a proxy that expects whole URLs.
    pub is_forward_proxy: bool,
    /// The value of `Proxy-Authorization` for that proxy.
    pub proxy_authorization: Option<http::HeaderValue>,
    /// The server's address; `None` if the peer is a proxy or a Unix domain socket.
    pub address: Option<SocketAddr>,
}

/// Connects to the host of a URL without a TLS handshake.
///
/// # Errors
/// See [`TransportError`].
pub async fn dial(url: &RequestUrl, options: &Options) -> Result<RawConnection, TransportError> {
    let mut timings = Timings::begin(url.scheme().as_str());
    let timed_out = |_| TransportError::TimedOut { host: url.host_header(), limit: TimeLimit::Connection };
    let dialed = timeout(options.connect_timeout, connect::dial(url, options, &mut timings));
    let connect::Line { stream, proxy } = dialed.await.map_err(timed_out)??;
    let proxy_authorization = proxy.as_ref().and_then(|proxy| proxy.authorization());
    let is_direct = options.proxies.for_url(url)?.is_none();
    let address = timings.remote.filter(|_| is_direct);
    Ok(RawConnection { stream, is_forward_proxy: proxy.is_some(), proxy_authorization, address })
}

/// Performs the TLS handshake with the host of a URL over a stream, for HTTP/1.1.
///
/// # Errors
/// See [`TransportError`].
pub async fn secure(
    stream: Box<dyn Stream>,
    url: &RequestUrl,
    options: &Options,
) -> Result<Box<dyn Stream>, TransportError> {
    let timed_out = |_| TransportError::TimedOut { host: url.host_header(), limit: TimeLimit::Connection };
    let shaken = tls::handshake(stream, url.host(), &options.trust, options.identity.as_ref(), HttpVersion::Http1);
    Ok(Box::new(timeout(options.connect_timeout, shaken).await.map_err(timed_out)??))
}
