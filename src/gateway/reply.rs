//! An answer on its way out.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

/// A body in whatever pieces it comes.
pub type ReplyBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// `200`.
    pub status: u16,
    /// Its fields.
    pub headers: HeaderMap,
    /// Its body.
    pub body: ReplyBody,
}

impl Reply {
    /// An answer whose body is at hand.
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        let body = body.into();
        if !content_type.is_empty() {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Self { status, headers, body: Full::new(body).map_err(|never| match never {}).boxed_unsync() }
    }

    /// A line of text.
    pub fn plain(status: u16, text: impl fmt::Display) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
    }

    /// The same answer with another field. A value that no field can have is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// As hyper sends it.
    pub fn into_response(self) -> http::Response<ReplyBody> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response
    }
}
