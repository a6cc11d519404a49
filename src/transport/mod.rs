//! Sends a signed request exactly as it was signed, and reads the response piece by piece.
//!
//! The target goes on the wire byte for byte. That is why this module makes the connection and speaks HTTP through
//! hyper: higher-level clients rewrite paths. One request is one connection and one response: redirects and retries
//! need a new signature, so they are up to the caller that signs. This module knows nothing about signing.

mod body_error;
mod tally;
mod timings;
mod proxy_address;
mod error;
mod pipe;
mod file;
mod fingerprint;
mod encodings;
mod chunks;
mod proxy;
mod rerouting;
mod resolution;
mod reach;
mod options;
mod pace;
mod body;
mod stream;
mod tls;
mod socks;
mod tunnel;
mod connect;
mod wire;
mod raw;
mod upstream;

pub use body_error::{BodyError, Pass};
pub use chunks::ChunkedReader;
pub use encodings::{ACCEPTED_ENCODINGS, EncodingError, Encodings, decode_beginning};
pub use error::{
    BadIdentity, BadRoots, ConnectError, LookupError, SetupError, TimeLimit, TransferError, TransportError, Unsendable,
    Untrusted,
};
pub use file::{BodyFile, BodyReader, PIECE};
pub use fingerprint::Fingerprints;
pub use options::{DEFAULT_CONNECT_TIMEOUT, Family, HttpVersion, Identity, Meter, Options, Trust, ca_bundle};
pub use pace::time_for;
pub use proxy::Proxies;
pub use proxy_address::InvalidProxy;
pub use raw::{RawConnection, dial, secure};
pub use reach::Reach;
pub use rerouting::{InvalidRerouting, Rerouting};
pub use resolution::{InvalidResolution, Resolution};
pub use stream::Stream;
pub use tally::Tally;
pub use timings::Timings;
pub use tls::{certificates_in, key_in};
pub use upstream::{RelayedBody, Upstream};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::platform;
use sigvet_core::request::{Headers, Request, RequestUrl, UriScheme};
use sigvet_core::stream::Encoder;

/// A request to send.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The URL to connect to.
    pub url: &'a RequestUrl,
    /// The signed request, after [`complete`].
    pub request: &'a Request,
    /// The file with the body, if the body is not in memory.
    pub body_file: Option<&'a BodyFile>,
    /// The encoder for the chunks of that file, if the request says that its body comes in chunks.
    pub encoder: Option<&'a Encoder>,
    /// Computes the MD5s of a body in chunks, if requested.
    pub fingerprints: Option<&'a Fingerprints>,
    /// How to connect.
    pub options: &'a Options,
}

/// The head of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: String,
    /// The status code, such as `200`.
    pub status: u16,
    /// The reason, such as `OK`; empty if the status has no usual reason.
    pub reason: String,
    /// The fields in order, with lower-case names.
    pub headers: Headers,
}

/// A response whose body has not been read yet.
pub struct Exchange {
    runtime: Runtime,
    response: Response,
    rest: Incoming,
    host: String,
    deadline: Deadline,
    timings: Timings,
}

/// Adds the headers that a client sends in addition to the signed ones: `Content-Length`, and also `User-Agent` and
/// `Accept` unless the request has them or the user removed them. `removed` has names in lower case.
pub fn complete(request: &mut Request, removed: &[String]) {
    if let Some(length) = request.length_to_declare() {
        request.headers.push_unchecked("content-length", length.to_string());
    }
    for (name, value) in [("user-agent", concat!("sigvet/", env!("CARGO_PKG_VERSION"))), ("accept", "*/*")] {
        if !request.headers.contains(name) && !removed.iter().any(|other| other == name) {
            request.headers.push_unchecked(name, value);
        }
    }
}

/// Sends a request and waits for the head of its response.
///
/// # Errors
/// See [`TransportError`].
pub fn send(outgoing: &Outgoing<'_>) -> Result<Exchange, TransportError> {
    if outgoing.url.scheme() == UriScheme::Wss {
        return Err(Unsendable::WebSocket.into());
    }
    let host = outgoing.url.host_header();
    let runtime = platform::ensure_descriptors(platform::OF_RUNTIME)
        .and_then(|()| tokio::runtime::Builder::new_current_thread().enable_all().build());
    let runtime = runtime.map_err(|error| TransportError::Setup(error.into()))?;
    let deadline = Deadline(outgoing.options.max_time.map(|time| Instant::now() + time));
    let mut timings = Timings::begin(outgoing.url.scheme().as_str());
    let response = deadline.run(&runtime, &host, exchange(outgoing, &mut timings))?;
    let head = head_of(&response);
    Ok(Exchange { runtime, response: head, rest: response.into_body(), host, deadline, timings })
}

async fn exchange(outgoing: &Outgoing<'_>, timings: &mut Timings) -> Result<http::Response<Incoming>, TransportError> {
    let connection = connect::open(outgoing.url, outgoing.options, timings).await?;
    timings.ready = timings.begun.elapsed();
    let response = wire::speak(outgoing, connection, &timings.tally).await;
    timings.answered = timings.begun.elapsed();
    response
}

/// The deadline of a request, if it has one.
#[derive(Clone, Copy)]
struct Deadline(Option<Instant>);

impl Deadline {
    /// Runs one step of a request, unless the deadline passes first.
    fn run<T>(
        self,
        runtime: &Runtime,
        host: &str,
        step: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        runtime.block_on(async {
            match self.0 {
                None => step.await,
                Some(end) => tokio::time::timeout_at(end, step).await.unwrap_or_else(|_| {
                    Err(TransportError::TimedOut { host: host.to_owned(), limit: TimeLimit::Request })
                }),
            }
        })
    }
}

impl Exchange {
    /// The head of the response.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The timings of the exchange so far.
    pub fn timings(&self) -> &Timings {
        &self.timings
    }

    /// When the exchange began.
    pub fn begun(&self) -> std::time::Instant {
        self.timings.begun
    }

    /// Reads the body to its end, or until about `limit` bytes have been read.
    ///
    /// # Errors
    /// The connection broke off.
    pub fn read_up_to(&mut self, limit: usize) -> Result<Vec<u8>, TransportError> {
        let mut beginning = Vec::new();
        while beginning.len() < limit {
            match self.next_piece()? {
                Some(piece) => beginning.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok(beginning)
    }

    /// The next piece of the body; `None` at the end.
    ///
    /// # Errors
    /// The connection broke off.
    pub fn next_piece(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let (host, rest) = (self.host.as_str(), &mut self.rest);
            let frame = async { rest.frame().await.transpose().map_err(|error| error::classify_transfer(error, host)) };
            let Some(frame) = self.deadline.run(&self.runtime, host, frame)? else { return Ok(None) };
            // A frame without data is a trailer, which no S3 response needs.
            if let Ok(piece) = frame.into_data() {
                return Ok(Some(piece));
            }
        }
    }
}

fn head_of(response: &http::Response<Incoming>) -> Response {
    let mut headers = Headers::default();
    for (name, value) in response.headers() {
        headers.push_unchecked(name.as_str(), value.as_bytes());
    }
    Response { version: version_of(response), status: response.status().as_u16(), reason: reason_of(response), headers }
}

/// HTTP/2 has no minor version (RFC 9113 §3.1).
fn version_of(response: &http::Response<Incoming>) -> String {
    match response.version() {
        http::Version::HTTP_2 => "HTTP/2".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The reason as the server sent it, or the usual one for the status.
fn reason_of(response: &http::Response<Incoming>) -> String {
    match response.extensions().get::<hyper::ext::ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => response.status().canonical_reason().unwrap_or_default().to_owned(),
    }
}
