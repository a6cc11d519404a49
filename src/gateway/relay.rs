//! A valid request, passed on as it came to the server behind; its response, passed back piece by piece.

use std::fmt::Write;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};
use http_body_util::BodyExt;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

use super::hops::Hop;
use super::payload::{BodyFile, Payload};
use super::server::{Answer, Later};
use super::{Reply, ReplyBody};
use crate::transport::{TimeLimit, TransportError, Upstream};

/// Passes valid requests on.
#[derive(Debug)]
pub struct Relay {
    upstream: Upstream,
    /// What `Via` says of this gateway, so that it knows its own requests again.
    pseudonym: String,
    limit: Duration,
}

impl Relay {
    /// Passes requests on to a server, and waits that long for the head of its response.
    pub fn new(upstream: Upstream, run: u32, limit: Duration) -> Self {
        Self { upstream, pseudonym: format!("sigvet-{run:08x}"), limit }
    }

    async fn relay(&self, request: &Request, file: Option<BodyFile>) -> Reply {
        if self.has_been_here(request) {
            return Reply::plain(508, "the upstream is this server itself");
        }
        let Some(outgoing) = self.outgoing(request, file) else {
            return Reply::plain(502, "the request cannot be passed on: its target or a header is not valid HTTP");
        };
        match self.upstream.send(outgoing, self.limit).await {
            Ok(response) => passed_back(response),
            Err(error) => unreached(&error),
        }
    }

    fn has_been_here(&self, request: &Request) -> bool {
        request.headers.values("via").any(|value| String::from_utf8_lossy(value).contains(&self.pseudonym))
    }

    fn outgoing(&self, request: &Request, file: Option<BodyFile>) -> Option<http::Request<ReplyBody>> {
        let uri = Uri::try_from(request.target()).ok()?;
        if uri.path_and_query().is_none_or(|kept| kept.as_str().as_bytes() != request.target()) {
            return None;
        }
        let hop = Hop::new(request.headers.values("connection"));
        let mut outgoing = http::Request::new(());
        *outgoing.method_mut() = http::Method::from_bytes(request.method().as_bytes()).ok()?;
        *outgoing.uri_mut() = uri;
        for header in &request.headers {
            let name = header.name.to_ascii_lowercase();
            // The body is whole by now, so its length is known, and nobody waits for permission to send it.
            if !hop.keeps(&name) && !["content-length", "expect"].contains(&name.as_str()) {
                let value = HeaderValue::from_bytes(header.value.trim_ascii()).ok()?;
                outgoing.headers_mut().append(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
            }
        }
        let via = HeaderValue::from_str(&format!("1.1 {}", self.pseudonym)).ok()?;
        outgoing.headers_mut().append(http::header::VIA, via);
        let payload = Payload::as_arrived(request, file);
        let length = payload.len();
        if length > 0 || request.headers.contains("content-length") {
            outgoing.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        Some(outgoing.map(|()| payload.into_body()))
    }
}

impl Answer for Relay {
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, _: &'a Verdict) -> Later<'a, Reply> {
        Box::pin(self.relay(request, file))
    }
}

fn passed_back(response: http::Response<hyper::body::Incoming>) -> Reply {
    let (parts, body) = response.into_parts();
    let hop = Hop::new(parts.headers.get_all(http::header::CONNECTION).iter().map(HeaderValue::as_bytes));
    let mut headers = http::HeaderMap::new();
    for (name, value) in &parts.headers {
        if !hop.keeps(name.as_str()) {
            headers.append(name, value.clone());
        }
    }
    Reply { status: parts.status.as_u16(), headers, body: body.map_err(Into::into).boxed_unsync() }
}

/// What is said to whoever asked: why the server behind gave no answer.
fn unreached(error: &TransportError) -> Reply {
    let status = match error {
        TransportError::TimedOut { limit: TimeLimit::Request | TimeLimit::Connection, .. } => 504,
        _ => 502,
    };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        // A string takes whatever is written.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    Reply::plain(status, format!("the upstream did not answer: {text}"))
}
