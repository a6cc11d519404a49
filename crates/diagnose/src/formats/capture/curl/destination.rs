//! The destination of a curl request: the URL as curl parses it, with the target that it writes on the wire.

use super::data::{Piece, joined};
use super::section::HIDDEN;
use crate::formats::{UnreadableUrl, parse_url};
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::request::RequestUrl;

/// A URL in pieces, which options may extend.
pub(super) struct Destination {
    pub(super) url: RequestUrl,
    /// The `Host` header.
    pub(super) host: String,
    /// Whether the URL has user information, which is ignored.
    pub(super) has_user: bool,
    path: String,
    query: Option<String>,
}

/// How curl treats `/./` and `/../` in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dots {
    Removed,
    Kept,
}

impl Destination {
    /// Parses a URL; without a scheme it is an http URL.
    pub(super) fn parse(text: &str, dots: Dots) -> Result<Self, UnreadableUrl> {
        let guessed;
        let text = match text.split_once("://") {
            Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) => text,
            _ => {
                guessed = format!("http://{text}");
                &guessed
            }
        };
        let url = parse_url(text)?;
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, target) = rest.find(['/', '?']).and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let path = match dots {
            Dots::Removed => without_dots(path),
            Dots::Kept if path.is_empty() => "/".to_owned(),
            Dots::Kept => path.to_owned(),
        };
        let host = typed_host(authority, &url.host_header());
        Ok(Self { url, host, has_user: authority.contains('@'), path, query })
    }

    /// Gives a path that ends in `/` the name of the uploaded file.
    pub(super) fn name_upload(&mut self, file: &str) {
        let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
        if self.path.ends_with('/') && !matches!(name, "" | "-" | ".") {
            let mut encoded = Vec::new();
            encode(name.as_bytes(), Slash::Encode, &mut encoded);
            self.path.push_str(&String::from_utf8_lossy(&encoded));
        }
    }

    /// Adds data to the query, up to a `#`, where curl ends it.
    pub(super) fn add_query(&mut self, pieces: &[Piece]) -> Result<(), &'static str> {
        let (data, outcome) = match joined(pieces) {
            Ok(data) => (String::from_utf8_lossy(&data).into_owned(), Ok(())),
            Err(option) => (HIDDEN.to_owned(), Err(option)),
        };
        let data = data.split('#').next().unwrap_or_default();
        self.query = Some(match self.query.take() {
            Some(query) if query.is_empty() || query.ends_with('&') => query + data,
            Some(query) => format!("{query}&{data}"),
            None => data.to_owned(),
        });
        outcome
    }

    /// The target as curl writes it. Characters that curl refuses are percent-encoded.
    pub(super) fn target(&self) -> Vec<u8> {
        let mut target = Vec::with_capacity(self.path.len() + 1);
        for byte in self.path.bytes() {
            match byte {
                b'!'..=b'~' => target.push(byte),
                _ => target.extend(format!("%{byte:02x}").bytes()),
            }
        }
        if let Some(query) = &self.query {
            target.push(b'?');
            for byte in query.bytes() {
                match byte {
                    b'!'..=b'~' | 0x80.. => target.push(byte),
                    _ => target.extend(format!("%{byte:02X}").bytes()),
                }
            }
        }
        target
    }
}

/// The host in the case that was typed, as curl sends it, unless its name differs on the wire.
fn typed_host(authority: &str, on_wire: &str) -> String {
    let typed = authority.rsplit('@').next().unwrap_or_default();
    if typed.eq_ignore_ascii_case(on_wire) { typed.to_owned() } else { on_wire.to_owned() }
}

/// A path without its dot segments (RFC 3986 §5.2.4). curl does not decode `%2e`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if segments.peek().is_none() {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str, dots: Dots) -> String {
        String::from_utf8(Destination::parse(text, dots).unwrap().target()).unwrap()
    }

    /// What curl 7.88 sent to a listener.
    #[test]
    fn the_target_is_the_one_that_curl_sends() {
        for (url, expected) in [
            ("http://h", "/"),
            ("http://h?", "/?"),
            ("http://h/#", "/"),
            ("http://h/q?a=1#frag", "/q?a=1"),
            ("http://h/a/../b/./c", "/b/c"),
            ("http://h/a/..", "/"),
            ("http://h/a/.", "/a/"),
            ("http://h/a/../../b/", "/b/"),
            ("http://h/..a/.b/...", "/..a/.b/..."),
            ("http://h//a//../b", "//a/b"),
            ("http://h/%2e%2e/b/%2E/c", "/%2e%2e/b/%2E/c"),
            ("http://h?x=/../y", "/?x=/../y"),
            ("http://h/é?é=ü", "/%c3%a9?é=ü"),
            ("http://h/x?y=\"<>^`|\\", "/x?y=\"<>^`|\\"),
        ] {
            assert_eq!(target(url, Dots::Removed), expected, "{url}");
        }
        assert_eq!(target("http://h/a/../b", Dots::Kept), "/a/../b");
        assert_eq!(target("http://h", Dots::Kept), "/");
    }

    #[test]
    fn the_host_is_the_one_that_curl_sends() {
        for (url, expected) in [
            ("http://LOCALHOST:18731/", "LOCALHOST:18731"),
            ("127.0.0.1:18731/x", "127.0.0.1:18731"),
            ("h.example/?u=http://other/", "h.example"),
            ("https://u:p@h.example:443/", "h.example"),
            ("https://bücher.example/", "xn--bcher-kva.example"),
        ] {
            let found = Destination::parse(url, Dots::Removed).unwrap();
            assert_eq!(found.host, expected, "{url}");
            assert_eq!(found.has_user, url.contains('@'));
        }
    }

    #[test]
    fn options_add_to_path_and_query_as_with_curl() {
        let raw = |text: &str| [Piece::raw(text.to_owned())];
        for (url, data, expected) in [
            ("http://h/?z", "a=1", "/?z&a=1"),
            ("http://h/p", "a#b\"c", "/p?a"),
            ("http://h/p?x&", "a", "/p?x&a"),
            ("http://h/p?", "a", "/p?a"),
        ] {
            let mut found = Destination::parse(url, Dots::Removed).unwrap();
            found.add_query(&raw(data)).unwrap();
            assert_eq!(String::from_utf8(found.target()).unwrap(), expected);
        }
        for (url, file, expected) in [
            ("http://h/dir/?q", "/tmp/bf", "/dir/bf?q"),
            ("http://h", "bf", "/bf"),
            ("http://h/dir/", "-", "/dir/"),
            ("http://h/name", "bf", "/name"),
            ("http://h/", "a b.txt", "/a%20b.txt"),
        ] {
            let mut found = Destination::parse(url, Dots::Removed).unwrap();
            found.name_upload(file);
            assert_eq!(String::from_utf8(found.target()).unwrap(), expected);
        }
    }
}
