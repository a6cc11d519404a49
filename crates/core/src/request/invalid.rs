//! What no request can have as its method or target, and the errors that say so.

use super::is_token;

/// A method that is no HTTP token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid HTTP method '{presented}'")]
#[non_exhaustive]
pub struct InvalidMethod {
    /// The method as it was given.
    pub presented: String,
}

/// A raw target that cannot be on the wire. The target may hold a token, so only what is wrong with it is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// It does not begin with `/`.
    #[error("a request target must begin with '/'")]
    NoSlash,
    /// It holds a space, a control character, `#`, or a byte outside ASCII.
    #[error("byte 0x{byte:02x} at offset {offset} cannot be in a request target; percent-encode it")]
    Byte {
        /// The byte.
        byte: u8,
        /// Where it is, from 0.
        offset: usize,
    },
}

/// A method or target that no request can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The method.
    #[error(transparent)]
    Method(#[from] InvalidMethod),
    /// The target.
    #[error(transparent)]
    Target(#[from] InvalidTarget),
}

pub(super) fn check_method(method: &str) -> Result<String, InvalidMethod> {
    let presented = method.to_owned();
    if is_token(method) { Ok(presented) } else { Err(InvalidMethod { presented }) }
}

/// Refuses what would end the request line early or be cut off; quotes, braces and the like go through, as clients send them.
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
    fn a_method_is_a_token_by_every_way_in() {
        for method in ["", "GET ", "GE T", "GET\r\nx: y", "GÉT"] {
            let expected = InvalidMethod { presented: method.to_owned() };
            assert_eq!(request().with_method(method).unwrap_err(), expected);
            let made = Request::from_parts(method, "/", Headers::default(), Body::Unknown);
            assert_eq!(made.unwrap_err(), InvalidRequest::Method(expected));
        }
        assert_eq!(request().with_method("M-SEARCH").unwrap().method(), "M-SEARCH");
    }

    #[test]
    fn a_target_can_be_on_the_wire_by_every_way_in() {
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
