//! Patterns with a `*` at one end: hosts by their suffix, paths and headers by their prefix.

use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::without_port;

/// A host pattern: `search.example.com`, or `*.amazonaws.com` for everything below a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    text: String,
}

/// A prefix or exact pattern: `/bucket/*`, `x-debug-*`, `/exact`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixPattern {
    text: String,
    is_prefix: bool,
}

impl HostPattern {
    /// Parses a pattern; case and a dot at the end are ignored.
    pub fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let (name, port) = text.split_at(without_port(&text).len());
        Self { text: format!("{}{port}", name.strip_suffix('.').unwrap_or(name)) }
    }

    /// How specific the pattern is: a complete name ranks higher than a suffix, and a longer pattern higher than
    /// a shorter one.
    pub fn rank(&self) -> usize {
        if self.text.starts_with('*') { self.text.len() } else { 1000 + self.text.len() }
    }

    /// Whether the pattern has a port.
    pub fn names_port(&self) -> bool {
        without_port(&self.text) != self.text
    }

    /// Whether the pattern is a suffix.
    pub fn is_suffix(&self) -> bool {
        self.text.starts_with('*')
    }

    /// The domain that contains all matching hosts: `amazonaws.com`. Empty for `*`.
    pub fn domain(&self) -> String {
        let name = without_port(&self.text);
        match name.strip_prefix('*') {
            // If the star is inside a label, the domain starts at the next label.
            Some(suffix) => suffix.split_once('.').map(|(_, domain)| domain).unwrap_or_default().to_owned(),
            None => name.to_owned(),
        }
    }

    /// Whether the pattern matches a host with or without a port. A pattern with a port only matches that port.
    pub fn matches(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let (name, port) = host.split_at(without_port(&host).len());
        let name = name.strip_suffix('.').unwrap_or(name);
        let name = if self.names_port() { format!("{name}{port}") } else { name.to_owned() };
        match self.text.strip_prefix('*') {
            Some(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
            None => name == self.text,
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
        ] {
            assert_eq!(HostPattern::new(pattern).matches(host), is_meant, "{pattern} {host}");
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
    fn headers_match_in_any_case() {
        assert!(PrefixPattern::new("X-Debug-*").matches_header("x-debug-id"));
        assert!(PrefixPattern::new("cookie").matches_header("Cookie"));
        assert!(!PrefixPattern::new("cookie").matches_header("cookies"));
    }
}
