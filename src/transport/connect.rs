//! Opens connections: DNS lookup, connecting to one of the addresses, the tunnel through a proxy, and the TLS
//! handshake.

use std::net::{IpAddr, SocketAddr};

use http::HeaderValue;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::{ConnectError, LookupError, TimeLimit};
use super::options::{HttpVersion, Options};
use super::proxy_address::{Lookup, ProxyAddress, ProxyKind, SocksVersion};
use super::reach::Reach;
use super::stream::Stream;
use super::{Timings, TransportError, error, socks, tls, tunnel};
use crate::platform::connect_to_socket;
use sigvet_core::internal::without_brackets;
use sigvet_core::request::{RequestUrl, UriScheme};

/// A connection that is ready for HTTP.
pub(super) struct Connection {
    pub(super) io: TokioIo<Box<dyn Stream>>,
    /// Whether the peer is a proxy that forwards plain HTTP, so that the request target has to be the whole URL.
    pub(super) is_forward_proxy: bool,
    pub(super) proxy_authorization: Option<HeaderValue>,
    /// Whether HTTP/2 was negotiated.
    pub(super) is_http2: bool,
}

/// Opens a connection to the host of a URL, within the connect timeout.
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
    let is_forward_proxy = proxy.is_some();
    let proxy_authorization = proxy.and_then(|proxy| proxy.authorization());
    let (stream, is_http2): (Box<dyn Stream>, bool) = match url.scheme() {
        UriScheme::Http => (stream, false),
        UriScheme::Https | UriScheme::Wss => {
            let tls =
                tls::handshake(stream, url.host(), &options.trust, options.identity.as_ref(), options.version).await?;
            let is_http2 = tls::agreed_on_http2(&tls);
            timings.secured = timings.begun.elapsed();
            (Box::new(tls), is_http2)
        }
    };
    Ok(Connection { io: TokioIo::new(stream), is_forward_proxy, proxy_authorization, is_http2 })
}

/// A byte stream to the host, or to a proxy that forwards requests to it.
pub(super) struct Line {
    pub(super) stream: Box<dyn Stream>,
    /// The proxy that the stream leads to, if requests are sent to it directly instead of through a tunnel.
    pub(super) proxy: Option<ProxyAddress>,
}

pub(super) async fn dial(url: &RequestUrl, options: &Options, timings: &mut Timings) -> Result<Line, TransportError> {
    let (host, port) = (url.host().to_owned(), url.port_or_default());
    if let Some(path) = &options.unix_socket {
        return Ok(Line { stream: dial_socket(path).await?, proxy: None });
    }
    let (host, port) = options.reroutings.iter().find_map(|rule| rule.apply(&host, port)).unwrap_or((host, port));
    let proxy = options.proxies.for_url(url)?;
    if proxy.is_some() && !options.reach.may_be_asked_for(&host) {
        return Err(not_public(&host));
    }
    let Some(proxy) = proxy else {
        let stream = Box::new(dial_tcp(&host, port, options, timings).await?);
        return Ok(Line { stream, proxy: None });
    };
    // The user chose the proxy, wherever it is.
    let to_proxy = Options { reach: Reach::Any, ..options.clone() };
    let tcp = dial_tcp(&proxy.host, proxy.port, &to_proxy, timings).await.map_err(error::is_of_proxy)?;
    let mut stream: Box<dyn Stream> = match proxy.kind {
        ProxyKind::Http => Box::new(tcp),
        ProxyKind::Https => {
            let tls = tls::handshake(Box::new(tcp), &proxy.host, &options.proxy_trust, None, HttpVersion::Http1);
            Box::new(tls.await.map_err(error::is_of_proxy)?)
        }
        ProxyKind::Socks(version, lookup) => {
            let host = match lookup {
                Lookup::Local => look_up(&host, port, version, options).await?,
                Lookup::Remote => host,
            };
            let stream = Box::new(socks::connect(tcp, &proxy, version, &host, port).await?);
            return Ok(Line { stream, proxy: None });
        }
    };
    if url.scheme() == UriScheme::Http {
        return Ok(Line { stream, proxy: Some(proxy) });
    }
    tunnel::open(&mut stream, &proxy, &host, port).await?;
    Ok(Line { stream, proxy: None })
}

/// Resolves a host name for a SOCKS proxy: SOCKS4 requires an IPv4 address.
async fn look_up(host: &str, port: u16, version: SocksVersion, options: &Options) -> Result<String, TransportError> {
    let fits = |address: &SocketAddr| version == SocksVersion::V5 || address.is_ipv4();
    match addresses(host, port, options).await?.into_iter().find(fits) {
        Some(SocketAddr::V4(address)) => Ok(address.ip().to_string()),
        Some(SocketAddr::V6(address)) => Ok(format!("[{}]", address.ip())),
        None => Err(TransportError::HostNotFound { host: host.to_owned(), source: LookupError::NoIpv4 }),
    }
}

async fn dial_socket(path: &std::path::Path) -> Result<Box<dyn Stream>, TransportError> {
    let failure = |error: std::io::Error| TransportError::CannotConnect {
        host: path.display().to_string(),
        source: ConnectError::Socket(error),
    };
    Ok(Box::new(connect_to_socket(path).await.map_err(failure)?))
}

/// Connects to the first address of a name that accepts the connection.
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
                // The connection also works with Nagle's algorithm enabled.
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

fn not_public(host: &str) -> TransportError {
    TransportError::HostNotFound { host: host.to_owned(), source: LookupError::NotPublic }
}

/// The addresses of a name that may be connected to, at least one.
async fn addresses(host: &str, port: u16, options: &Options) -> Result<Vec<SocketAddr>, TransportError> {
    let found = all_addresses(host, port, options).await;
    if options.reach == Reach::Any {
        return found;
    }
    let mut public = found.unwrap_or_default();
    options.reach.limit(&mut public);
    if public.is_empty() { Err(not_public(host)) } else { Ok(public) }
}

/// The addresses of a name, at least one: from `--resolve` if given, otherwise from DNS.
async fn all_addresses(host: &str, port: u16, options: &Options) -> Result<Vec<SocketAddr>, TransportError> {
    let given: Vec<SocketAddr> = options.resolutions.iter().flat_map(|given| given.addresses_of(host, port)).collect();
    if !given.is_empty() {
        return Ok(given);
    }
    let not_found = |source| TransportError::HostNotFound { host: host.to_owned(), source };
    let name = without_brackets(host);
    let found = tokio::net::lookup_host((name, port)).await.map_err(|error| not_found(error.into()))?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        return Err(not_found(LookupError::NoAddress));
    }
    let wanted: Vec<SocketAddr> = found.into_iter().filter(|address| options.family.has(address.ip())).collect();
    match wanted.is_empty() {
        false => Ok(wanted),
        true if name.parse::<IpAddr>().is_ok() => {
            Err(TransportError::CannotConnect { host: format!("{host}:{port}"), source: ConnectError::OtherFamily })
        }
        true => Err(not_found(LookupError::NoneOfFamily)),
    }
}
