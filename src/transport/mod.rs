//! Sending: a signed request goes out as it was signed, and the response comes back piece by piece.
//!
//! The target goes on the wire byte for byte, which is why the connection is made here and HTTP/1.1 is spoken through
//! hyper: clients above it rewrite paths. Redirects are not followed, for a signature is made for one host. Signing is not
//! known here.

mod body;
mod connect;
mod error;
mod proxy;
mod resolution;
mod tls;

pub use error::TransportError;
pub use proxy::Proxies;
pub use resolution::Resolution;

use std::path::Path;

use body::{OutgoingBody, body_of};
use bytes::Bytes;
use connect::Connection;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::runtime::Runtime;

use crate::request::{Request, RequestUrl};

/// A request on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Where to connect to.
    pub url: &'a RequestUrl,
    /// The signed request, as [`complete`] leaves it.
    pub request: &'a Request,
    /// The file that is the body, where it is not in memory.
    pub body_file: Option<&'a Path>,
    /// The proxies of the environment.
    pub proxies: &'a Proxies,
    /// Addresses to connect to in place of what names resolve to.
    pub resolutions: &'a [Resolution],
}

/// The head of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1`.
    pub version: String,
    /// `200`.
    pub status: u16,
    /// `OK`; empty where the status has no usual reason.
    pub reason: String,
    /// The fields in order, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// A response whose body is still to be read.
pub struct Exchange {
    runtime: Runtime,
    response: Response,
    rest: Incoming,
    host: String,
}

/// Adds what a client sends besides what is signed: who it is, what it takes, how long the body is.
pub fn complete(request: &mut Request) {
    if let Some(length) = request.length_to_declare() {
        request.headers.push_unchecked("content-length", length.to_string());
    }
    for (name, value) in [("user-agent", concat!("sigvet/", env!("CARGO_PKG_VERSION"))), ("accept", "*/*")] {
        if !request.headers.contains(name) {
            request.headers.push_unchecked(name, value);
        }
    }
}

/// Sends a request and waits for the head of its response.
///
/// # Errors
/// See [`TransportError`].
pub fn send(outgoing: &Outgoing<'_>) -> Result<Exchange, TransportError> {
    let host = outgoing.url.host_header();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| TransportError::Setup { reason: error.to_string() })?;
    let response = runtime.block_on(exchange(outgoing))?;
    let head = head_of(&response);
    Ok(Exchange { runtime, response: head, rest: response.into_body(), host })
}

async fn exchange(outgoing: &Outgoing<'_>) -> Result<http::Response<Incoming>, TransportError> {
    let host = outgoing.url.host_header();
    let connection = connect::open(outgoing).await?;
    let request = wire_request(outgoing, &connection)?;
    let (mut sender, driver) =
        hyper::client::conn::http1::handshake(connection.io).await.map_err(|error| error::classify(&error, &host))?;
    tokio::spawn(driver);
    sender.send_request(request).await.map_err(|error| error::classify(&error, &host))
}

/// The request as hyper takes it. Its URI keeps every byte of the target; a target that it cannot keep is refused.
fn wire_request(
    outgoing: &Outgoing<'_>,
    connection: &Connection,
) -> Result<http::Request<OutgoingBody>, TransportError> {
    let request = outgoing.request;
    let unsendable = |reason: String| TransportError::Request { reason };
    let target = match connection.is_forward_proxy {
        true => outgoing.url.with_target(request.target.clone()).to_text().into_bytes(),
        false => request.target.clone(),
    };
    let uri = http::Uri::try_from(target.as_slice()).map_err(|error| unsendable(error.to_string()))?;
    if uri.path_and_query().is_none_or(|kept| kept.as_str().as_bytes() != request.target) {
        return Err(unsendable("its target would be rewritten, and so the signature would not hold".to_owned()));
    }
    let mut builder = http::Request::builder().method(request.method.as_str()).uri(uri);
    for header in &request.headers {
        builder = builder.header(header.name.as_str(), header.value.trim_ascii());
    }
    if let (true, Some(authorization)) = (connection.is_forward_proxy, &connection.proxy_authorization) {
        builder = builder.header(http::header::PROXY_AUTHORIZATION, authorization);
    }
    builder.body(body_of(request, outgoing.body_file)?).map_err(|error| unsendable(error.to_string()))
}

impl Exchange {
    /// The head of the response.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The next piece of the body; none at its end.
    ///
    /// # Errors
    /// A connection that breaks off.
    pub fn next_piece(&mut self) -> Result<Option<Bytes>, TransportError> {
        while let Some(frame) = self.runtime.block_on(self.rest.frame()) {
            let frame = frame.map_err(|error| error::classify_transfer(&error, &self.host))?;
            // What is no data is a trailer, which no S3 response needs.
            if let Ok(piece) = frame.into_data() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

fn head_of(response: &http::Response<Incoming>) -> Response {
    let fields = response.headers().iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Response {
        version: format!("{:?}", response.version()),
        status: response.status().as_u16(),
        reason: reason_of(response),
        headers: fields.collect(),
    }
}

/// The reason as the server wrote it, or the usual one.
fn reason_of(response: &http::Response<Incoming>) -> String {
    match response.extensions().get::<hyper::ext::ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => response.status().canonical_reason().unwrap_or_default().to_owned(),
    }
}
