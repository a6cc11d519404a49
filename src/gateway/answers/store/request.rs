//! Turns a signed request into an unsigned one for the store.

use http::{HeaderName, HeaderValue};
use s3s::Body;
use sigvet_core::request::{Header, Request};

use crate::gateway::payload::Meant;
use crate::gateway::signature_parts;

/// Headers of the payload's signature, of the connection, and of the content coding used in transit.
const LEFT_OUT: [&str; 8] = [
    "x-amz-content-sha256",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
    "transfer-encoding",
    "content-length",
    "connection",
    "expect",
    "te",
];

/// The request without its signature, with the decoded body.
pub fn without_signature(request: &Request, meant: Meant) -> Result<http::Request<Body>, String> {
    let Meant { payload, trailers } = meant;
    let target = signature_parts::target_without_signature(request);
    let target = target.as_deref().unwrap_or_else(|| request.target());
    let mut builder = http::Request::builder().method(request.method()).uri(target);
    for header in request.headers.iter().filter(|header| is_kept(header)) {
        let value = match header.is_named("content-encoding") && trailers.is_some() {
            true => match without_chunked(&header.value) {
                coding if coding.is_empty() => continue,
                coding => coding,
            },
            false => header.value.clone(),
        };
        builder = builder.header(header.name.as_str(), value);
    }
    for (name, value) in trailers.into_iter().flatten() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
            builder = builder.header(name, value);
        }
    }
    builder = builder.header("content-length", payload.len());
    builder.body(Body::http_body_unsync(payload.into_body())).map_err(|error| error.to_string())
}

fn is_kept(header: &Header) -> bool {
    !signature_parts::is_header(&header.name) && !LEFT_OUT.iter().any(|name| header.is_named(name))
}

/// The content codings other than `aws-chunked`.
fn without_chunked(codings: &[u8]) -> Vec<u8> {
    let codings = codings.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.filter(|coding| !coding.eq_ignore_ascii_case(b"aws-chunked")).collect::<Vec<_>>().join(&b","[..])
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::RequestUrl;

    use super::*;
    use crate::gateway::payload::Payload;

    /// Catches a signature that reaches the store, and an S3 parameter that does not.
    #[test]
    fn only_the_signature_is_removed() {
        let url: RequestUrl =
            "http://h/b/a%2Fb?partNumber=1&X-Amz-Date=x&uploadId=u&X-Amz-Signature=s&tagging".parse().unwrap();
        let mut request = Request::new("PUT", &url).unwrap();
        for (name, value) in [
            ("Authorization", "AWS4-HMAC-SHA256 x"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("Content-Encoding", "gzip, aws-chunked"),
            ("x-amz-meta-a", "b"),
        ] {
            request.headers.push_unchecked(name, value);
        }
        let trailers = Some(vec![("x-amz-checksum-crc32".to_owned(), "AAAA".to_owned())]);
        let passed = without_signature(&request, Meant { payload: Payload::Bytes("abc".into()), trailers }).unwrap();
        assert_eq!(passed.uri().to_string(), "/b/a%2Fb?partNumber=1&uploadId=u&tagging");
        let headers = ["authorization", "content-encoding", "x-amz-meta-a", "x-amz-checksum-crc32", "content-length"]
            .map(|name| passed.headers().get(name).map(|value| value.to_str().unwrap().to_owned()));
        assert_eq!(
            headers,
            [None, Some("gzip"), Some("b"), Some("AAAA"), Some("3")].map(|value| value.map(str::to_owned))
        );
    }
}
