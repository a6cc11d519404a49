//! Sends many requests to one server, keeping connections and reusing them. An HTTP/1.1 connection carries one
//! request at a time, an HTTP/2 connection many.
//!
//! The target is sent byte for byte, as with [`send`](super::send). Nothing is sent twice: a request is moved to
//! another connection only if its connection was closed before any of the request was sent.

use std::error::Error;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::Connection;
use super::error::Unsendable;
use super::{HttpVersion, Options, Timings, TransportError, connect, error};
use crate::locking::locked;
use sigvet_core::request::RequestUrl;

/// A body that is relayed in pieces.
pub type RelayedBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// Maximum number of idle connections kept.
const IDLE: usize = 64;

/// Interval between pings on an HTTP/2 connection, and the time limit for the reply.
const PING: Duration = Duration::from_secs(20);

/// A server, and the connections to it.
pub struct Upstream {
    url: RequestUrl,
    options: Options,
    knows_http2: bool,
    /// The idle connections, and those whose last response is still being read.
    lines: Mutex<Vec<Line>>,
    shared: Mutex<Option<http2::SendRequest<RelayedBody>>>,
}

/// An HTTP/1.1 connection.
struct Line {
    sender: http1::SendRequest<RelayedBody>,
    /// Whether the peer is a proxy that expects whole URLs.
    is_forward_proxy: bool,
    proxy_authorization: Option<HeaderValue>,
}

/// A new connection.
enum Opened {
    Http1(Line),
    Http2(http2::SendRequest<RelayedBody>),
}

impl Upstream {
    /// Takes the URL of the server. No connection is made yet.
    pub fn new(url: RequestUrl, options: Options) -> Self {
        Self { url, options, knows_http2: false, lines: Mutex::default(), shared: Mutex::default() }
    }

    /// The same server, known to support HTTP/2 without TLS, which does not allow negotiating HTTP/2.
    #[must_use]
    pub fn with_http2_prior_knowledge(self) -> Self {
        Self { knows_http2: true, ..self }
    }

    /// Whether the server is known to support HTTP/2 without TLS.
    pub fn knows_http2(&self) -> bool {
        self.knows_http2
    }

    /// The server's URL.
    pub fn url(&self) -> &RequestUrl {
        &self.url
    }

    /// Sends a request whose URI is only its target, and waits up to the given time for the head of the response.
    /// HTTP/2 is used if it is requested and the server agrees.
    ///
    /// # Errors
    /// See [`TransportError`].
    pub async fn send(
        &self,
        request: Request<RelayedBody>,
        version: HttpVersion,
        limit: Duration,
    ) -> Result<Response<Incoming>, TransportError> {
        let host = self.url.host_header();
        let timed_out = |_| TransportError::TimedOut { host: host.clone(), limit: super::TimeLimit::Request };
        tokio::time::timeout(limit, self.exchange(request, version)).await.map_err(timed_out)?
    }

    async fn exchange(
        &self,
        mut request: Request<RelayedBody>,
        version: HttpVersion,
    ) -> Result<Response<Incoming>, TransportError> {
        let host = self.url.host_header();
        if version == HttpVersion::Http2
            && let Some(mut sender) = self.shared()
            && sender.ready().await.is_ok()
        {
            return self.send_over_http2(&mut sender, request).await;
        }
        loop {
            let kept = if version == HttpVersion::Http1 { self.take_idle() } else { None };
            let (mut line, is_new) = match kept {
                Some(line) => (line, false),
                None => match self.connect(version).await? {
                    Opened::Http1(line) => (line, true),
                    Opened::Http2(mut sender) => return self.send_over_http2(&mut sender, request).await,
                },
            };
            if line.sender.ready().await.is_err() && !is_new {
                continue;
            }
            line.address(&mut request, &self.url)?;
            match line.sender.try_send_request(request).await {
                Ok(response) => {
                    self.keep(line);
                    return Ok(response);
                }
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(error::classify(failed.into_error(), &host)),
                },
            }
        }
    }

    async fn send_over_http2(
        &self,
        sender: &mut http2::SendRequest<RelayedBody>,
        mut request: Request<RelayedBody>,
    ) -> Result<Response<Incoming>, TransportError> {
        self.address_http2(&mut request)?;
        let sent = sender.send_request(request).await;
        sent.map_err(|error| error::classify(error, &self.url.host_header()))
    }

    /// Moves the host into the authority of the URI (RFC 9113 §8.3.1): HTTP/2 has no fields that belong to a
    /// connection.
    fn address_http2(&self, request: &mut Request<RelayedBody>) -> Result<(), TransportError> {
        let host = request.headers_mut().remove(http::header::HOST);
        let host =
            host.as_ref().and_then(|host| host.to_str().ok()).map_or_else(|| self.url.host_header(), str::to_owned);
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let scheme = self.url.scheme().as_str();
        *request.uri_mut() = Uri::try_from(format!("{scheme}://{host}{target}")).map_err(Unsendable::from)?;
        *request.version_mut() = http::Version::HTTP_2;
        Ok(())
    }

    async fn connect(&self, version: HttpVersion) -> Result<Opened, TransportError> {
        let mut timings = Timings::begin(self.url.scheme().as_str());
        let options = Options { version, ..self.options.clone() };
        let connection = connect::open(&self.url, &options, &mut timings).await?;
        let is_http2 = connection.is_http2 || (self.knows_http2 && version == HttpVersion::Http2);
        match is_http2 {
            true => self.greet_http2(connection).await.map(Opened::Http2),
            false => self.greet_http1(connection).await.map(Opened::Http1),
        }
    }

    async fn greet_http1(&self, connection: Connection) -> Result<Line, TransportError> {
        let handshake = http1::handshake(connection.io).await;
        let (sender, driver) = handshake.map_err(|error| error::classify(error, &self.url.host_header()))?;
        // If the connection fails, the requests on it report the error.
        tokio::spawn(driver.with_upgrades());
        let (is_forward_proxy, proxy_authorization) = (connection.is_forward_proxy, connection.proxy_authorization);
        Ok(Line { sender, is_forward_proxy, proxy_authorization })
    }

    async fn greet_http2(&self, connection: Connection) -> Result<http2::SendRequest<RelayedBody>, TransportError> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING).adaptive_window(true);
        let handshake = builder.handshake(connection.io).await;
        let (sender, driver) = handshake.map_err(|error| error::classify(error, &self.url.host_header()))?;
        tokio::spawn(driver);
        *locked(&self.shared) = Some(sender.clone());
        Ok(sender)
    }

    fn shared(&self) -> Option<http2::SendRequest<RelayedBody>> {
        locked(&self.shared).clone().filter(|sender| !sender.is_closed())
    }

    /// The idle connection that was used last.
    fn take_idle(&self) -> Option<Line> {
        let mut lines = locked(&self.lines);
        lines.retain(|line| !line.sender.is_closed());
        let last = lines.iter().rposition(|line| line.sender.is_ready())?;
        Some(lines.remove(last))
    }

    /// Keeps a connection. It is idle once its response has been read to the end. This is checked when a connection is
    /// needed, because a task that waits for it would wake another thread for each request.
    fn keep(&self, line: Line) {
        let mut lines = locked(&self.lines);
        lines.push(line);
        let idle = lines.iter().filter(|line| line.sender.is_ready()).count();
        if idle > IDLE
            && let Some(oldest) = lines.iter().position(|line| line.sender.is_ready())
        {
            lines.remove(oldest);
        }
    }
}

impl Line {
    /// Makes the whole URL the target if the peer is a forward proxy.
    fn address(&self, request: &mut Request<RelayedBody>, url: &RequestUrl) -> Result<(), TransportError> {
        if self.is_forward_proxy {
            let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
            *request.uri_mut() = Uri::try_from(format!("{}{target}", url.origin())).map_err(Unsendable::from)?;
        }
        if let Some(authorization) = &self.proxy_authorization {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(())
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("host", &self.url.host_header()).finish_non_exhaustive()
    }
}
