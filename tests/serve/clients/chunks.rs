//! aws-sigv4, the signer of the AWS SDK for Rust: individually signed chunks and a signed trailer, which no other
//! client here sends.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest};
use aws_sigv4::http_request::{SigningSettings, UriPathNormalizationMode};
use aws_sigv4::sign::v4::{SigningParams, sign_chunk, sign_trailer};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::http::Headers;
use sigvet_testing::serving::Serving;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// The CRC-32C of both chunks, by awscrt.
const CHECKSUM: &str = "7v2n6A==";

/// Catches chunks or a trailer of the SDK that are refused, and a fault in them that gets the wrong name.
#[test]
fn the_signer_of_the_sdk_for_rust_is_judged_correctly() {
    let server = Serving::start(&["--region", "us-east-1"]);
    let right = upload(&server, SECRET);
    assert_eq!(answer(&server, &right), (200, None));
    for (from, to, status, cause) in [
        ("aaa\r\n", "aax\r\n", 403, "chunk-altered"),
        ("bbb\r\n", "bbx\r\n", 403, "chunk-altered"),
        (CHECKSUM, "AAAAAA==", 403, "trailer-signature"),
        ("/b/k%20k", "/b/k%2520k", 403, "path-double-encoded"),
    ] {
        let broken = right.replacen(from, to, 1);
        assert_eq!(answer(&server, &broken), (status, Some(cause.to_owned())), "{to:?}");
    }
    assert_eq!(answer(&server, &upload(&server, &format!("{SECRET} "))), (403, Some("secret-whitespace".to_owned())));
}

/// Status and cause.
fn answer(server: &Serving, request: &str) -> (u16, Option<String>) {
    let answer = server.converse(request.as_bytes());
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let cause = answer.lines().find_map(|line| line.strip_prefix("x-sigvet-cause: "));
    (status, cause.map(str::to_owned))
}

/// A PUT as on the wire.
fn upload(server: &Serving, secret: &str) -> String {
    let payloads = ["a".repeat(8192), "b".repeat(100), String::new()];
    let headers = [
        ("host", server.address()),
        ("x-amz-decoded-content-length", "8292"),
        ("x-amz-trailer", "x-amz-checksum-crc32c"),
    ];
    let url = format!("{}/b/k%20k", server.url);
    let identity = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "test").into();
    let time = SystemTime::now();
    let of_head = parameters(&identity, time, settings()).into();
    let body = SignableBody::Precomputed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER".to_owned());
    let request = SignableRequest::new("PUT", &url, headers.into_iter(), body).unwrap();
    let (instructions, mut signature) = http_request::sign(request, &of_head).unwrap().into_parts();
    let of_chunks = parameters(&identity, time, ());
    let mut body = String::new();
    for payload in payloads {
        let bytes = bytes::Bytes::from(payload.clone());
        signature = sign_chunk(&bytes, &signature, &of_chunks).unwrap().into_parts().1;
        body += &format!("{:x};chunk-signature={signature}\r\n", payload.len());
        body += &if payload.is_empty() { payload } else { payload + "\r\n" };
    }
    let mut trailers = Headers::new();
    trailers.insert("x-amz-checksum-crc32c", CHECKSUM);
    let signature = sign_trailer(&trailers, &signature, &of_chunks).unwrap().into_parts().1;
    body += &format!("x-amz-checksum-crc32c:{CHECKSUM}\r\nx-amz-trailer-signature:{signature}\r\n\r\n");
    let signed = instructions.headers().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n"));
    let head: String = signed.collect();
    format!("PUT /b/k%20k HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn parameters<S: Default>(identity: &Identity, time: SystemTime, settings: S) -> SigningParams<'_, S> {
    let builder = SigningParams::builder().identity(identity).region("us-east-1").name("s3").time(time);
    builder.settings(settings).build().unwrap()
}

/// As the SDK signs for S3.
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings
}
