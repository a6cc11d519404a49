//! Requests that are not judged: the status they are answered with, and how they are listed.

use std::error::Error;

use sigvet_core::internal::captured_request;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::{Body, Headers, Request};

use super::forward_auth::AskError;
use super::inbound::Unreadable;
use super::intake::IntakeError;
use super::passing::PassError;
use super::proxy_target::NotForProxy;

/// An error that determines its HTTP status.
pub trait Unread: Error + Send + Sync {
    /// The status.
    fn status(&self) -> u16;
}

impl Unread for Unreadable {
    fn status(&self) -> u16 {
        match self {
            Self::TooLong { .. } => 431,
            Self::Coding { .. } => 501,
            Self::Ambiguous | Self::Host | Self::Tunnel => 400,
        }
    }
}

impl Unread for IntakeError {
    fn status(&self) -> u16 {
        match self {
            Self::TooLong { .. } => 413,
            Self::Slow(_) => 408,
            Self::Ambiguous(_) | Self::Broken(_) | Self::Chunks(_) | Self::Form(_) => 400,
            Self::NoRoom { .. } => 507,
        }
    }
}

impl Unread for PassError {
    fn status(&self) -> u16 {
        match self {
            Self::Unread(error) => error.status(),
            Self::Wrong(_) => 400,
        }
    }
}

impl Unread for NotForProxy {
    fn status(&self) -> u16 {
        400
    }
}

/// The proxy that asks is misconfigured.
impl Unread for AskError {
    fn status(&self) -> u16 {
        500
    }
}

/// The status that hyper answered with (0 for none) when it failed to read a request, and the problem. `None` if no
/// request had begun.
pub fn unreadable(error: &(dyn Error + Send + Sync + 'static)) -> Option<(u16, &'static str)> {
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_parse_too_large() {
        Some((431, "the request line and the headers are too long, or there are too many headers"))
    } else if error.is_parse() {
        Some((400, "the request is not valid HTTP"))
    } else {
        None
    }
}

/// A placeholder to list when no request could be read.
pub fn empty_request() -> Request {
    captured_request("", "", Headers::default(), Body::Bytes(Vec::new()))
}

/// Why S3 cannot decode this path.
pub fn undecodable(path: &[u8]) -> Option<&'static str> {
    let is_escape = |rest: &[u8]| rest.get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let mut escapes = path.split(|byte| *byte == b'%').skip(1);
    if !escapes.all(is_escape) {
        Some("the path has a '%' without two hexadecimal digits after it")
    } else if std::str::from_utf8(&decode(path, Plus::Literal)).is_err() {
        Some("the path is not UTF-8 when it is decoded")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_percent_encoded_utf8() {
        for path in ["/", "/b/k", "/b/%2Bk%20", "/b/%C3%BC", "/b/\u{fc}", "/b/%25zz"] {
            assert_eq!(undecodable(path.as_bytes()), None, "{path}");
        }
        for path in ["/b/%", "/b/%2", "/b/%zz", "/b/%%41", "/%2/k"] {
            assert!(undecodable(path.as_bytes()).unwrap().contains("hexadecimal"), "{path}");
        }
        assert!(undecodable(b"/b/%FFk").unwrap().contains("UTF-8"));
    }
}
