//! Builds the request for the upstream server, and the response on its way back.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use hyper::body::Incoming;
use sigvet_core::request::{Header, Request};

use super::Reply;
use super::awaited::awaited;
use super::hops::Hop;
use super::words::describe_chain;
use crate::transport::{LookupError, TimeLimit, TransportError};

/// The name by which a gateway recognizes its own requests in `Via` (RFC 9110 §7.6.3).
#[derive(Debug, Clone)]
pub struct Pseudonym(String);

/// The request cannot be written as HTTP because its method, its target or a header is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be passed on: its method, its target or a header is not valid HTTP")]
pub struct NotHttp;

impl Pseudonym {
    /// The pseudonym of a gateway, from the number of its run.
    pub fn new(run: u32) -> Self {
        Self(format!("sigvet-{run:08x}"))
    }

    /// Whether the request has already passed through this gateway.
    pub fn is_in(&self, request: &Request) -> bool {
        request.headers.values("via").any(|value| String::from_utf8_lossy(value).contains(&self.0))
    }
}

/// The request without its body, for the next hop. Leaves out the fields of the connection and the fields
/// that `leaves_out` selects by lower-case name. A field that `Connection` lists is kept if `is_signed` says
/// that it is signed. A gateway without a pseudonym adds no `Via`: it would break a signature over that field.
///
/// # Errors
/// See [`NotHttp`].
pub fn head(
    request: &Request,
    leaves_out: impl Fn(&str) -> bool,
    is_signed: impl Fn(&str) -> bool,
    pseudonym: Option<&Pseudonym>,
) -> Result<http::Request<()>, NotHttp> {
    let hop = Hop::new(request.headers.values("connection")).without(is_signed);
    let mut outgoing = bare_head(request, |name| hop.keeps(name) || leaves_out(name))?;
    if let Some(pseudonym) = pseudonym {
        let via = HeaderValue::from_str(&format!("1.1 {}", pseudonym.0)).map_err(|_| NotHttp)?;
        outgoing.headers_mut().append(http::header::VIA, via);
    }
    Ok(outgoing)
}

/// Like [`head`], for a request that originates here and therefore needs no `Via`.
///
/// # Errors
/// See [`NotHttp`].
pub fn own_head(request: &Request, leaves_out: impl Fn(&str) -> bool) -> Result<http::Request<()>, NotHttp> {
    let hop = Hop::new(request.headers.values("connection"));
    bare_head(request, |name| hop.keeps(name) || leaves_out(name))
}

fn bare_head(request: &Request, leaves_out: impl Fn(&str) -> bool) -> Result<http::Request<()>, NotHttp> {
    let uri = Uri::try_from(request.target()).map_err(|_| NotHttp)?;
    if uri.path_and_query().is_none_or(|kept| kept.as_str().as_bytes() != request.target()) {
        return Err(NotHttp);
    }
    let mut outgoing = http::Request::new(());
    *outgoing.method_mut() = http::Method::from_bytes(request.method().as_bytes()).map_err(|_| NotHttp)?;
    *outgoing.uri_mut() = uri;
    for header in &request.headers {
        let name = header.name.to_ascii_lowercase();
        if !leaves_out(&name) {
            append(outgoing.headers_mut(), &name, header)?;
        }
    }
    Ok(outgoing)
}

fn append(headers: &mut HeaderMap, name: &str, header: &Header) -> Result<(), NotHttp> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| NotHttp)?;
    headers.append(name, HeaderValue::from_bytes(header.value.trim_ascii()).map_err(|_| NotHttp)?);
    Ok(())
}

/// The fields of a response that are forwarded. A length next to a transfer coding is not: the coding takes precedence,
/// and the length may be wrong (RFC 9112 §6.3).
pub fn response_headers(headers: &HeaderMap) -> HeaderMap {
    let hop = Hop::new(headers.get_all(http::header::CONNECTION).iter().map(HeaderValue::as_bytes));
    let is_coded = headers.contains_key(http::header::TRANSFER_ENCODING);
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let is_wrong_length = is_coded && name == http::header::CONTENT_LENGTH;
        if !hop.keeps(name.as_str()) && !is_wrong_length {
            kept.append(name, value.clone());
        }
    }
    kept
}

/// A response with its trailers, passed back piece by piece, each of which may take up to `limit` to arrive.
pub fn passed_back(response: http::Response<Incoming>, limit: Duration) -> Reply {
    let (parts, body) = response.into_parts();
    let body = awaited(body, &parts.headers, limit);
    Reply { status: parts.status.as_u16(), headers: response_headers(&parts.headers), body }
}

/// The status and the text for the client if the upstream server did not answer.
pub fn unreached(error: &TransportError) -> (u16, String) {
    if let TransportError::HostNotFound { source: LookupError::NotPublic, .. } = error {
        return (403, "the host has no public address, and is not listed by its whole name".to_owned());
    }
    let status = match error {
        TransportError::TimedOut { limit: TimeLimit::Request | TimeLimit::Connection, .. } => 504,
        _ => 502,
    };
    (status, format!("the upstream did not answer: {}", describe_chain(error)))
}
