//! Parses what a client asks a forward proxy for: a tunnel, or a resource by its absolute URL.

use sigvet_core::request::RequestUrl;

/// The request line of a client that uses a forward proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyTarget {
    /// `CONNECT`: a tunnel to a host, usually for TLS.
    Tunnel(RequestUrl),
    /// A plain HTTP request with an absolute URL.
    Plain(RequestUrl),
}

/// The request line is not meant for a forward proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is a forward proxy: expected CONNECT HOST:PORT, or a URL with http://")]
pub struct NotForProxy;

impl ProxyTarget {
    /// Reads the first line of a request.
    ///
    /// # Errors
    /// See [`NotForProxy`].
    pub fn parse(head: &[u8]) -> Result<Self, NotForProxy> {
        let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = std::str::from_utf8(line).map_err(|_| NotForProxy)?;
        let mut words = line.trim_end().split(' ');
        let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
            return Err(NotForProxy);
        };
        if !version.starts_with("HTTP/1.") || words.next().is_some() {
            return Err(NotForProxy);
        }
        match method {
            "CONNECT" => tunnel(target).map(Self::Tunnel),
            _ => plain(target).map(Self::Plain),
        }
    }
}

/// `CONNECT` names a host and always a port (RFC 9110 §9.3.6).
fn tunnel(authority: &str) -> Result<RequestUrl, NotForProxy> {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let named = authority.rsplit_once(':').filter(|(host, port)| is_port(port) && !host.contains(['/', '?', '@']));
    named.ok_or(NotForProxy)?;
    RequestUrl::parse(&format!("https://{authority}/")).map_err(|_| NotForProxy)
}

fn plain(target: &str) -> Result<RequestUrl, NotForProxy> {
    let is_http = target.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    let authority = target.get(7..).filter(|_| is_http).ok_or(NotForProxy)?;
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    RequestUrl::parse(&format!("http://{authority}/")).map_err(|_| NotForProxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_and_absolute_urls_are_told_apart_from_other_requests() {
        let place = |line: &str| match ProxyTarget::parse(format!("{line}\r\nHost: other\r\n\r\n").as_bytes()) {
            Ok(ProxyTarget::Tunnel(url) | ProxyTarget::Plain(url)) => {
                Ok((url.scheme().as_str(), url.host().to_owned(), url.port_or_default()))
            }
            Err(error) => Err(error),
        };
        assert_eq!(place("CONNECT h.example:443 HTTP/1.1"), Ok(("https", "h.example".to_owned(), 443)));
        assert_eq!(place("CONNECT [::1]:8443 HTTP/1.1"), Ok(("https", "[::1]".to_owned(), 8443)));
        assert_eq!(place("GET http://h.example/a?b=//c HTTP/1.1"), Ok(("http", "h.example".to_owned(), 80)));
        assert_eq!(place("PUT HTTP://h:81 HTTP/1.0"), Ok(("http", "h".to_owned(), 81)));
        for line in [
            "GET / HTTP/1.1",
            "CONNECT h HTTP/1.1",
            "CONNECT u@h:1/x HTTP/1.1",
            "GET https://h/ HTTP/1.1",
            "GET http:///a HTTP/1.1",
            "GET http://h/ a HTTP/1.1",
            "PRI * HTTP/2.0",
            "",
        ] {
            assert_eq!(place(line), Err(NotForProxy), "{line}");
        }
    }
}
