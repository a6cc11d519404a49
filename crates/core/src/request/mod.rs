//! A request as it is on the wire, byte for byte: method, raw target, headers in order with repeats, body.
//!
//! Nothing here normalises, sorts, trims or decodes: what a client sends and what a server received are the same type.
//! What a signature makes of it is the business of `canonical`.

mod checksum;
pub(crate) mod headers;
pub(crate) mod target;
mod url;

pub use checksum::WrongChecksum;
pub(crate) use headers::is_token;
pub use headers::{Header, Headers, InvalidHeader};
pub use url::{InvalidUrl, RequestUrl, UriScheme};

use std::fmt;

use target::split_target;

use crate::crypto::{self, Sha256Digest};

/// A request on the wire. `Debug` shows neither the query, which may hold a token, nor the payload.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method as sent: `GET`.
    pub method: String,
    /// The raw request target in origin form: path, then `?` and query where there is one.
    pub target: Vec<u8>,
    /// The headers in the order sent, with repeats; `Host` among them.
    pub headers: Headers,
    /// The payload.
    pub body: Body,
}

/// The payload of a request, or what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// All of it.
    Bytes(Vec<u8>),
    /// It lies elsewhere: a file to stream.
    Elsewhere {
        /// SHA-256 of the whole payload, where it was hashed.
        sha256: Option<Sha256Digest>,
        /// Length in bytes.
        length: u64,
    },
    /// It was not captured; only what the headers claim of it is known.
    Unknown,
}

/// A method that is no HTTP token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an HTTP method: '{presented}'")]
pub struct InvalidMethod {
    /// The method as it was given.
    pub presented: String,
}

impl Request {
    /// Makes a request to a URL: its target, and the `Host` header that an HTTP client sends for it. No body.
    ///
    /// # Errors
    /// A method that is no token (RFC 9110 §5.6.2).
    pub fn new(method: &str, url: &RequestUrl) -> Result<Self, InvalidMethod> {
        if !is_token(method) {
            return Err(InvalidMethod { presented: method.to_owned() });
        }
        let mut headers = Headers::default();
        headers.push_unchecked("Host", url.host_header());
        let target = url.target().to_vec();
        Ok(Self { method: method.to_owned(), target, headers, body: Body::Bytes(Vec::new()) })
    }

    /// The raw path: the target up to `?`.
    pub fn path(&self) -> &[u8] {
        split_target(&self.target).0
    }

    /// The raw query: what follows the first `?`, if there is one.
    pub fn query(&self) -> Option<&[u8]> {
        split_target(&self.target).1
    }

    /// The `Content-Length` that an HTTP client adds: none where a header tells it, or where no body is expected (RFC 9110 §8.6).
    pub fn length_to_declare(&self) -> Option<u64> {
        let is_told = self.headers.contains("content-length") || self.headers.contains("transfer-encoding");
        let expects_body = !matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS");
        self.body.length().filter(|length| !is_told && (*length > 0 || expects_body))
    }

    /// The value of the `Host` header, where there is one that is text.
    pub fn host(&self) -> Option<&str> {
        self.headers.first_text("host")
    }
}

impl Body {
    /// SHA-256 of the payload, where the payload is known or was hashed.
    pub fn sha256(&self) -> Option<Sha256Digest> {
        match self {
            Self::Bytes(bytes) => Some(crypto::sha256(bytes)),
            Self::Elsewhere { sha256, .. } => *sha256,
            Self::Unknown => None,
        }
    }

    /// Length in bytes, where the payload is known.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Elsewhere { length, .. } => Some(*length),
            Self::Unknown => None,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Request");
        shown.field("method", &self.method).field("path", &String::from_utf8_lossy(self.path()));
        shown.field("headers", &self.headers).field("length", &self.body.length()).finish_non_exhaustive()
    }
}
