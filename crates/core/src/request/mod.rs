//! A request exactly as it is on the wire: method, raw target, headers in order with repeats, body.
//!
//! Nothing here normalises, sorts, trims or decodes: a request that a client sends and one that a server received have
//! the same type. `canonical` builds from it what is signed.

pub(crate) mod authority;
pub(crate) mod headers;
pub(crate) mod hop_fields;
pub(crate) mod invalid;
mod names;
pub(crate) mod target;
#[cfg(feature = "stream")]
mod checksum;
mod url;
mod object_key;
pub(crate) mod wire;

pub use authority::InvalidAuthority;
#[cfg(feature = "stream")]
pub use checksum::{StatedChecksums, WrongChecksum};
pub(crate) use headers::is_token;
pub use headers::{Header, Headers, InvalidHeader};
pub use invalid::{InvalidMethod, InvalidRequest, InvalidTarget};
pub(crate) use names::repeated_names;
pub use object_key::{path_for_key, write_path_for_key};
pub use url::{InvalidUrl, RequestUrl, UriScheme};
pub(crate) use wire::WireFault;

use std::fmt;

use target::split_target;

use crate::crypto::{self, Sha256Digest};

/// A request on the wire. `Debug` shows neither the query, which may contain a token, nor the payload.
///
/// Its method is an HTTP token and its target can be sent, except in a request that was read from a capture
/// ([`parse_request`](crate::parse_request)): broken clients send anything, and what they sent must be judged.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) target: Vec<u8>,
    /// The authority of an absolute target, or `:authority`, if the request line of a capture had one.
    pub(crate) authority: Option<Vec<u8>>,
    /// Faults in the text of a capture that servers read differently.
    pub(crate) wire: Vec<WireFault>,
    /// The headers in the order sent, with repeats, including `Host`.
    pub headers: Headers,
    /// The payload.
    pub body: Body,
}

/// The payload of a request, or what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The whole payload.
    Bytes(Vec<u8>),
    /// The payload is not in memory, such as a file to stream.
    Elsewhere {
        /// SHA-256 of the whole payload, if it was hashed.
        sha256: Option<Sha256Digest>,
        /// Length in bytes.
        length: u64,
    },
    /// A form whose file is not in memory.
    Form {
        /// The form without the content of its file, and without the content of the parts after it.
        outline: Vec<u8>,
        /// Length of the file, in bytes.
        file_length: u64,
        /// SHA-256 of the whole payload, if it was hashed.
        sha256: Option<Sha256Digest>,
        /// Length of the whole payload, in bytes.
        length: u64,
    },
    /// The payload was not captured; only what the headers claim about it is known.
    Unknown,
}

impl Request {
    /// Makes a request to a URL, with its target, the `Host` header that an HTTP client sends for it, and no body.
    ///
    /// # Errors
    /// The method is not a token (RFC 9110 §5.6.2).
    pub fn new(method: &str, url: &RequestUrl) -> Result<Self, InvalidMethod> {
        let method = invalid::check_method(method)?;
        let mut headers = Headers::default();
        headers.push_unchecked("Host", url.host_header());
        let target = url.target().to_vec();
        Ok(Self { method, target, authority: None, wire: Vec::new(), headers, body: Body::Bytes(Vec::new()) })
    }

    /// Makes a request from its parts, as a server receives them. `Host` must be among the headers.
    ///
    /// # Errors
    /// The method is not a token (RFC 9110 §5.6.2), or the target cannot be sent (RFC 9112 §3.2).
    pub fn from_parts(
        method: &str,
        target: impl Into<Vec<u8>>,
        headers: Headers,
        body: Body,
    ) -> Result<Self, InvalidRequest> {
        Ok(Self {
            method: invalid::check_method(method)?,
            target: invalid::check_target(target.into())?,
            authority: None,
            wire: Vec::new(),
            headers,
            body,
        })
    }

    /// Returns the request with another method.
    ///
    /// # Errors
    /// The method is not a token (RFC 9110 §5.6.2).
    pub fn with_method(mut self, method: &str) -> Result<Self, InvalidMethod> {
        self.set_method(method)?;
        Ok(self)
    }

    /// Changes the method.
    ///
    /// # Errors
    /// The method is not a token (RFC 9110 §5.6.2).
    pub fn set_method(&mut self, method: &str) -> Result<(), InvalidMethod> {
        self.method = invalid::check_method(method)?;
        Ok(())
    }

    /// Returns the request with another raw target in origin form; the `Host` header is kept.
    ///
    /// # Errors
    /// The target does not begin with `/`, or contains a byte that targets cannot have (RFC 9112 §3.2).
    pub fn with_target(mut self, target: impl Into<Vec<u8>>) -> Result<Self, InvalidTarget> {
        self.set_target(target)?;
        Ok(self)
    }

    /// Changes the raw target; the `Host` header is kept.
    ///
    /// # Errors
    /// The target does not begin with `/`, or contains a byte that targets cannot have (RFC 9112 §3.2).
    pub fn set_target(&mut self, target: impl Into<Vec<u8>>) -> Result<(), InvalidTarget> {
        self.target = invalid::check_target(target.into())?;
        Ok(())
    }

    /// The method as sent: `GET`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The raw request target in origin form: path, then `?` and query if there is one.
    pub fn target(&self) -> &[u8] {
        &self.target
    }

    /// The raw path: the target up to `?`.
    pub fn path(&self) -> &[u8] {
        split_target(&self.target).0
    }

    /// The raw query: the part after the first `?`, if any.
    pub fn query(&self) -> Option<&[u8]> {
        split_target(&self.target).1
    }

    /// The `Content-Length` that an HTTP client adds; `None` if a header already gives the length, or if no body is
    /// expected (RFC 9110 §8.6).
    pub fn length_to_declare(&self) -> Option<u64> {
        let is_told = self.headers.contains("content-length") || self.headers.contains("transfer-encoding");
        let expects_body = !matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS");
        self.body.length().filter(|length| !is_told && (*length > 0 || expects_body))
    }

    /// The value of the `Host` header, if there is one that is text.
    pub fn host(&self) -> Option<&str> {
        self.headers.first_text("host")
    }
}

impl Body {
    /// SHA-256 of the payload, if the payload is known or was hashed.
    pub fn sha256(&self) -> Option<Sha256Digest> {
        match self {
            Self::Bytes(bytes) => Some(crypto::sha256(bytes)),
            Self::Elsewhere { sha256, .. } | Self::Form { sha256, .. } => *sha256,
            Self::Unknown => None,
        }
    }

    /// Length in bytes, if the payload is known.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Elsewhere { length, .. } | Self::Form { length, .. } => Some(*length),
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
