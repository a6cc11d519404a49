//! Builds the request to judge from what hyper parsed and from the bytes that arrived.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Uri, Version, header};
use sigvet_core::internal::raw_http::{Head, Lines, MalformedRequest, head_of};
use sigvet_core::internal::{captured_request, with_authority};
use sigvet_core::request::{Body, Headers, Request};

use super::hops::unknown_coding;
use super::record::signed_fields;

/// Why the head of a request cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The bytes of the head are missing, or hyper and sigvet read them differently.
    #[error("the request's head can be read in two ways")]
    Ambiguous,
    /// The head is longer than the limit.
    #[error("the request line and the headers are longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// HTTP/2 without `:authority`, or with a `host` that contradicts it.
    #[error("the request names no host, or two")]
    Host,
    /// The client asks for a tunnel, but none is available here.
    #[error("CONNECT is not supported here: this is not a forward proxy, or the request is already in a tunnel")]
    Tunnel,
    /// The body has a transfer coding that is not understood (RFC 9112 §6.1).
    #[error("the transfer coding '{codings}' is not supported; send the body without it, or as 'chunked' only")]
    Coding {
        /// The codings of the body.
        codings: String,
    },
}

/// The request as it was sent, without its body. An `Authorization` header without a value is left out, because AWS
/// treats such a request as unsigned.
pub fn request_of(parts: &Parts, recorded: Option<&[u8]>) -> Result<Request, Unreadable> {
    if let Some(codings) = unknown_coding(&parts.headers) {
        return Err(Unreadable::Coding { codings });
    }
    match parts.version {
        _ if parts.method == Method::CONNECT => Err(Unreadable::Tunnel),
        Version::HTTP_2 => from_http2(parts),
        _ => from_http1(parts, recorded.ok_or(Unreadable::Ambiguous)?),
    }
}

fn from_http1(parts: &Parts, recorded: &[u8]) -> Result<Request, Unreadable> {
    let Head { method, target, origin, headers, faults } = parse(recorded).map_err(|_| Unreadable::Ambiguous)?;
    let is_same = faults.is_empty()
        && method == parts.method.as_str()
        && target == target_of(&parts.uri).as_bytes()
        && have_same_values(&headers, parts);
    if !is_same {
        return Err(Unreadable::Ambiguous);
    }
    let authority = origin.as_deref().map(sigvet_core::internal::raw_http::authority_of);
    Ok(with_authority(captured_request(method, target, headers, Body::Bytes(Vec::new())), authority))
}

fn parse(recorded: &[u8]) -> Result<Head, MalformedRequest> {
    let mut lines = Lines::of(recorded);
    lines.skip_blank_lines();
    let first = lines.next().ok_or(MalformedRequest::Empty)?;
    head_of(first, signed_fields(&mut lines))
}

/// HTTP/2 does not order `:authority` relative to the header fields, and all of its names are in lower case.
fn from_http2(parts: &Parts) -> Result<Request, Unreadable> {
    let authority = parts.uri.authority().map(|authority| authority.as_str().to_owned());
    let host = parts.headers.get(header::HOST).map(|host| host.as_bytes());
    let mut headers = Headers::default();
    match (&authority, host) {
        (Some(authority), None) => headers.push_unchecked("host", authority.as_str()),
        (Some(authority), Some(host)) if !authority.as_bytes().eq_ignore_ascii_case(host) => {
            return Err(Unreadable::Host);
        }
        (None, None) => return Err(Unreadable::Host),
        _ => {}
    }
    for (name, value) in parts.headers.iter().filter(is_kept) {
        headers.push_unchecked(name.as_str(), value.as_bytes());
    }
    let target = target_of(&parts.uri);
    Ok(captured_request(parts.method.as_str(), target.as_bytes(), headers, Body::Bytes(Vec::new())))
}

fn is_kept((name, value): &(&HeaderName, &HeaderValue)) -> bool {
    **name != header::AUTHORIZATION || !value.as_bytes().trim_ascii().is_empty()
}

fn target_of(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
}

/// hyper drops `Content-Length` if there is also a `Transfer-Encoding`; the judge looks at both.
fn have_same_values(headers: &Headers, parts: &Parts) -> bool {
    let is_dropped = |name: &str| name.eq_ignore_ascii_case("content-length") && headers.contains("transfer-encoding");
    let kept = headers.iter().filter(|header| !is_dropped(&header.name)).count();
    let theirs = parts.headers.iter().filter(is_kept).filter(|(name, _)| !is_dropped(name.as_str())).count();
    kept == theirs
        && parts.headers.keys().filter(|name| !is_dropped(name.as_str())).all(|name| {
            let ours = headers.values(name.as_str()).map(<[u8]>::trim_ascii);
            let theirs = parts.headers.get_all(name).iter().filter(|value| is_kept(&(name, value)));
            ours.eq(theirs.map(|value| value.as_bytes().trim_ascii()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(builder: http::request::Builder) -> Parts {
        builder.body(()).unwrap().into_parts().0
    }

    /// Catches a judge that sees a different request from the one that is answered.
    #[test]
    fn two_readings_of_one_head_have_to_agree() {
        let read = || parts(http::Request::get("/a?b=%2F").header("host", "h").header("x-a", "1").header("x-a", "2"));
        let as_sent = b"GET /a?b=%2F HTTP/1.1\r\nX-A: 1\r\nHost:  h\r\nx-a: 2\r\n\r\n";
        let request = request_of(&read(), Some(as_sent)).unwrap();
        let names: Vec<&str> = request.headers.iter().map(|header| header.name.as_str()).collect();
        assert_eq!((request.target(), names), (&b"/a?b=%2F"[..], vec!["X-A", "Host", "x-a"]));
        for other in [
            &b"POST /a?b=%2F HTTP/1.1\r\nX-A: 1\r\nHost: h\r\nx-a: 2\r\n\r\n"[..],
            b"GET /a?b=/ HTTP/1.1\r\nX-A: 1\r\nHost: h\r\nx-a: 2\r\n\r\n",
            b"GET /a?b=%2F#c HTTP/1.1\r\nX-A: 1\r\nHost: h\r\nx-a: 2\r\n\r\n",
            b"GET /a?b=%2F HTTP/1.1\r\nX-A: 2\r\nHost: h\r\nx-a: 1\r\n\r\n",
            b"GET /a?b=%2F HTTP/1.1\r\nX-A: 1\r\nHost: h\r\nx-a: 2\r\nx-b: 3\r\n\r\n",
        ] {
            assert_eq!(request_of(&read(), Some(other)), Err(Unreadable::Ambiguous), "{}", other.escape_ascii());
        }
        assert_eq!(request_of(&read(), None), Err(Unreadable::Ambiguous));
    }

    /// Catches an empty header that is taken for a second reading, and one that hides the real header.
    #[test]
    fn an_empty_authorization_header_is_ignored() {
        let head = |values: [&str; 2]| {
            let builder = http::Request::get("/a").header("host", "h");
            let builder = values.iter().fold(builder, |builder, value| builder.header("authorization", *value));
            let text = format!(
                "GET /a HTTP/1.1\r\nHost: h\r\nAuthorization:{}\r\nauthorization: {}\r\n\r\n",
                values[0], values[1]
            );
            let request = request_of(&parts(builder), Some(text.as_bytes())).unwrap();
            request.headers.values("authorization").map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        assert_eq!(head(["", " "]), Vec::<Vec<u8>>::new());
        assert_eq!(head(["", "AWS a:b"]), [b"AWS a:b"]);
        assert_eq!(head(["AWS a:b", ""]), [b"AWS a:b"]);
    }

    #[test]
    fn http_2_names_its_host_once() {
        let request = |uri: &str, host: Option<&str>| {
            let builder = http::Request::get(uri).version(Version::HTTP_2);
            let builder = host.into_iter().fold(builder, |builder, host| builder.header("host", host));
            request_of(&parts(builder), None).map(|request| request.host().unwrap_or_default().to_owned())
        };
        assert_eq!(request("https://h.example:1/a", None).as_deref(), Ok("h.example:1"));
        assert_eq!(request("https://h.example/a", Some("H.example")).as_deref(), Ok("H.example"));
        assert_eq!(request("https://h.example/a", Some("other")), Err(Unreadable::Host));
        assert_eq!(request("/a", None), Err(Unreadable::Host));
        // After an answer to it, the client would speak to the upstream server unseen.
        let connect = parts(http::Request::connect("h.example:443").version(Version::HTTP_2));
        assert_eq!(request_of(&connect, None), Err(Unreadable::Tunnel));
    }
}
