//! Redirects, as curl follows them: which responses are one, and what the next request is.

use crate::cli::failure::{Exit, Failure};
use crate::cli::options::checksum::SDK_CHECKSUM_ALGORITHM;
use crate::cli::options::request::Unsigned;
use crate::transport::Response;
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::request::{Body, Header, Headers, RequestUrl};
use sigvet_diagnose::formats::parse_url;

/// Headers that say something about a body.
const BODY_HEADERS: [&str; 5] =
    ["content-type", "content-length", "content-encoding", "content-md5", SDK_CHECKSUM_ALGORITHM];

/// Where a response sends the request, where it does.
pub fn target(response: &Response, from: &RequestUrl) -> Result<Option<RequestUrl>, Failure> {
    let Some(location) =
        response.headers.first("location").filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308))
    else {
        return Ok(None);
    };
    parse_url(&from.resolve(location))
        .map(Some)
        .map_err(|error| Failure::from_error(Exit::TransferFailed, error).context("the server redirects to nowhere"))
}

/// Whether a method was typed, which then holds for every hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With `-X`.
    Typed,
    /// By what else was asked for.
    Implied,
}

/// Makes of a request the one that follows: 303 makes it a GET, and 301 and 302 make a POST one, without its body (RFC 9110 §15.4).
pub fn follow(unsigned: &mut Unsigned, status: u16, from: &RequestUrl, to: &RequestUrl, method: Method) {
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
        request.headers = without_bearers(&request.headers, to);
    }
}

/// What another host may see: its own name, and nothing that gives access or was made for the host before.
fn without_bearers(headers: &Headers, to: &RequestUrl) -> Headers {
    let mut kept = Headers::default();
    kept.push_unchecked("host", to.host_header());
    let is_of_the_old_host = |header: &Header| header.is_named("host") || header.is_named("referer");
    for header in headers.iter().filter(|header| !header.is_bearer() && !is_of_the_old_host(header)) {
        kept.push_unchecked(&header.name, header.value.clone());
    }
    kept
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
        follow(&mut unsigned, status, from, to, method);
        unsigned.request
    }

    fn posted() -> Unsigned {
        let mut request = Request::new("POST", &url("https://h.example/a")).unwrap();
        request.headers.push("content-type", "text/plain").unwrap();
        request.headers.push("x-amz-security-token", "token").unwrap();
        request.headers.push("Cookie", "c").unwrap();
        request.body = Body::Bytes(b"body".to_vec());
        Unsigned::of(request)
    }

    /// What curl 7.88 does with each status, by its manual.
    #[test]
    fn a_post_becomes_a_get_where_curl_makes_it_one() {
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

    /// Servers write names in UTF-8, and browsers follow.
    #[test]
    fn an_international_name_is_followed() {
        let headers = Headers::from_pairs([("location", "//bücher.example/a b")]).unwrap();
        let (version, reason) = ("HTTP/1.1".to_owned(), String::new());
        let response = Response { version, status: 302, reason, headers };
        let to = target(&response, &url("https://h.example/")).unwrap().map(|to| to.to_string());
        assert_eq!(to.as_deref(), Some("https://xn--bcher-kva.example/a%20b"));
    }

    #[test]
    fn another_host_sees_nothing_that_gives_access() {
        let (from, to) = (url("https://h.example/a"), url("https://other.example/a"));
        let headers = followed(307, &from, &to, Method::Implied).headers;
        assert_eq!(headers.first_text("host"), Some("other.example"));
        assert!(!headers.contains("x-amz-security-token") && !headers.contains("cookie"));
    }
}
