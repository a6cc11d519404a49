//! Answers cross-origin requests (*CORS protocol* of the Fetch standard) like a bucket that allows pages of this
//! machine: uploads with a presigned URL are often tried from `http://localhost:3000`.
//!
//! Other sites are not allowed. The key of `--demo-keys` is public, so any site that the user visits could sign with
//! it and read the answers of a server on this machine. A domain name that merely resolves to this machine does not
//! count as this machine.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use std::net::{IpAddr, Ipv6Addr};

use super::Reply;

/// Seconds for which a browser may cache the answer to a preflight.
const MAX_AGE: u32 = 600;

/// Whether a request is a CORS preflight.
pub fn is_preflight(parts: &Parts) -> bool {
    let has = |name| parts.headers.contains_key(name);
    parts.method == Method::OPTIONS && has(ORIGIN) && has(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The `Origin` of a request, if it is a page of this machine.
pub fn own_origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return None };
    origin.to_str().ok().filter(|origin| is_own(origin)).map(|_| origin.clone())
}

/// Answers a preflight: allows what a page of this machine asked for.
pub fn preflight(headers: &HeaderMap) -> Reply {
    let mut reply = Reply::new(200, "", "");
    let asked = [
        (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
        (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
    ];
    for (asked, allowed) in asked {
        if let Some(value) = headers.get(asked) {
            reply.headers.insert(allowed, value.clone());
        }
    }
    reply.headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(MAX_AGE));
    reply
}

/// Lets the page read the response. If the upstream server sent CORS headers of its own, they stay as they are.
pub fn allow(origin: HeaderValue, headers: &mut HeaderMap) {
    if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        return;
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

/// `null` is the origin of every sandboxed page, so it is not allowed.
fn is_own(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme)) else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse::<Ipv6Addr>().map(IpAddr::V6).ok(),
        None => host.parse::<std::net::Ipv4Addr>().map(IpAddr::V4).ok(),
    };
    host == "localhost" || host.ends_with(".localhost") || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a foreign site that is mistaken for this machine.
    #[test]
    fn only_pages_of_this_machine_are_allowed() {
        for own in [
            "http://localhost:3000",
            "https://localhost",
            "http://app.localhost:8",
            "http://127.0.0.1:1",
            "http://[::1]:3",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "null",
            "",
            "https://evil.example",
            "https://localhost.evil.example",
            "https://127.0.0.1.evil.example",
            "https://evillocalhost",
            "file://localhost",
            "http://192.168.0.1",
            "http://[::2]",
            "http://::1",
            "http://localhost:",
            "http://localhost/",
            "http://evil.example@localhost",
        ] {
            assert!(!is_own(other), "{other}");
        }
        let mut two = HeaderMap::new();
        two.append(ORIGIN, HeaderValue::from_static("http://localhost"));
        assert!(own_origin(&two).is_some());
        two.append(ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(own_origin(&two).is_none());
    }
}
