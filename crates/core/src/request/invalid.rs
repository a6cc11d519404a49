//! Checks methods and targets, with the errors for invalid ones.

use super::is_token;

/// The error for a method that is not an HTTP token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid HTTP method '{presented}'")]
#[non_exhaustive]
pub struct InvalidMethod {
    /// The method as it was given.
    pub presented: String,
}

/// Why a raw target cannot be sent. The target may contain a token, so it is not quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// The target does not begin with `/`.
    #[error("a request target must begin with '/'")]
    NoSlash,
    /// The target contains a space, a control character, `#`, or a byte outside ASCII.
    #[error("byte 0x{byte:02x} at offset {offset} cannot be in a request target; percent-encode it")]
    Byte {
        /// The byte.
        byte: u8,
        /// Its offset in the target, counted from 0.
        offset: usize,
    },
}

/// Why a method or target is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The method is invalid.
    #[error(transparent)]
    Method(#[from] InvalidMethod),
    /// The target is invalid.
    #[error(transparent)]
    Target(#[from] InvalidTarget),
}

/// The methods with which clients sign requests, those of S3 first. CONNECT and TRACE never reach a service.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];

/// The standard method that this is in other letters: `GET` for `get`. Methods are case-sensitive (RFC 9110 §9.1).
pub fn capital_method(method: &str) -> Option<&'static str> {
    METHODS.into_iter().find(|standard| standard.eq_ignore_ascii_case(method) && *standard != method)
}

pub(super) fn check_method(method: &str) -> Result<String, InvalidMethod> {
    let presented = method.to_owned();
    if is_token(method) { Ok(presented) } else { Err(InvalidMethod { presented }) }
}

/// Refuses bytes that would end the request line early or be cut off. Quotes, braces and the like are accepted, because
/// clients send them.
pub(super) fn check_target(target: Vec<u8>) -> Result<Vec<u8>, InvalidTarget> {
    if !target.starts_with(b"/") {
        return Err(InvalidTarget::NoSlash);
    }
    match target.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b'#') {
        Some(offset) => Err(InvalidTarget::Byte { byte: target[offset], offset }),
        None => Ok(target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Body, Headers, Request, RequestUrl};

    fn request() -> Request {
        Request::new("GET", &RequestUrl::parse("https://h.example/a?b").unwrap()).unwrap()
    }

    #[test]
    fn every_constructor_refuses_a_method_that_is_not_a_token() {
        for method in ["", "GET ", "GE T", "GET\r\nx: y", "GÉT"] {
            let expected = InvalidMethod { presented: method.to_owned() };
            assert_eq!(request().with_method(method).unwrap_err(), expected);
            let made = Request::from_parts(method, "/", Headers::default(), Body::Unknown);
            assert_eq!(made.unwrap_err(), InvalidRequest::Method(expected));
        }
        assert_eq!(request().with_method("M-SEARCH").unwrap().method(), "M-SEARCH");
    }

    #[test]
    fn every_constructor_refuses_a_target_that_cannot_be_sent() {
        for (target, expected) in [
            ("", InvalidTarget::NoSlash),
            ("*", InvalidTarget::NoSlash),
            ("http://h.example/", InvalidTarget::NoSlash),
            ("/a b", InvalidTarget::Byte { byte: b' ', offset: 2 }),
            ("/a\r\n", InvalidTarget::Byte { byte: b'\r', offset: 2 }),
            ("/?é", InvalidTarget::Byte { byte: 0xc3, offset: 2 }),
            ("/a#b", InvalidTarget::Byte { byte: b'#', offset: 2 }),
        ] {
            assert_eq!(request().with_target(target).unwrap_err(), expected, "{target:?}");
            let made = Request::from_parts("GET", target, Headers::default(), Body::Unknown);
            assert_eq!(made.unwrap_err(), InvalidRequest::Target(expected.clone()));
            assert_eq!(RequestUrl::parse("https://h.example/").unwrap().with_target(target).unwrap_err(), expected);
        }
        let kept = "/a/../%2F//%zz?x=[\"1\"]&{}|\\^`<>";
        assert_eq!(request().with_target(kept).unwrap().target(), kept.as_bytes());
    }
}
