//! Redirects, followed as by curl: which responses redirect, and what the next request is.

use crate::cli::failure::{Exit, Failure};
use crate::cli::options::checksum::SDK_CHECKSUM_ALGORITHM;
use crate::cli::options::request::Unsigned;
use crate::transport::Response;
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::request::{Body, Header, Headers, RequestUrl};
use sigvet_diagnose::formats::parse_url;

/// Headers that describe a body.
const BODY_HEADERS: [&str; 5] =
    ["content-type", "content-length", "content-encoding", "content-md5", SDK_CHECKSUM_ALGORITHM];

/// The target of a redirect, if the response is one.
pub fn target(response: &Response, from: &RequestUrl) -> Result<Option<RequestUrl>, Failure> {
    let Some(location) =
        response.headers.first("location").filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308))
    else {
        return Ok(None);
    };
    parse_url(&from.resolve(location)).map(Some).map_err(|error| {
        Failure::from_error(Exit::TransferFailed, error).context("the server redirects without a usable target")
    })
}

/// Whether the user set the method, which then applies to every hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With `-X`.
    Typed,
    /// The method follows from other options.
    Implied,
}

/// Whether the target host of a redirect may receive what was meant for the first host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// With `--location-trusted`.
    EveryHost,
    /// Only the host of the original URL.
    SameHost,
}

/// One redirect.
#[derive(Debug, Clone, Copy)]
pub struct Hop<'a> {
    /// The URL that redirects.
    pub from: &'a RequestUrl,
    /// The target.
    pub to: &'a RequestUrl,
    /// Whether the user trusts the target.
    pub trust: Trust,
}

/// Turns a request into the next one: 303 makes it a GET, and 301 and 302 turn a POST into a GET, without its body
/// (RFC 9110 §15.4).
pub fn follow(unsigned: &mut Unsigned, status: u16, hop: Hop<'_>, method: Method) {
    let Hop { from, to, trust } = hop;
    let request = &mut unsigned.request;
    request.set_target(to.target()).expect("the target of a URL can be on the wire");
    let is_get = matches!(request.method(), "GET" | "HEAD");
    let loses_body = match status {
        303 => !is_get,
        301 | 302 => request.method() == "POST",
        _ => false,
    };
    if loses_body {
        if method == Method::Implied {
            request.set_method("GET").expect("GET is a method");
        }
        request.body = Body::Bytes(Vec::new());
        unsigned.body_file = None;
        let checksums = ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::header);
        for name in BODY_HEADERS.into_iter().chain(checksums) {
            request.headers.remove(name);
        }
    }
    if !from.is_same_origin(to) {
        request.headers = for_other_host(&request.headers, to, trust);
    }
}

/// The headers for another host: its own `Host`, without anything that was made for the previous host or, unless
/// the user trusts the other host, grants access.
fn for_other_host(headers: &Headers, to: &RequestUrl, trust: Trust) -> Headers {
    let mut kept = Headers::default();
    kept.push_unchecked("host", to.host_header());
    let is_of_the_old_host = |header: &Header| header.is_named("host") || header.is_named("referer");
    let is_kept = |header: &&Header| trust == Trust::EveryHost || !(header.is_bearer() || is_of_customer_key(header));
    for header in headers.iter().filter(|header| !is_of_the_old_host(header)).filter(is_kept) {
        kept.push_unchecked(&header.name, header.value.clone());
    }
    kept
}

/// Headers about an encryption key are removed together with the key: its algorithm and its hash.
fn is_of_customer_key(header: &Header) -> bool {
    header.name.to_ascii_lowercase().contains("-encryption-customer-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::request::Request;

    fn url(text: &str) -> RequestUrl {
        RequestUrl::parse(text).unwrap()
    }

    fn followed(status: u16, from: &RequestUrl, to: &RequestUrl, method: Method) -> Request {
        let mut unsigned = posted();
        follow(&mut unsigned, status, Hop { from, to, trust: Trust::SameHost }, method);
        unsigned.request
    }

    fn posted() -> Unsigned {
        let mut request = Request::new("POST", &url("https://h.example/a")).unwrap();
        request.headers.push("content-type", "text/plain").unwrap();
        request.headers.push("x-amz-security-token", "token").unwrap();
        request.headers.push("Cookie", "c").unwrap();
        for name in ["x-api-key", "Authorization", "Proxy-Authorization", "X-Tag"] {
            request.headers.push(name, "v").unwrap();
        }
        for end in ["", "-MD5"] {
            request.headers.push(&format!("x-amz-server-side-encryption-customer-key{end}"), "v").unwrap();
        }
        request.body = Body::Bytes(b"body".to_vec());
        Unsigned::of(request)
    }

    /// The behaviour of curl 7.88 for each status, according to its manual.
    #[test]
    fn a_post_becomes_a_get_as_with_curl() {
        let (from, to) = (url("https://h.example/a"), url("https://h.example/b?c"));
        for (status, method, left) in
            [(301, "GET", 0), (302, "GET", 0), (303, "GET", 0), (307, "POST", 4), (308, "POST", 4)]
        {
            let next = followed(status, &from, &to, Method::Implied);
            assert_eq!((next.method(), next.body.length()), (method, Some(left)), "{status}");
            assert_eq!(next.headers.contains("content-type"), left > 0);
            assert_eq!(next.target(), b"/b?c");
        }
        assert_eq!(followed(302, &from, &to, Method::Typed).method(), "POST");
    }

    /// Servers send names in UTF-8, and browsers follow them.
    #[test]
    fn an_international_name_is_followed() {
        let headers = Headers::from_pairs([("location", "//bücher.example/a b")]).unwrap();
        let (version, reason) = ("HTTP/1.1".to_owned(), String::new());
        let response = Response { version, status: 302, reason, headers };
        let to = target(&response, &url("https://h.example/")).unwrap().map(|to| to.to_string());
        assert_eq!(to.as_deref(), Some("https://xn--bcher-kva.example/a%20b"));
    }

    #[test]
    fn another_host_receives_nothing_that_grants_access() {
        let (from, to) = (url("https://h.example/a"), url("https://other.example/a"));
        let headers = followed(307, &from, &to, Method::Implied).headers;
        assert_eq!(headers.first_text("host"), Some("other.example"));
        let names: Vec<&str> = headers.iter().map(|header| header.name.as_str()).collect();
        assert_eq!(names, ["host", "content-type", "X-Tag"]);
        let mut unsigned = posted();
        follow(&mut unsigned, 307, Hop { from: &from, to: &to, trust: Trust::EveryHost }, Method::Implied);
        assert_eq!(unsigned.request.headers.len(), posted().request.headers.len());
        assert_eq!(
            followed(307, &from, &url("https://h.example/b"), Method::Implied).headers,
            posted().request.headers
        );
    }
}
