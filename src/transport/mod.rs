//! Sending: a signed request goes out as it was signed, and the response comes back piece by piece.
//!
//! The target goes on the wire byte for byte, which is why the connection is made here and HTTP is spoken through hyper:
//! clients above it rewrite paths. One request is one connection and one response: redirects and retries need another
//! signature, and so belong to whoever signs. Signing is not known here.

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

/// A request on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Where to connect to.
    pub url: &'a RequestUrl,
    /// The signed request, as [`complete`] leaves it.
    pub request: &'a Request,
    /// The file that is the body, where it is not in memory.
    pub body_file: Option<&'a BodyFile>,
    /// Puts that file into chunks, where the request says that it comes in chunks.
    pub encoder: Option<&'a Encoder>,
    /// Takes the MD5s of a body in chunks, where they are wanted.
    pub fingerprints: Option<&'a Fingerprints>,
    /// How to connect.
    pub options: &'a Options,
}

/// The head of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: String,
    /// `200`.
    pub status: u16,
    /// `OK`; empty where the status has no usual reason.
    pub reason: String,
    /// The fields in order, names in lower case.
    pub headers: Headers,
}

/// A response whose body is still to be read.
pub struct Exchange {
    runtime: Runtime,
    response: Response,
    rest: Incoming,
    host: String,
    deadline: Deadline,
    timings: Timings,
}

/// Adds what a client sends besides what is signed: who it is, what it takes, how long the body is. What the user took away,
/// named in lower case, stays away.
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

/// What is left of the time for a request.
#[derive(Clone, Copy)]
struct Deadline(Option<Instant>);

impl Deadline {
    /// Runs a step of a request, unless its time runs out before.
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

    /// How the exchange went so far.
    pub fn timings(&self) -> &Timings {
        &self.timings
    }

    /// When the exchange began.
    pub fn begun(&self) -> std::time::Instant {
        self.timings.begun
    }

    /// The body up to its end, or to about `limit` bytes.
    ///
    /// # Errors
    /// A connection that breaks off.
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

    /// The next piece of the body; none at its end.
    ///
    /// # Errors
    /// A connection that breaks off.
    pub fn next_piece(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let (host, rest) = (self.host.as_str(), &mut self.rest);
            let frame = async { rest.frame().await.transpose().map_err(|error| error::classify_transfer(error, host)) };
            let Some(frame) = self.deadline.run(&self.runtime, host, frame)? else { return Ok(None) };
            // What is no data is a trailer, which no S3 response needs.
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

/// The reason as the server wrote it, or the usual one.
fn reason_of(response: &http::Response<Incoming>) -> String {
    match response.extensions().get::<hyper::ext::ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => response.status().canonical_reason().unwrap_or_default().to_owned(),
    }
}
