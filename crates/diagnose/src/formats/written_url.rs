//! Parses URLs as people type them and logs show them: international names, `127.1`, `%2E` in the host.
//!
//! The host is parsed as browsers do (WHATWG URL, with the `url` crate) and written in its wire form.
//! Everything else is left to [`RequestUrl::parse`], which accepts only ASCII and does not change the target.

use sigvet_core::request::{InvalidAuthority, InvalidUrl, RequestUrl};
use url::Url;

/// A text that is not a URL to send a request to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableUrl {
    /// Not a URL, even if its host were written in ASCII.
    #[error(transparent)]
    Invalid(#[from] InvalidUrl),
    /// The host is not ASCII, or is Punycode (`xn--…`), and is not a valid international name (IDNA, UTS #46).
    #[error("invalid host in URL '{presented}': not a valid international domain name")]
    International {
        /// The URL, without user information and query.
        presented: String,
    },
}

/// Parses a URL whose host may be written differently from its wire form.
///
/// # Errors
/// Everything that [`RequestUrl::parse`] refuses for a reason other than the spelling of the host, and names
/// that are not valid IDNA.
pub fn parse_url(text: &str) -> Result<RequestUrl, UnreadableUrl> {
    let Some((before, authority, behind)) = split_authority(text) else { return Ok(RequestUrl::parse(text)?) };
    match wire_authority(before, authority) {
        Some(authority) => Ok(RequestUrl::parse(&format!("{before}{authority}{behind}"))?),
        None => Err(refusal(text)),
    }
}

/// The text up to `//`, the authority, and the target. `None` if the text does not have these parts.
fn split_authority(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("://")? + "://".len();
    let end = text.get(start..).unwrap_or_default().find(['/', '?', '#']).map_or(text.len(), |at| start + at);
    let has_control = text.contains(|c: char| c.is_ascii_control());
    (!has_control).then(|| {
        (
            text.get(..start).unwrap_or_default(),
            text.get(start..end).unwrap_or_default(),
            text.get(end..).unwrap_or_default(),
        )
    })
}

/// Host and port in their wire form.
fn wire_authority(before: &str, authority: &str) -> Option<String> {
    let url = Url::parse(&format!("{before}{authority}/")).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// The error for a text that a browser does not accept as a URL either.
fn refusal(text: &str) -> UnreadableUrl {
    match RequestUrl::parse(text) {
        Err(InvalidUrl::Authority { presented, reason: InvalidAuthority::NotAscii }) => {
            UnreadableUrl::International { presented }
        }
        Err(error) => error.into(),
        Ok(url) => UnreadableUrl::International { presented: format!("{}/", url.origin()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts that the `url` crate rewrites, keeps or refuses.
    const HOSTS: [&str; 44] = [
        "Example.COM",
        "example.com.",
        "a..b",
        "a_b.example",
        "h:80",
        "h:443",
        "h:0443",
        "h:",
        "h:65535",
        "h:65536",
        "h:x",
        "h:1:2",
        "",
        ":80",
        "user:pa@ss@h:8080",
        "user@",
        "bücher.example",
        "BÜCHER.example:8443",
        "faß.example",
        "日本語.example",
        "例え。テスト",
        "xn--bcher-kva.example",
        "xn--a",
        "a\u{ad}b.example",
        "\u{ff41}.example",
        "h%2Eexample",
        "h%41",
        "%C3%BC.example",
        "%FF.example",
        "h%00",
        "127.1",
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "010.0.0.1",
        "127.0.0.1.",
        "256.1.1.1",
        "1.2.3.4.5",
        "[::1]:9000",
        "[2001:DB8:0:0::1]",
        "[::ffff:1.2.3.4]",
        "[fe80::1%25eth0]",
        "a b",
        "a\\b",
    ];

    /// Catches a host that is parsed differently from how the `url` crate parses the whole URL.
    #[test]
    fn every_host_is_parsed_as_the_url_crate_parses_it() {
        for host in HOSTS {
            for scheme in ["http", "https", "wss"] {
                let text = format!("{scheme}://{host}/");
                let theirs = Url::parse(&text).ok().map(|url| (url.host_str().unwrap().to_owned(), url.port()));
                let ours = parse_url(&text).ok().map(|url| (url.host().to_owned(), url.port()));
                assert_eq!(ours, theirs, "{text}");
            }
        }
    }

    #[test]
    fn the_target_is_not_changed() {
        let text = "https://bücher.example?a=//b@é#fragment";
        assert_eq!(parse_url(text).unwrap().to_string(), "https://xn--bcher-kva.example/?a=//b@%C3%A9");
        assert_eq!(parse_url("HTTPS://H/%2e/../x://y").unwrap().to_string(), "https://h/%2e/../x://y");
    }

    #[test]
    fn a_refusal_says_what_is_wrong_without_showing_a_password() {
        for (text, expected) in [
            ("https:///p", "invalid host in URL 'https:///p': empty host"),
            ("https://u:hush@h:x/p?hush", "invalid host in URL 'https://h:x/p': invalid port number"),
            (
                "https://u:hush@xn--a/p?hush",
                "invalid host in URL 'https://xn--a/': not a valid international domain name",
            ),
            ("https://ü%FF/?hush", "invalid host in URL 'https://ü%FF/': not a valid international domain name"),
            ("https://h|x/", "invalid host in URL 'https://h|x/': a host name cannot contain '|'"),
            ("ftp://u:hush@h/", "invalid URL 'ftp://h/': expected http://, https:// or wss://"),
            ("h.example/k", "invalid URL 'h.example/k': expected http://, https:// or wss://"),
            ("https://h/\n?hush", "control character '\\n' in URL 'https://h/'"),
        ] {
            assert_eq!(parse_url(text).unwrap_err().to_string(), expected, "{text}");
        }
    }
}
