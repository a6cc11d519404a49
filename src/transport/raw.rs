//! Bytes to a server, for whoever passes on what others say: the way there is that of every request, and what is said is not
//! looked at.

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
    /// Whether a proxy is at its other end, which wants whole URLs.
    pub is_forward_proxy: bool,
    /// What that proxy wants to see in `Proxy-Authorization`.
    pub proxy_authorization: Option<http::HeaderValue>,
    /// The server's address, unless a proxy or a local socket stands before it.
    pub address: Option<SocketAddr>,
}

/// Connects to the host of a URL without speaking TLS.
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

/// Speaks TLS with the host of a URL over a stream, and HTTP/1.1 in it.
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
