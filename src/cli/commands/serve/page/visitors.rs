//! Decides who may see the page: only requests to this machine's own names, made by the page itself or by the user.
//!
//! Any site in a browser can send requests to this machine, and if its domain name is made to resolve to this machine
//! (DNS rebinding), it could read the answers. Such a request has the site's name in its `Host`, or headers that say
//! where it comes from.

use std::net::{IpAddr, SocketAddr};

use http::Method;
use sigvet_core::request::Request;

use crate::gateway::Reply;

/// The address of the page.
#[derive(Debug)]
pub struct Visitors {
    /// The address that the server listens on.
    pub address: SocketAddr,
    /// `http` or `https`.
    pub scheme: &'static str,
}

/// Why a request is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// The request is for another host.
    Host,
    /// Another page sent the request.
    Origin,
    /// The method is not GET or HEAD.
    Method,
}

impl Visitors {
    /// Checks that a request may be answered.
    ///
    /// # Errors
    /// See [`TurnedAway`].
    pub fn check(&self, request: &Request, method: &Method) -> Result<(), TurnedAway> {
        let mut hosts = request.headers.values("host");
        let (Some(Ok(host)), None) = (hosts.next().map(std::str::from_utf8), hosts.next()) else {
            return Err(TurnedAway::Host);
        };
        if !self.is_own_host(host) {
            Err(TurnedAway::Host)
        } else if !self.is_from_here(request, host) {
            Err(TurnedAway::Origin)
        } else if !matches!(*method, Method::GET | Method::HEAD) {
            Err(TurnedAway::Method)
        } else {
            Ok(())
        }
    }

    /// The base URL of the page on this machine.
    pub fn base(&self) -> String {
        let port = self.address.port();
        let address = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], port)),
            IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port)),
            _ => self.address,
        };
        format!("{}://{address}", self.scheme)
    }

    /// The only name accepted is `localhost`; other names can be made to resolve elsewhere, but addresses cannot.
    fn is_own_host(&self, host: &str) -> bool {
        let Some((name, port)) = split_port(host) else { return false };
        let is_own_name = name.eq_ignore_ascii_case("localhost")
            || parse_address(name)
                .is_some_and(|ip| ip.is_loopback() || (ip == self.address.ip() && !ip.is_unspecified()));
        is_own_name && port.map_or_else(|| self.default_port(), Some) == Some(self.address.port())
    }

    fn default_port(&self) -> Option<u16> {
        match self.scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        }
    }

    /// Checks the headers in which browsers say which page sent a request. Another port of this machine is the same
    /// site but not the same origin.
    fn is_from_here(&self, request: &Request, host: &str) -> bool {
        let own = format!("{}://{host}", self.scheme);
        let mut origins = request.headers.values("origin");
        let mut sites = request.headers.values("sec-fetch-site");
        origins.all(|origin| origin.eq_ignore_ascii_case(own.as_bytes()))
            && sites.all(|site| matches!(site, b"same-origin" | b"none"))
    }
}

/// Splits a `Host` value into name and port.
fn split_port(host: &str) -> Option<(&str, Option<u16>)> {
    let end = host.rfind(']').map_or(0, |at| at + 1);
    match host.get(end..)?.rfind(':') {
        None => Some((host, None)),
        Some(at) => {
            let (name, port) = host.split_at_checked(end + at)?;
            let port = port.get(1..).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))?;
            Some((name, Some(port.parse().ok()?)))
        }
    }
}

fn parse_address(name: &str) -> Option<IpAddr> {
    match name.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => name.parse().ok().map(IpAddr::V4),
    }
}

impl TurnedAway {
    /// The answer to a rejected request.
    pub fn reply(self, base: &str) -> Reply {
        match self {
            Self::Host => Reply::plain(421, format!("this page is only served at {base}/_sigvet/")),
            Self::Origin => Reply::plain(403, format!("another site may not read this page; open {base}/_sigvet/")),
            Self::Method => Reply::plain(405, "this page takes only GET and HEAD").with("allow", "GET, HEAD"),
        }
    }
}

#[cfg(test)]
mod tests {
    use sigvet_core::internal::captured_request;
    use sigvet_core::request::{Body, Headers};

    use super::*;

    fn check(listening: &str, method: &Method, fields: &[(&str, &str)]) -> Result<(), TurnedAway> {
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.push_unchecked(name, *value));
        let request = captured_request(method.as_str(), "/_sigvet/", headers, Body::Bytes(Vec::new()));
        Visitors { address: listening.parse().unwrap(), scheme: "http" }.check(&request, method)
    }

    /// Catches a name whose address can change, and one that only looks like this machine's.
    #[test]
    fn only_names_of_this_machine_are_answered() {
        let host = |host: &str| check("127.0.0.1:8004", &Method::GET, &[("Host", host)]);
        for own in ["127.0.0.1:8004", "localhost:8004", "LocalHost:8004", "[::1]:8004", "127.0.0.2:8004"] {
            assert_eq!(host(own), Ok(()), "{own}");
        }
        for other in [
            "evil.example:8004",
            "evil.example",
            "localhost.evil.example:8004",
            "127.0.0.1.evil.example:8004",
            "localhost",
            "localhost:80",
            "localhost:",
            "localhost:+8004",
            "[::1]",
            "::1:8004",
            "localhost.:8004",
            "0.0.0.0:8004",
            "2130706433:8004",
            "0x7f.1:8004",
            "192.168.0.7:8004",
            "",
            "evil@localhost:8004",
            "localhost:8004,evil:8004",
            "[::1]evil:8004",
            "[127.0.0.1]:8004",
        ] {
            assert_eq!(host(other), Err(TurnedAway::Host), "{other}");
        }
        assert_eq!(check("127.0.0.1:8004", &Method::GET, &[]), Err(TurnedAway::Host));
        let two = [("Host", "localhost:8004"), ("Host", "evil.example:8004")];
        assert_eq!(check("127.0.0.1:8004", &Method::GET, &two), Err(TurnedAway::Host));
    }

    #[test]
    fn the_listening_address_is_answered_with_or_without_the_default_port() {
        let host = |listening, host| check(listening, &Method::GET, &[("Host", host)]);
        assert_eq!(host("192.168.0.7:8004", "192.168.0.7:8004"), Ok(()));
        assert_eq!(host("0.0.0.0:8004", "192.168.0.7:8004"), Err(TurnedAway::Host));
        assert_eq!(host("0.0.0.0:8004", "0.0.0.0:8004"), Err(TurnedAway::Host));
        assert_eq!(host("127.0.0.1:80", "localhost"), Ok(()));
    }

    /// Catches a page of another site, or of another port on this machine, that can read the page.
    #[test]
    fn no_other_origin_is_answered() {
        let from = |name, value| check("127.0.0.1:8004", &Method::GET, &[("Host", "localhost:8004"), (name, value)]);
        for own in [("Origin", "http://localhost:8004"), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "none")]
        {
            assert_eq!(from(own.0, own.1), Ok(()), "{own:?}");
        }
        for other in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Origin", "http://localhost:3000"),
            ("Origin", "https://localhost:8004"),
            ("Origin", "http://127.0.0.1:8004"),
            ("Origin", ""),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Site", "new-word"),
        ] {
            assert_eq!(from(other.0, other.1), Err(TurnedAway::Origin), "{other:?}");
        }
    }

    #[test]
    fn only_get_and_head_are_answered() {
        let by = |method| check("127.0.0.1:8004", &method, &[("Host", "localhost:8004")]);
        assert_eq!(by(Method::HEAD), Ok(()));
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert_eq!(by(method), Err(TurnedAway::Method));
        }
        let address = "0.0.0.0:1".parse().unwrap();
        assert_eq!(Visitors { address, scheme: "https" }.base(), "https://127.0.0.1:1");
    }
}
