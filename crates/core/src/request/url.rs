//! The URL of a request: scheme, host and port, and the raw target as it will be on the wire.
//!
//! `authority` reads the authority; the target is left alone, because rewriting it would sign something else than the
//! caller asked for. Only bytes that a target cannot contain (a space, a quote, non-ASCII) are percent-encoded, as
//! browsers do.

use std::fmt;
use std::str::FromStr;

use super::Request;
use super::authority::{Authority, InvalidAuthority};
use super::invalid::{self, InvalidTarget};
use super::target::{parameter_separator, split_target};
use crate::encode;

/// The URI scheme of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriScheme {
    /// Plain HTTP, default port 80.
    Http,
    /// HTTP over TLS, default port 443.
    Https,
    /// WebSocket over TLS (RFC 6455 §3), default port 443: opened by a GET, which a presigned URL signs.
    Wss,
}

impl UriScheme {
    /// The scheme as written in URLs: `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Wss => "wss",
        }
    }

    /// The port of a URL that does not name one.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https | Self::Wss => 443,
        }
    }
}

impl fmt::Display for UriScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A URL to send a request to. `Debug` hides the query, which may contain a token.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestUrl {
    scheme: UriScheme,
    host: String,
    port: Option<u16>,
    target: Vec<u8>,
}

impl fmt::Debug for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = String::from_utf8_lossy(split_target(&self.target).0);
        f.debug_struct("RequestUrl").field("host", &self.host_header()).field("path", &path).finish_non_exhaustive()
    }
}

/// Why a text is not a URL to send a request to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// The text does not begin with `http://`, `https://` or `wss://`.
    #[error("invalid URL '{presented}': expected http://, https:// or wss://")]
    Scheme {
        /// The text, without user information and query, which may be secret.
        presented: String,
    },
    /// The part between `//` and `/` does not name a host.
    #[error("invalid host in URL '{presented}': {reason}")]
    Authority {
        /// The text, without user information and query.
        presented: String,
        /// What is wrong with it.
        reason: InvalidAuthority,
    },
    /// The text contains a line break or another control character.
    #[error("control character {character:?} in URL '{presented}'")]
    Control {
        /// The text up to that character, without user information and query.
        presented: String,
        /// The character.
        character: char,
    },
}

impl RequestUrl {
    /// Parses a URL as it is on the wire. User information and fragment are dropped; an empty path becomes `/`.
    ///
    /// # Errors
    /// The scheme is not http, https or wss; the host is invalid or not ASCII; or the text contains control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        if let Some((at, character)) = text.char_indices().find(|(_, character)| character.is_ascii_control()) {
            return Err(InvalidUrl::Control { presented: presentable_up_to(at, text), character });
        }
        let (scheme, rest) = split_scheme(text).ok_or_else(|| InvalidUrl::Scheme { presented: presentable(text) })?;
        let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let Authority { host, port } = Authority::parse(authority)
            .map_err(|reason| InvalidUrl::Authority { presented: presentable(text), reason })?;
        let port = port.filter(|&port| port != scheme.default_port());
        Ok(Self { scheme, host, port, target: wire_target(target) })
    }

    /// The scheme.
    pub fn scheme(&self) -> UriScheme {
        self.scheme
    }

    /// The host in lower case; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, if it is not the scheme's default.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The port to connect to: the URL's own, or the scheme's default.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or_else(|| self.scheme.default_port())
    }

    /// The raw target: path and query as they are on the wire.
    pub fn target(&self) -> &[u8] {
        &self.target
    }

    /// The value of the `Host` header: the host, and the port if it is not the scheme's default (RFC 9110 §7.2).
    pub fn host_header(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether a `Host` header names the host of this URL. Unlike in [`host_header`](Self::host_header), the port may be there
    /// although it is the scheme's default.
    pub fn is_host(&self, header: &str) -> bool {
        let without_port = match self.port {
            None if header.eq_ignore_ascii_case(&self.host) => return true,
            _ => header.strip_suffix(&self.port_or_default().to_string()).and_then(|host| host.strip_suffix(':')),
        };
        without_port.is_some_and(|host| host.eq_ignore_ascii_case(&self.host))
    }

    /// The URL that a `Location` header in a response from this URL points to (RFC 9110 §10.2.2). It is used unchanged;
    /// only the dot segments of a relative path are resolved.
    ///
    /// # Errors
    /// The location does not lead to a URL that [`RequestUrl::parse`] accepts.
    pub fn join(&self, location: &[u8]) -> Result<Self, InvalidUrl> {
        Self::parse(&self.resolve(location))
    }

    /// Like [`join`](Self::join), as text. It need not be a URL that [`RequestUrl::parse`] accepts: a `Location` may
    /// name a host in Unicode.
    pub fn resolve(&self, location: &[u8]) -> String {
        let location = readable(location);
        if has_scheme(&location) {
            return location;
        }
        if location.starts_with("//") {
            return format!("{}:{location}", self.scheme.as_str());
        }
        format!("{}{}", self.origin(), self.join_target(&location))
    }

    /// The target of a reference without a host (RFC 3986 §5.2.2).
    fn join_target(&self, reference: &str) -> String {
        let target = String::from_utf8_lossy(&self.target);
        let own_path = target.split('?').next().unwrap_or_default();
        let (path, rest) = reference.split_at(reference.find(['?', '#']).unwrap_or(reference.len()));
        match path {
            "" if rest.starts_with('?') => format!("{own_path}{rest}"),
            "" => target.into_owned(),
            path if path.starts_with('/') => reference.to_owned(),
            path => resolve_segments(own_path, path) + rest,
        }
    }

    /// Whether both have the same scheme, host and port.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        (self.scheme, &self.host, self.port) == (other.scheme, &other.host, other.port)
    }

    /// Returns a URL with the same scheme, host and port, and another raw target in origin form.
    ///
    /// # Errors
    /// The target does not begin with `/`, or contains a byte that targets cannot have (RFC 9112 §3.2).
    pub fn with_target(&self, target: impl Into<Vec<u8>>) -> Result<Self, InvalidTarget> {
        Ok(self.at(invalid::check_target(target.into())?))
    }

    /// Returns a URL with the same scheme, host and port, and the target of `request`: the URL that the request was
    /// sent to.
    #[must_use]
    pub fn for_request(&self, request: &Request) -> Self {
        self.at(request.target().to_vec())
    }

    pub(super) fn at(&self, target: Vec<u8>) -> Self {
        Self { target, ..self.clone() }
    }

    /// Returns the URL with a query appended, as curl does; an empty query is not appended to a URL without a query.
    #[must_use]
    pub fn with_more_query(&self, query: &[u8]) -> Self {
        let mut target = self.target.clone();
        if !query.is_empty() || target.contains(&b'?') {
            target.extend(parameter_separator(&target));
        }
        for &byte in query {
            match byte {
                b'#' => encode::push_encoded(byte, &mut target),
                _ => push_wire_byte(byte, &mut target),
            }
        }
        self.at(target)
    }

    /// The scheme and the host, with the port if it is not the scheme's default: `https://example.com`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.host_header())
    }
}

impl fmt::Display for RequestUrl {
    /// Writes the URL with its raw target, which may contain a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), String::from_utf8_lossy(&self.target))
    }
}

impl FromStr for RequestUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for RequestUrl {
    type Error = InvalidUrl;

    fn try_from(text: &str) -> Result<Self, InvalidUrl> {
        Self::parse(text)
    }
}

fn split_scheme(text: &str) -> Option<(UriScheme, &str)> {
    let (name, rest) = text.split_once("://")?;
    match name.to_ascii_lowercase().as_str() {
        "http" => Some((UriScheme::Http, rest)),
        "https" => Some((UriScheme::Https, rest)),
        "wss" => Some((UriScheme::Wss, rest)),
        _ => None,
    }
}

/// A header value as text. If it is not UTF-8, bytes outside ASCII are percent-encoded, as they would be in the target.
fn readable(value: &[u8]) -> String {
    let encoded = || {
        let mut wire = Vec::with_capacity(value.len());
        for &byte in value {
            if byte.is_ascii() { wire.push(byte) } else { encode::push_encoded(byte, &mut wire) }
        }
        wire
    };
    let text = std::str::from_utf8(value).map_or_else(|_| encoded(), |text| text.as_bytes().to_vec());
    String::from_utf8_lossy(text.trim_ascii()).into_owned()
}

/// Whether a reference begins with any scheme (RFC 3986 §3.1).
fn has_scheme(reference: &str) -> bool {
    let name = reference.split_once(':').map_or("", |(name, _)| name);
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Resolves a relative path against the directory of another path.
fn resolve_segments(base: &str, path: &str) -> String {
    let directory = |path: &str| format!("{}/", path.rsplit_once('/').map_or("", |(directory, _)| directory));
    let mut resolved = directory(base);
    for segment in path.split_inclusive('/') {
        match segment.strip_suffix('/').unwrap_or(segment) {
            "." => {}
            ".." => resolved = directory(resolved.strip_suffix('/').unwrap_or_default()),
            _ => resolved.push_str(segment),
        }
    }
    resolved
}

fn wire_target(target: &str) -> Vec<u8> {
    let target = target.split('#').next().unwrap_or_default();
    let mut wire = Vec::with_capacity(target.len() + 1);
    if !target.starts_with('/') {
        wire.push(b'/');
    }
    for byte in target.bytes() {
        push_wire_byte(byte, &mut wire);
    }
    wire
}

fn push_wire_byte(byte: u8, wire: &mut Vec<u8>) {
    match byte {
        b'!'..=b'~' if !b"\"<>\\^`{|}".contains(&byte) => wire.push(byte),
        _ => encode::push_encoded(byte, wire),
    }
}

/// The text without what may be secret: user information, and the query (a presigned URL gives access to anyone who has
/// it).
///
/// A password that was not percent-encoded may contain `/`, `?` and `#`. So if there is an `@` after the first `/`,
/// only the scheme and the possible host after the last `@` are shown.
fn presentable(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if let Some((_, behind)) = target.rsplit_once('@') {
        let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        return format!("{scheme}…@{}", behind.split(|c| !is_of_host(c)).next().unwrap_or_default());
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    let path = target.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}{host}{path}")
}

/// Like [`presentable`], for the text up to a character that URLs cannot contain; if there is an `@` after that
/// character, only the scheme.
fn presentable_up_to(at: usize, text: &str) -> String {
    let (before, behind) = text.split_at(at);
    match behind.contains('@') {
        true => before.split_once("://").map_or_else(|| "…".to_owned(), |(scheme, _)| format!("{scheme}://…")),
        false => presentable(before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String) {
        let url = RequestUrl::parse(text).unwrap();
        (url.host_header(), String::from_utf8(url.target().to_vec()).unwrap())
    }

    /// Passwords as people paste them: no part of them is in an error, whatever they contain.
    #[test]
    fn an_error_shows_no_user_information() {
        for (text, expected) in [
            ("ftp://AKID:wJalr/REST@host/path", "ftp://…@host"),
            ("https://AKID:wJalr/REST@host", "https://…@host"),
            ("https://AKID:wJalr?RE#ST@host:x", "https://…@host"),
            ("https://AKID:wJalr@REST@host:x/path?query", "https://host:x/path"),
            ("AKID:wJalr/REST@host/key", "…@host"),
            ("ftp://host/a?mail=wJalr@b&X-Amz-Security-Token=REST", "ftp://…@b"),
            ("https://AKID:wJalr\nREST@host", "https://…"),
            ("ftp://host/path?token=wJalr", "ftp://host/path"),
        ] {
            let error = RequestUrl::parse(text).unwrap_err().to_string();
            assert!(error.contains(&format!("'{expected}'")), "{error}");
            assert!(!error.contains("wJalr") && !error.contains("REST"), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_query() {
        let url = RequestUrl::parse("https://h.example/a?X-Amz-Security-Token=hush").unwrap();
        assert!(!format!("{url:?}").contains("hush") && format!("{url:?}").contains("/a"));
    }

    #[test]
    fn the_host_header_is_what_a_client_sends() {
        for (text, host) in [
            ("https://Example.COM:443/", "example.com"),
            ("http://example.com:80", "example.com"),
            ("https://example.com:80/", "example.com:80"),
            ("http://user:pa@ss@example.com:8080/x", "example.com:8080"),
            ("http://[2001:DB8::1]:9000/", "[2001:db8::1]:9000"),
            ("wss://Example.com:443/mqtt", "example.com"),
            ("wss://example.com:8443/mqtt", "example.com:8443"),
        ] {
            assert_eq!(parsed(text).0, host, "{text}");
            let url = RequestUrl::parse(text).unwrap();
            assert_eq!(url.origin(), format!("{}://{host}", url.scheme().as_str()));
        }
    }

    #[test]
    fn a_url_without_a_port_uses_the_port_of_its_scheme() {
        for (text, port) in [
            ("http://h", 80),
            ("https://h:443/", 443),
            ("wss://h", 443),
            ("http://h:443", 443),
            ("https://[::1]:80/", 80),
        ] {
            assert_eq!(RequestUrl::parse(text).unwrap().port_or_default(), port, "{text}");
        }
    }

    #[test]
    fn the_target_stays_as_typed() {
        for (typed, wire) in [
            ("", "/"),
            ("?acl", "/?acl"),
            ("//a/../%2e/./b//?q=a+b&x=%2f#fragment", "//a/../%2e/./b//?q=a+b&x=%2f"),
            ("/a b/é?\"'=[1]", "/a%20b/%C3%A9?%22'=[1]"),
            ("/a\\b|c", "/a%5Cb%7Cc"),
        ] {
            assert_eq!(parsed(&format!("https://h.example{typed}")).1, wire);
        }
    }

    /// The targets are what curl 7.88 sent for `-G -d`; curl refuses the last two, or cuts them off at the fragment.
    #[test]
    fn a_query_is_appended_as_curl_appends_it() {
        for (target, query, expected) in [
            ("/p", "a=1&b=2", "/p?a=1&b=2"),
            ("/p?q=1", "a=1&b=2", "/p?q=1&a=1&b=2"),
            ("/p?", "a=1", "/p?a=1"),
            ("/p?q&", "a=1", "/p?q&a=1"),
            ("/p", "", "/p"),
            ("/p?x", "", "/p?x&"),
            ("/p?x=1?", "a=1", "/p?x=1?&a=1"),
            ("/p?&", "a=1", "/p?&a=1"),
            ("/p?x&&", "a=1", "/p?x&&a=1"),
            ("/p&", "a=1", "/p&?a=1"),
            ("", "a=1", "/?a=1"),
            ("/p?q#frag", "a=1", "/p?q&a=1"),
            ("/p", "a b=\u{fc}", "/p?a%20b=%C3%BC"),
            ("/p", "a#b", "/p?a%23b"),
        ] {
            let url = RequestUrl::parse(&format!("https://h.example{target}")).unwrap();
            let url = url.with_more_query(query.as_bytes());
            assert_eq!(String::from_utf8_lossy(url.target()), expected, "{target} {query}");
        }
    }

    #[test]
    fn a_location_is_resolved_against_the_url() {
        let from = RequestUrl::parse("https://h.example:8443/a/b?q").unwrap();
        for (location, expected) in [
            ("/x/../y?z", "https://h.example:8443/x/../y?z"),
            ("c/d", "https://h.example:8443/a/c/d"),
            ("../d", "https://h.example:8443/d"),
            ("../../../d/./e/../f/", "https://h.example:8443/d/f/"),
            ("d?x='y'", "https://h.example:8443/a/d?x='y'"),
            ("/d?to=http://other.example/", "https://h.example:8443/d?to=http://other.example/"),
            ("?r", "https://h.example:8443/a/b?r"),
            ("", "https://h.example:8443/a/b?q"),
            ("//other.example/", "https://other.example/"),
            ("http://h.example/", "http://h.example/"),
        ] {
            assert_eq!(from.join(location.as_bytes()).unwrap().to_string(), expected);
        }
        assert!(from.join(b"ftp://h.example/").is_err());
        assert!(!from.is_same_origin(&from.join(b"//h.example/").unwrap()));
    }

    #[test]
    fn errors_show_no_password_and_no_query() {
        for text in
            ["ftp://u:hush@h/p?hush", "https://u:hush@/p?hush", "https://u:hush@h/p?\nhush", "https://u:hush@h:x/"]
        {
            let error = RequestUrl::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        }
    }
}
