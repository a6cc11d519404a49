//! Patterns with a `*` at one end: hosts by their suffix, paths and headers by their prefix.

use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::without_port;

/// A host pattern: `search.example.com`, or `*.amazonaws.com` for everything below a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    name: String,
    port: Option<u16>,
}

/// A host as rules compare it: in lower case, without the dot that may end a complete name (RFC 1034 §3.1) and without
/// the colon of an empty port.
pub fn plain_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let (name, port) = host.split_at(without_port(&host).len());
    let name = name.strip_suffix('.').unwrap_or(name);
    if port == ":" { name.to_owned() } else { format!("{name}{port}") }
}

/// The ports that a host without a port may mean.
const DEFAULT_PORTS: [u16; 2] = [80, 443];

/// A prefix or exact pattern: `/bucket/*`, `x-debug-*`, `/exact`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixPattern {
    text: String,
    is_prefix: bool,
}

impl HostPattern {
    /// Parses a pattern; case and a dot at the end are ignored.
    pub fn new(text: &str) -> Self {
        let host = plain_host(text);
        let (name, port) = host.split_at(without_port(&host).len());
        Self { name: name.to_owned(), port: port.get(1..).and_then(|port| port.parse().ok()) }
    }

    /// How specific the pattern is: a complete name ranks higher than a suffix, and a longer pattern higher than
    /// a shorter one.
    pub fn rank(&self) -> usize {
        let length = self.name.len() + self.port.map_or(0, |port| 1 + port.to_string().len());
        if self.is_suffix() { length } else { 1000 + length }
    }

    /// Whether the pattern has a port.
    pub fn names_port(&self) -> bool {
        self.port.is_some()
    }

    /// Whether the pattern is a suffix.
    pub fn is_suffix(&self) -> bool {
        self.name.starts_with('*')
    }

    /// The domain that contains all matching hosts: `amazonaws.com`. Empty for `*`.
    pub fn domain(&self) -> String {
        match self.name.strip_prefix('*') {
            // If the star is inside a label, the domain starts at the next label.
            Some(suffix) => suffix.split_once('.').map(|(_, domain)| domain).unwrap_or_default().to_owned(),
            None => self.name.clone(),
        }
    }

    /// Whether the pattern matches the host of a request, with or without a port. A pattern with a port only matches
    /// that port; a host without a port may mean that of HTTP or that of HTTPS.
    pub fn matches(&self, host: &str) -> bool {
        let host = plain_host(host);
        let (name, port) = host.split_at(without_port(&host).len());
        let has_port = |wanted: u16| match port.get(1..) {
            Some(port) => port.parse() == Ok(wanted),
            None => DEFAULT_PORTS.contains(&wanted),
        };
        self.matches_name(name) && self.port.is_none_or(has_port)
    }

    /// Whether the pattern matches a server, whose port is known.
    pub fn matches_server(&self, host: &str, port: u16) -> bool {
        self.matches_name(without_port(&plain_host(host))) && self.port.is_none_or(|own| own == port)
    }

    /// Whether some host matches this pattern and the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        let has_same_port = match (self.port, other.port) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        let have_same_names = match (self.name.strip_prefix('*'), other.name.strip_prefix('*')) {
            (Some(own), Some(other)) => own.ends_with(other) || other.ends_with(own),
            (Some(_), None) => self.matches_name(&other.name),
            (None, _) => other.matches_name(&self.name),
        };
        has_same_port && have_same_names
    }

    fn matches_name(&self, name: &str) -> bool {
        match self.name.strip_prefix('*') {
            Some(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
            None => name == self.name,
        }
    }
}

impl PrefixPattern {
    /// Parses a pattern.
    pub fn new(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) => Self { text: prefix.to_owned(), is_prefix: true },
            None => Self { text: text.to_owned(), is_prefix: false },
        }
    }

    /// Whether the pattern matches this text.
    pub fn matches(&self, text: &str) -> bool {
        if self.is_prefix { text.starts_with(&self.text) } else { text == self.text }
    }

    /// Whether the pattern matches this header name; case is ignored.
    pub fn matches_header(&self, name: &str) -> bool {
        let (name, text) = (name.to_ascii_lowercase(), self.text.to_ascii_lowercase());
        if self.is_prefix { name.starts_with(&text) } else { name == text }
    }

    /// Whether some path matches the pattern and is below a prefix, or equal to it.
    pub fn may_be_below(&self, prefix: &str) -> bool {
        let prefix = prefix.trim_end_matches('/');
        let is_below =
            |text: &str| text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_below(&self.text) || (self.is_prefix && prefix.starts_with(&self.text))
    }

    /// Whether the pattern is this text, without a `*`.
    pub fn is_exactly(&self, text: &[u8]) -> bool {
        !self.is_prefix && self.text.as_bytes() == text
    }

    /// Whether the pattern matches every text that begins with this one.
    pub fn matches_all_below(&self, text: &str) -> bool {
        self.is_prefix && text.starts_with(&self.text)
    }
}

/// Maximum number of times a path is decoded; no server decodes more often.
const DECODINGS: usize = 4;

/// A path in all the ways that servers may read it: as written, and decoded once or several times, each also without
/// path parameters and with dot segments resolved. `None` if it contains something that some servers treat as a
/// slash or a dot.
pub fn readings(raw: &[u8]) -> Option<Vec<String>> {
    let mut readings = Vec::new();
    let mut path = raw.to_vec();
    for _ in 0..=DECODINGS {
        let text = String::from_utf8(path.clone()).ok().filter(|text| !is_treacherous(text))?;
        for reading in [without_dot_segments(&without_parameters(&text)), text] {
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        let decoded = decode(&path, Plus::Literal);
        if decoded == path {
            return Some(readings);
        }
        path = decoded;
    }
    None
}

/// Whether the path has control characters, or escapes that only some servers decode.
fn is_treacherous(path: &str) -> bool {
    let has_dots = |segment: &str| segment.trim() != segment && segment.trim().trim_matches('.').is_empty();
    path.contains(char::is_control)
        || path.contains("%u")
        || path.contains("%U")
        || path.split(['/', '\\']).any(has_dots)
}

/// Some servers do not treat the part of a segment after `;` as part of its name.
fn without_parameters(path: &str) -> String {
    let segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    segments.collect::<Vec<_>>().join("/")
}

/// Whether the patterns match a path, or everything that begins with it, however a server reads it. Otherwise
/// `/allowed/%2e%2e/secret` would be allowed.
pub fn allows_path(patterns: &[PrefixPattern], raw: &[u8], is_prefix: bool) -> bool {
    let matches = if is_prefix { PrefixPattern::matches_all_below } else { PrefixPattern::matches };
    let is_meant = |path: &String| patterns.iter().any(|pattern| matches(pattern, path));
    readings(raw).is_some_and(|readings| readings.iter().all(is_meant))
}

/// RFC 3986 §5.2.4. Empty segments are removed too, as by servers that merge slashes. A backslash counts as a slash.
fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let is_folder = path.ends_with(['/', '\\']);
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    let mut resolved = format!("/{}", kept.join("/"));
    if is_folder && !kept.is_empty() {
        resolved.push('/');
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_by_name_or_by_suffix() {
        for (pattern, host, is_meant) in [
            ("a.example.com", "A.example.com", true),
            ("a.example.com", "a.example.com:443", true),
            ("a.example.com", "a.example.com.", true),
            ("a.example.com.", "a.example.com", true),
            ("a.example.com:8080", "a.example.com.:8080", true),
            ("a.example.com:8080", "a.example.com:8080", true),
            ("a.example.com:8080", "a.example.com", false),
            ("a.example.com", "b.a.example.com", false),
            ("*.amazonaws.com", "s3.amazonaws.com", true),
            ("*.amazonaws.com", "amazonaws.com", false),
            ("*.amazonaws.com", ".amazonaws.com", false),
            ("*.amazonaws.com", "s3.amazonaws.com.evil.example", false),
            ("*.amazonaws.com", "evilamazonaws.com", false),
            ("a.example.com:443", "a.example.com", true),
            ("*:443", "a.example.com:443", true),
            ("*:443", "a.example.com:444", false),
            ("*.example.com:443", "a.example.com.", true),
        ] {
            assert_eq!(HostPattern::new(pattern).matches(host), is_meant, "{pattern} {host}");
        }
    }

    /// Catches a pattern with the default port, which URLs leave out.
    #[test]
    fn the_port_of_a_server_is_its_real_one() {
        for (pattern, host, port, is_meant) in [
            ("pypi.org:443", "pypi.org", 443, true),
            ("pypi.org:443", "pypi.org", 80, false),
            ("pypi.org:443", "pypi.org:8443", 8443, false),
            ("*:443", "Pypi.org.", 443, true),
            ("*.pypi.org:443", "files.pypi.org", 443, true),
            ("pypi.org", "pypi.org:8443", 8443, true),
            ("[::1]:8080", "[::1]:8080", 8080, true),
        ] {
            assert_eq!(HostPattern::new(pattern).matches_server(host, port), is_meant, "{pattern} {host}");
        }
    }

    /// Catches a path that is allowed as written but leads elsewhere when a server decodes it.
    #[test]
    fn a_path_is_allowed_only_if_every_reading_of_it_is() {
        let patterns = [PrefixPattern::new("/logs/*"), PrefixPattern::new("/health")];
        for path in ["/logs/a", "/logs/a%20b", "/logs/", "/health", "/logs/a/../b"] {
            assert!(allows_path(&patterns, path.as_bytes(), false), "{path}");
        }
        for path in [
            "/",
            "/log",
            "/logsx/a",
            "/healthz",
            "/health/",
            "/logs/../secret",
            "/logs/%2e%2e/secret",
            "/logs/%2E./secret",
            "/logs/..%2fsecret",
            "/logs//../secret",
            "/%6cogs/a",
            "/logs/..\\secret",
            "/logs/a/../../secret",
            "/logs/%252e%252e/secret",
            "/logs/..%255csecret",
            "/logs/..;/secret",
            "/logs/%2e%2e;/secret",
            "/logs/..%3b/secret",
            "/logs/.;/..;/secret",
            "/logs/;/../secret",
            "/logs/.%00./secret",
            "/logs/..%20/secret",
            "/logs/..%0d%0a/secret",
            "/logs/%c0%ae%c0%ae/secret",
            "/logs/%u002e%u002e/secret",
            "/logs/%25252525252e%25252525252e/secret",
        ] {
            assert!(!allows_path(&patterns, path.as_bytes(), false), "{path}");
        }
    }

    #[test]
    fn patterns_that_no_request_can_match_are_told() {
        for (pattern, prefix, may_be) in [
            ("/api/*", "/api", true),
            ("/api", "/api/", true),
            ("/api/v1/k", "/api", true),
            ("/*", "/api", true),
            ("/ap*", "/api", true),
            ("/other/*", "/api", false),
            ("/apis", "/api", false),
            ("/", "/api", false),
        ] {
            assert_eq!(PrefixPattern::new(pattern).may_be_below(prefix), may_be, "{pattern} {prefix}");
        }
        for (one, other, do_overlap) in [
            ("*.corp", "a.corp:443", true),
            ("*.corp", "*.a.corp", true),
            ("a.corp:1", "a.corp:2", false),
            ("a.corp", "b.corp", false),
            ("*", "b.corp", true),
        ] {
            let (one, other) = (HostPattern::new(one), HostPattern::new(other));
            assert_eq!((one.overlaps(&other), other.overlaps(&one)), (do_overlap, do_overlap), "{one:?} {other:?}");
        }
    }

    #[test]
    fn headers_match_in_any_case() {
        assert!(PrefixPattern::new("X-Debug-*").matches_header("x-debug-id"));
        assert!(PrefixPattern::new("cookie").matches_header("Cookie"));
        assert!(!PrefixPattern::new("cookie").matches_header("cookies"));
    }
}
