//! One server that gets many requests: connections are kept and used again, each for one request at a time.
//!
//! The target goes out byte for byte, as with [`send`](super::send). Nothing is sent twice: only a request of which nothing
//! went out, because its connection was closed meanwhile, goes over another one.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};

use super::error::Unsendable;
use super::{Options, Timings, TransportError, connect, error};
use sigvet_core::request::RequestUrl;

/// A body that is passed on in pieces.
pub type RelayedBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// Connections that are kept for the next request.
const IDLE: usize = 64;

/// A server, and the connections to it.
pub struct Upstream {
    url: RequestUrl,
    options: Options,
    idle: Arc<Mutex<Vec<Line>>>,
}

/// A connection that is free.
struct Line {
    sender: SendRequest<RelayedBody>,
    /// Whether a proxy at its other end wants whole URLs.
    is_forward_proxy: bool,
    proxy_authorization: Option<HeaderValue>,
}

impl Upstream {
    /// A server by its URL. Nothing is connected yet.
    pub fn new(url: RequestUrl, options: Options) -> Self {
        Self { url, options, idle: Arc::default() }
    }

    /// Its URL.
    pub fn url(&self) -> &RequestUrl {
        &self.url
    }

    /// Sends a request whose URI is its target alone, and waits that long for the head of the response.
    ///
    /// # Errors
    /// See [`TransportError`].
    pub async fn send(
        &self,
        request: Request<RelayedBody>,
        limit: Duration,
    ) -> Result<Response<Incoming>, TransportError> {
        let host = self.url.host_header();
        let timed_out = |_| TransportError::TimedOut { host: host.clone(), limit: super::TimeLimit::Request };
        tokio::time::timeout(limit, self.exchange(request)).await.map_err(timed_out)?
    }

    async fn exchange(&self, mut request: Request<RelayedBody>) -> Result<Response<Incoming>, TransportError> {
        let host = self.url.host_header();
        loop {
            let (mut line, is_new) = match self.take_idle() {
                Some(line) => (line, false),
                None => (self.connect().await?, true),
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

    async fn connect(&self) -> Result<Line, TransportError> {
        let mut timings = Timings::begin(self.url.scheme().as_str());
        let connection = connect::open(&self.url, &self.options, &mut timings).await?;
        let handshake = http1::handshake(connection.io).await;
        let (sender, driver) = handshake.map_err(|error| error::classify(error, &self.url.host_header()))?;
        // How it ends shows in the requests that go over it.
        tokio::spawn(driver);
        let (is_forward_proxy, proxy_authorization) = (connection.is_forward_proxy, connection.proxy_authorization);
        Ok(Line { sender, is_forward_proxy, proxy_authorization })
    }

    fn take_idle(&self) -> Option<Line> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a connection once its response has been read to the end.
    fn keep(&self, mut line: Line) {
        let idle = Arc::clone(&self.idle);
        tokio::spawn(async move {
            if line.sender.ready().await.is_ok() {
                let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.len() < IDLE {
                    idle.push(line);
                }
            }
        });
    }
}

impl Line {
    /// A forward proxy wants the whole URL.
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
