//! Sending: a signed request goes out as it was signed, and the response comes back piece by piece.
//!
//! Redirects are never followed, for a signature is made for one host. A target that the HTTP library would rewrite is
//! refused before anything is sent. Signing is not known here.

mod error;

pub use error::TransportError;

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, redirect::Policy};
use tokio::runtime::Runtime;

use crate::request::{Body, Request, RequestUrl};

/// How long to wait for a connection, as curl does.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(300);

/// A request on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Where to connect to, with the target that is sent.
    pub url: &'a RequestUrl,
    /// The signed request.
    pub request: &'a Request,
    /// The file that is the body, where it is not in memory.
    pub body_file: Option<&'a Path>,
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
    rest: reqwest::Response,
    host: String,
}

/// Sends a request and waits for the head of its response.
///
/// # Errors
/// See [`TransportError`].
pub fn send(outgoing: &Outgoing<'_>) -> Result<Exchange, TransportError> {
    let host = outgoing.url.host_header();
    let url = untouched_url(outgoing.url)?;
    let setup = |reason: String| TransportError::Setup { reason };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| setup(error.to_string()))?;
    let client = client().map_err(|error| setup(error::innermost(&error)))?;
    let rest = runtime.block_on(async {
        let request = build(&client, url, outgoing).await?;
        client.execute(request).await.map_err(|error| error::classify(&error, &host))
    })?;
    Ok(Exchange { response: head_of(&rest), runtime, rest, host })
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
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        let piece = self.runtime.block_on(self.rest.chunk());
        piece.map(|piece| piece.map(|bytes| bytes.to_vec())).map_err(|error| error::classify(&error, &self.host))
    }
}

/// The URL as the library takes it; refused where it would send another target than the one that was signed.
fn untouched_url(url: &RequestUrl) -> Result<reqwest::Url, TransportError> {
    let parsed =
        reqwest::Url::parse(&url.to_text()).map_err(|error| TransportError::Request { reason: error.to_string() })?;
    let query = parsed.query().map(|query| format!("?{query}")).unwrap_or_default();
    let rewritten = format!("{}{query}", parsed.path());
    if rewritten.as_bytes() == url.target() {
        return Ok(parsed);
    }
    let presented = String::from_utf8_lossy(crate::request::split_target(url.target()).0).into_owned();
    Err(TransportError::TargetRewritten { presented, rewritten: parsed.path().to_owned() })
}

/// The client: ring as the TLS provider, the platform's roots, HTTP/1.1, nothing followed, nothing referred.
fn client() -> Result<Client, reqwest::Error> {
    // Another provider can only have been installed by this very process, and then it serves as well.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .http1_only()
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("sigvet/", env!("CARGO_PKG_VERSION")))
        .build()
}

async fn build(
    client: &Client,
    url: reqwest::Url,
    outgoing: &Outgoing<'_>,
) -> Result<reqwest::Request, TransportError> {
    let request = outgoing.request;
    let invalid = |reason: String| TransportError::Request { reason };
    let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|error| invalid(error.to_string()))?;
    let mut builder = client.request(method, url);
    for header in &request.headers {
        builder = builder.header(header.name.as_str(), header.value.as_slice());
    }
    builder = match (&request.body, outgoing.body_file) {
        (_, Some(path)) => {
            let failure =
                |error: std::io::Error| TransportError::ReadBody { file: path.to_owned(), reason: error.to_string() };
            let file = tokio::fs::File::open(path).await.map_err(failure)?;
            let length = request.body.length().unwrap_or_default();
            builder.header(reqwest::header::CONTENT_LENGTH, length).body(file)
        }
        (Body::Bytes(bytes), None) if bytes.is_empty() => builder,
        (Body::Bytes(bytes), None) => builder.body(bytes.clone()),
        (Body::Hashed { .. } | Body::Unknown, None) => return Err(invalid("its body is not at hand".to_owned())),
    };
    builder.build().map_err(|error| invalid(error::innermost(&error)))
}

fn head_of(response: &reqwest::Response) -> Response {
    let fields = response.headers().iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Response {
        version: format!("{:?}", response.version()),
        status: response.status().as_u16(),
        reason: response.status().canonical_reason().unwrap_or_default().to_owned(),
        headers: fields.collect(),
    }
}
