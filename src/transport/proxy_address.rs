//! A proxy as users write it, `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT]`, parsed as curl parses it.
//!
//! Text that cannot be parsed is an error; the request is never sent without the proxy instead. Errors do not
//! include the text, because it may contain a password.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use sigvet_core::internal::encode::{Plus, decode};

/// The port if none is given. TLS proxies have a different default.
const DEFAULT_PORT: u16 = 1080;

/// The protocol of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProxyKind {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// SOCKS, with its version and which side resolves the host name.
    Socks(SocksVersion, Lookup),
}

/// The versions of SOCKS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SocksVersion {
    V4,
    V5,
}

/// Which side resolves the host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup {
    /// sigvet resolves it.
    Local,
    /// The proxy resolves it.
    Remote,
}

/// The address of a proxy, and the login for it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ProxyAddress {
    pub(super) kind: ProxyKind,
    /// The host; an IPv6 address is in brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) login: Option<Login>,
}

/// A user and a password, either of which may be empty.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// Why a text is not a valid proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProxy {
    /// The scheme is not supported.
    #[error("its scheme is not supported; expected http, https, socks4, socks4a, socks5 or socks5h")]
    Scheme,
    /// The host is missing, or the port is invalid.
    #[error("it is not a URL; expected [SCHEME://][USER:PASSWORD@]HOST[:PORT]")]
    Syntax,
    /// The user and the password cannot be sent.
    #[error("its user and password cannot be sent: SOCKS5 accepts at most 255 bytes for each, SOCKS4 accepts none")]
    Login,
}

impl ProxyAddress {
    /// Parses the text.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let kind = ProxyKind::parse(scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(Login::parse(login)?), place),
            None => (None, authority),
        };
        let (host, port) = split_port(place)?;
        let address = Self { kind, host, port: port.unwrap_or_else(|| kind.default_port()), login };
        address.check_login()?;
        Ok(address)
    }

    /// The same proxy with this `USER:PASSWORD`, which is not percent-decoded.
    pub(super) fn with_login(self, text: &str) -> Result<Self, InvalidProxy> {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let login = Some(Login { user: user.to_owned(), password: password.to_owned() });
        let address = Self { login, ..self };
        address.check_login()?;
        Ok(address)
    }

    fn check_login(&self) -> Result<(), InvalidProxy> {
        let is_short = |text: &str| text.len() <= 255;
        match (self.kind, &self.login) {
            (ProxyKind::Socks(SocksVersion::V4, _), Some(_)) => Err(InvalidProxy::Login),
            (ProxyKind::Socks(SocksVersion::V5, _), Some(login))
                if !is_short(&login.user) || !is_short(&login.password) =>
            {
                Err(InvalidProxy::Login)
            }
            _ => Ok(()),
        }
    }

    /// The `Proxy-Authorization` header for the user and the password.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let Login { user, password } = self.login.as_ref()?;
        let text = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        let mut value = HeaderValue::from_str(&text).expect("base64 is valid in a header");
        value.set_sensitive(true);
        Some(value)
    }
}

impl ProxyKind {
    fn parse(scheme: &str) -> Result<Self, InvalidProxy> {
        Ok(match scheme.to_ascii_lowercase().as_str() {
            "http" => Self::Http,
            "https" => Self::Https,
            "socks" | "socks4" => Self::Socks(SocksVersion::V4, Lookup::Local),
            "socks4a" => Self::Socks(SocksVersion::V4, Lookup::Remote),
            "socks5" => Self::Socks(SocksVersion::V5, Lookup::Local),
            "socks5h" => Self::Socks(SocksVersion::V5, Lookup::Remote),
            _ => return Err(InvalidProxy::Scheme),
        })
    }

    fn default_port(self) -> u16 {
        if self == Self::Https { 443 } else { DEFAULT_PORT }
    }
}

impl Login {
    fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decoded = |text: &str| String::from_utf8(decode(text.as_bytes(), Plus::Literal));
        let decoded = |text: &str| decoded(text).map_err(|_| InvalidProxy::Login);
        Ok(Self { user: decoded(user)?, password: decoded(password)? })
    }
}

fn split_port(place: &str) -> Result<(String, Option<u16>), InvalidProxy> {
    let end = place.rfind(']').unwrap_or(0);
    let (host, port) = match place.rfind(':').filter(|&colon| colon >= end) {
        Some(colon) => (place.get(..colon), place.get(colon + 1..)),
        None => (Some(place), None),
    };
    let port = port.filter(|port| !port.is_empty()).map(|port| match port.bytes().all(|byte| byte.is_ascii_digit()) {
        true => port.parse().map_err(|_| InvalidProxy::Syntax),
        false => Err(InvalidProxy::Syntax),
    });
    let host = url::Host::parse(host.unwrap_or_default()).map_err(|_| InvalidProxy::Syntax)?;
    Ok((host.to_string(), port.transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(ProxyKind, String, u16), InvalidProxy> {
        ProxyAddress::parse(text).map(|proxy| (proxy.kind, proxy.host, proxy.port))
    }

    /// The expected values are what curl 7.88 prints with `-v`.
    #[test]
    fn proxies_read_as_curl_reads_them() {
        use ProxyKind::{Http, Https, Socks};
        for (text, kind, host, port) in [
            ("proxy", Http, "proxy", 1080),
            ("http://proxy", Http, "proxy", 1080),
            ("http://proxy/", Http, "proxy", 1080),
            ("proxy:3128", Http, "proxy", 3128),
            ("HTTPS://Proxy.test", Https, "proxy.test", 443),
            ("https://user:pw@proxy:8443/x?y", Https, "proxy", 8443),
            ("socks://proxy", Socks(SocksVersion::V4, Lookup::Local), "proxy", 1080),
            ("socks4a://proxy:1", Socks(SocksVersion::V4, Lookup::Remote), "proxy", 1),
            ("socks5://[::1]", Socks(SocksVersion::V5, Lookup::Local), "[::1]", 1080),
            ("socks5h://u:p@[::1]:9", Socks(SocksVersion::V5, Lookup::Remote), "[::1]", 9),
            ("http://bücher.test:80", Http, "xn--bcher-kva.test", 80),
            ("http://127.1:80", Http, "127.0.0.1", 80),
        ] {
            assert_eq!(parsed(text), Ok((kind, host.to_owned(), port)), "{text}");
        }
    }

    /// Catches a request that bypasses the requested proxy.
    #[test]
    fn an_invalid_proxy_is_an_error() {
        for text in
            ["", "http://", "http://:80", "http://a b:1", "http://h:99999", "h:x", "h:+1", "http://u:p@", "[::1"]
        {
            assert_eq!(parsed(text), Err(InvalidProxy::Syntax), "{text}");
        }
        for text in ["ftp://h", "socks6://h", "://h", "socks5 ://h"] {
            assert_eq!(parsed(text), Err(InvalidProxy::Scheme), "{text}");
        }
        let long = format!("socks5://{}:p@h", "u".repeat(256));
        for text in ["socks4://u@h", "socks5://%ff@h", &long] {
            assert_eq!(parsed(text), Err(InvalidProxy::Login), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_decoded() {
        let login = |text: &str| ProxyAddress::parse(text).unwrap().login.map(|login| (login.user, login.password));
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(login("http://h"), None);
        assert_eq!(login("http://u@h"), pair("u", ""));
        assert_eq!(login("http://u:p%40%3A:x+y@h"), pair("u", "p@::x+y"));
        assert_eq!(login("http://u:p@ss@h"), pair("u", "p@ss"));
        // RFC 7617 §2.
        let proxy = ProxyAddress::parse("http://Aladdin:open sesame@h").unwrap();
        assert_eq!(proxy.authorization().unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
