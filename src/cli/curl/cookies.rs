//! Cookies as in curl: `-b FILE` reads them, `-c FILE` writes them, and each transfer of a command line adds its
//! own.
//!
//! `cookie_store` decides which cookie matches which URL; this module reads and writes the file in Netscape format.
//! There is no list of public suffixes: a cookie for a whole single-label domain is refused, as by curl without its
//! list.

use std::cmp::Reverse;

use cookie_store::{Cookie, CookieDomain, CookieExpiration, CookieStore, RawCookie};
use url::Url;

use sigvet_core::request::{Headers, RequestUrl};

const HEAD: &str = "# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n\n";
/// Prefix of a line whose cookie is not available to scripts.
const HTTP_ONLY: &str = "#HttpOnly_";

/// Cookies that servers have set.
#[derive(Debug, Default)]
pub struct Jar(CookieStore);

/// Which cookies are kept from one run to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookiesKept {
    /// All cookies of a file.
    All,
    /// Those with an expiry: `-j`.
    Lasting,
}

impl Jar {
    /// Adds the cookies of a file. Lines that are not cookies are skipped, as in curl. `now` is in seconds since 1970.
    pub fn read(&mut self, text: &str, kept: CookiesKept, now: i64) {
        for line in text.lines().filter_map(|line| Line::parse(line.trim_end_matches('\r'))) {
            let is_session = line.expires == 0;
            if !(is_session && kept == CookiesKept::Lasting) && (is_session || line.expires > now) {
                self.take_line(&line, now);
            }
        }
    }

    fn take_line(&mut self, line: &Line<'_>, now: i64) {
        let host = line.domain.trim_start_matches('.');
        let mut text = format!("{}={}; Path={}", line.name, line.value, line.path);
        for (attribute, is_set) in [("Secure", line.is_secure), ("HttpOnly", line.is_http_only)] {
            text.push_str(if is_set { "; " } else { "" });
            text.push_str(if is_set { attribute } else { "" });
        }
        if line.has_subdomains {
            text.push_str(&format!("; Domain={host}"));
        }
        if line.expires != 0 {
            text.push_str(&format!("; Max-Age={}", line.expires - now));
        }
        if let Ok(url) = Url::parse(&format!("https://{host}/")) {
            // A cookie that no server could have set is ignored.
            drop(self.0.parse(&text, &url));
        }
    }

    /// Adds the cookies that a response sets.
    pub fn receive(&mut self, url: &RequestUrl, headers: &Headers) {
        let Ok(url) = Url::parse(&url.to_string()) else { return };
        for value in headers.values("set-cookie").filter_map(|value| std::str::from_utf8(value).ok()) {
            if !is_for_whole_suffix(value, url.host_str().unwrap_or_default()) {
                drop(self.0.parse(value, &url));
            }
        }
    }

    /// The cookies for a URL in one header, in curl's order: the longest path, domain and name first.
    pub fn header_for(&self, url: &RequestUrl) -> Option<String> {
        let mut cookies = self.0.matches(&Url::parse(&url.to_string()).ok()?);
        let domain = |cookie: &Cookie<'_>| cookie.domain.as_cow().map_or(0, |domain| domain.len());
        cookies.sort_by_key(|cookie| Reverse((cookie.path.as_ref().len(), domain(cookie), cookie.name().len())));
        let pairs: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The file with all cookies that have not expired.
    pub fn to_text(&self) -> String {
        let lines: String = self.0.iter_unexpired().map(line_of).collect();
        format!("{HEAD}{lines}")
    }
}

/// Whether a server tries to set a cookie for a whole single-label domain.
fn is_for_whole_suffix(value: &str, host: &str) -> bool {
    let cookie = RawCookie::parse(value);
    let domain = cookie.ok().and_then(|cookie| cookie.domain().map(|domain| domain.trim_matches('.').to_owned()));
    domain.is_some_and(|domain| !domain.contains('.') && !domain.eq_ignore_ascii_case(host))
}

fn line_of(cookie: &Cookie<'_>) -> String {
    let (domain, subdomains) = match &cookie.domain {
        CookieDomain::Suffix(suffix) => (format!(".{suffix}"), "TRUE"),
        CookieDomain::HostOnly(host) => (host.clone(), "FALSE"),
        CookieDomain::NotPresent | CookieDomain::Empty => (String::new(), "FALSE"),
    };
    let expires = match &cookie.expires {
        CookieExpiration::AtUtc(end) => end.unix_timestamp(),
        CookieExpiration::SessionEnd => 0,
    };
    let mark = if cookie.http_only() == Some(true) { HTTP_ONLY } else { "" };
    let secure = if cookie.secure() == Some(true) { "TRUE" } else { "FALSE" };
    let path: &str = cookie.path.as_ref();
    format!("{mark}{domain}\t{subdomains}\t{path}\t{secure}\t{expires}\t{}\t{}\n", cookie.name(), cookie.value())
}

/// A line of the file.
struct Line<'a> {
    domain: &'a str,
    has_subdomains: bool,
    path: &'a str,
    is_secure: bool,
    expires: i64,
    name: &'a str,
    value: &'a str,
    is_http_only: bool,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (line, is_http_only) = line.strip_prefix(HTTP_ONLY).map_or((line, false), |line| (line, true));
        let fields: Vec<&str> = line.split('\t').collect();
        let [domain, subdomains, path, secure, expires, name, rest @ ..] = fields.as_slice() else { return None };
        // If the value is empty, its tab may be missing.
        let value = match rest {
            [] => "",
            [value] => value,
            _ => return None,
        };
        let is_true = |text: &str| text.eq_ignore_ascii_case("TRUE");
        let is_written = !line.starts_with('#') && !domain.is_empty() && !name.is_empty();
        let has_subdomains = is_true(subdomains);
        let (is_secure, expires) = (is_true(secure), expires.parse().ok()?);
        is_written.then_some(Self { domain, has_subdomains, path, is_secure, expires, name, value, is_http_only })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: i64 = 4_000_000_000;
    const NOW: i64 = 1_700_000_000;

    fn url(text: &str) -> RequestUrl {
        RequestUrl::parse(text).unwrap()
    }

    fn jar(text: &str, kept: CookiesKept) -> Jar {
        let mut jar = Jar::default();
        jar.read(text, kept, NOW);
        jar
    }

    /// The right column is what curl 7.88 sent with this file.
    #[test]
    fn the_cookies_of_a_file_are_sent_as_by_curl() {
        let text = format!(
            "# Netscape HTTP Cookie File\n\nh.example\tFALSE\t/\tFALSE\t0\tsession\ts\r\n.h.example\tTRUE\t/a\tFALSE\t{FAR}\tdeep\td=1\n\
             #HttpOnly_h.example\tFALSE\t/\tTRUE\t{FAR}\tsafe\tx\nh.example\tFALSE\t/\tFALSE\t5\told\to\n\
             h.example\tFALSE\t/\tFALSE\t0\tempty\nnonsense\nother.example\tFALSE\t/\tFALSE\t0\tno\tn\n"
        );
        let all = jar(&text, CookiesKept::All);
        for (target, expected) in [
            ("http://h.example/a/b", Some("deep=d=1; session=s; empty=")),
            ("https://h.example/", Some("session=s; empty=; safe=x")),
            ("http://sub.h.example/a", Some("deep=d=1")),
            ("http://sub.h.example/", None),
        ] {
            assert_eq!(all.header_for(&url(target)).as_deref(), expected, "{target}");
        }
        assert_eq!(jar(&text, CookiesKept::Lasting).header_for(&url("http://h.example/")), None);
    }

    /// Catches a cookie that is sent to another host, and one that a server sets for a whole top-level domain.
    #[test]
    fn a_servers_cookies_are_sent_only_to_that_server() {
        let mut jar = Jar::default();
        let set = [
            "a=1; Path=/",
            "b=2; Domain=.h.example",
            "c=3; Domain=example",
            "d=4; Domain=other.example",
            "e=5; Max-Age=0",
        ];
        let headers = Headers::from_pairs(set.map(|value| ("set-cookie", value))).unwrap();
        jar.receive(&url("http://x.h.example/"), &headers);
        assert_eq!(jar.header_for(&url("http://x.h.example/")).as_deref(), Some("a=1; b=2"));
        assert_eq!(jar.header_for(&url("http://y.h.example/")).as_deref(), Some("b=2"));
        assert_eq!(jar.header_for(&url("http://example/")), None);
        assert_eq!(jar.header_for(&url("http://other.example/")), None);
    }

    #[test]
    fn a_written_file_reads_back_the_same() {
        let text =
            format!("{HEAD}#HttpOnly_.h.example\tTRUE\t/p\tTRUE\t{FAR}\tn\tv\nh.example\tFALSE\t/\tFALSE\t0\ts\tt\n");
        let written = jar(&text, CookiesKept::All).to_text();
        let mut lines: Vec<&str> = written.lines().collect();
        let mut expected: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        expected.sort_unstable();
        // The expiry is relative to the machine's clock, so it may be off by the time since 2023.
        assert_eq!(lines.len(), expected.len());
        assert!(written.contains("#HttpOnly_.h.example\tTRUE\t/p\tTRUE\t"), "{written}");
        assert!(written.contains("h.example\tFALSE\t/\tFALSE\t0\ts\tt\n"), "{written}");
    }
}
