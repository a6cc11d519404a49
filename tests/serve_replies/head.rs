//! What a refusal says outside its body: to HEAD, which has none, and in headers.

use crate::keys::{SESSION_KEY_ID, SESSION_SECRET, long_term, server, server_with_token};
use crate::signing::{Draft, on_the_wire, with_change};
use crate::table::{Fault, Protocol};
use crate::wire::ask;
use sigvet_core::credentials::Credentials;
use sigvet_testing::serving::Serving;

/// RFC 9110 §9.3.2: no body, and no length except that of the answer to GET.
#[test]
fn head_has_no_body_and_the_cause() {
    for answer_as in ["sigvet", "aws", "minio", "ceph"] {
        let server = server(&format!("head-{answer_as}"), &["--answer-as", answer_as]);
        let expired = |method| Draft::new(method, "/b/k", "s3", &long_term()).minutes_off(-20).presigned(300);
        let (got, head) = (ask(&server, &on_the_wire(&expired("GET"))), ask(&server, &on_the_wire(&expired("HEAD"))));
        assert_eq!((head.status, head.body.len()), (403, 0), "{answer_as}: {head:?}");
        assert_eq!(head.header("x-sigvet-cause"), Some("expired"), "{answer_as}");
        assert_eq!(head.header("x-sigvet-verdict"), Some("invalid"), "{answer_as}");
        assert_eq!(head.content_type(), got.content_type(), "{answer_as}");
        let length = head.header("content-length");
        assert!(length.is_none() || length == got.header("content-length"), "{answer_as}: {head:?}");
    }
}

/// storj/edge#142: S3 treats an empty `Authorization` as missing, and so denies access. A presigned URL with one is
/// valid.
#[test]
fn an_empty_authorization_counts_as_unsigned() {
    let server = server("empty", &["--answer-as", "aws", "--time-limit", "0s"]);
    for value in ["", "  "] {
        let with_empty = |request: &[u8]| with_change(request, "\r\n", &format!("\r\nAuthorization:{value}\r\n"));
        let answer = ask(&server, &with_empty(&Fault::Unsigned.request(Protocol::S3)));
        assert_eq!((answer.status, answer.element("Code").as_deref()), (403, Some("AccessDenied")), "{answer:?}");
        assert_eq!(answer.header("x-sigvet-cause"), Some("authorization-missing"));
        let answer = ask(&server, &with_empty(&Fault::Unsigned.request(Protocol::DynamoDb)));
        assert_eq!(answer.json()["message"], "Request is missing Authentication Token");
        let presigned = on_the_wire(&Draft::new("GET", "/b/k", "s3", &long_term()).presigned(300));
        assert_eq!(ask(&server, &with_empty(&presigned)).status, 200);
    }
}

/// A profile may have lost the token of its key: AWS would not know that key. Servers other than AWS's may have such
/// IDs.
#[test]
fn a_temporary_key_is_unknown_without_its_token() {
    let signed = || Fault::TokenMissing.request(Protocol::S3);
    let aws = server_with_token("tokenless", "", &["--time-limit", "2s"]);
    let answer = ask(&aws, &signed());
    assert_eq!((answer.status, answer.element("Code").as_deref()), (403, Some("InvalidAccessKeyId")), "{answer:?}");
    assert_eq!(answer.header("x-sigvet-cause"), Some("token-missing"));
    assert_eq!(ask(&aws, &Fault::TokenMissing.request(Protocol::DynamoDb)).status, 400);
    let presigned = Draft::new("GET", "/b/k", "s3", &Credentials::new(SESSION_KEY_ID, SESSION_SECRET)).presigned(60);
    assert_eq!(ask(&aws, &on_the_wire(&presigned)).header("x-sigvet-cause"), Some("token-missing"));
    let minio = server_with_token("tokenless-minio", "", &["--answer-as", "minio"]);
    assert_eq!(ask(&minio, &signed()).status, 200);
}

/// Each refusal names its cause, with or without a search: only a signature that differs for no known reason has none.
#[test]
fn every_refusal_with_a_cause_names_it() {
    for limit in ["0s", "2s"] {
        let server = server(&format!("cause-{limit}"), &["--time-limit", limit]);
        let signed = on_the_wire(&Protocol::S3.draft(&long_term()).signed());
        let rows: Vec<(Vec<u8>, &[&str])> = vec![
            (Fault::Key.request(Protocol::S3), &["access-key-unknown"]),
            (Fault::ClockBehind.request(Protocol::S3), &["time-skewed"]),
            (Fault::Unsigned.request(Protocol::S3), &["authorization-missing"]),
            (Fault::Unsigned.request(Protocol::Sts), &["authorization-missing"]),
            (Fault::Unsigned.request(Protocol::DynamoDb), &["authorization-missing"]),
            (Fault::TokenMissing.request(Protocol::S3), &["token-missing"]),
            (Fault::TokenOther.request(Protocol::S3), &["token-invalid"]),
            (Fault::Region.request(Protocol::S3), &["scope-region"]),
            (Fault::Terminator.request(Protocol::S3), &["scope-order"]),
            (Fault::ScopeDay.request(Protocol::S3), &["scope-date"]),
            (Fault::SignedHeadersMissing.request(Protocol::S3), &["authorization-malformed"]),
            (Fault::HostUnsigned.request(Protocol::S3), &["host-not-signed"]),
            (Fault::SignedTwice.request(Protocol::S3), &["mechanism-twice"]),
            (Fault::Payload.request(Protocol::S3), &["payload-header-mismatch", "payload-changed"]),
            (Fault::UrlExpired.request(Protocol::S3), &["expired"]),
            (with_change(&signed, "AWS4-HMAC-SHA256 ", "Bearer "), &["mechanism-other"]),
            (
                with_change(&signed, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
                &["mechanism-other", "authorization-malformed"],
            ),
            (with_change(&signed, "x-amz-date: 2026", "x-amz-date: 26"), &["time-malformed"]),
            (
                b"GET /b/k?AWSAccessKeyId=A&Signature=b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".to_vec(),
                &["authorization-malformed"],
            ),
            (form_without_boundary(), &["form-malformed"]),
        ];
        for (request, causes) in rows {
            let answer = ask(&server, &request);
            let cause = answer.header("x-sigvet-cause").unwrap_or_default();
            let first = cause.split(',').next().unwrap_or_default();
            let sent = String::from_utf8_lossy(&request);
            assert!(answer.status >= 400 && causes.contains(&first), "{limit} {causes:?}: {answer:?}\n{sent}");
        }
        let other = with_change(&signed, "Signature=", "Signature=0");
        let answer = ask(&server, &with_change(&other, "Content-Length", "X-L: 1\r\nContent-Length"));
        assert_eq!(answer.status, 403);
    }
}

fn form_without_boundary() -> Vec<u8> {
    let body = "--x\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\ne30=\r\n--x--\r\n";
    format!(
        "POST /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: multipart/form-data\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Several findings with the same id are one cause.
#[test]
fn a_cause_is_named_once() {
    let server = server("once", &["--time-limit", "0s"]);
    let signed = on_the_wire(&Protocol::S3.draft(&long_term()).signed());
    let more = "\r\nx-amz-acl: private\r\nx-amz-meta-a: b\r\n\r\n";
    let answer = ask(&server, &with_change(&signed, "\r\n\r\n", more));
    assert_eq!(answer.header("x-sigvet-cause"), Some("header-amz-unsigned"));
    assert_eq!(answer.element("HeadersNotSigned").as_deref(), Some("x-amz-acl, x-amz-meta-a"));
}

/// curl signs for another service than the server's. Everything else wrong would follow from that; as S3 reads it,
/// nothing is.
#[test]
fn a_wrong_service_is_named_before_what_follows_from_it() {
    let server = Serving::start(&["--service", "s3", "--time-limit", "10s"]);
    for (path, word) in [("/b/k", "UNSIGNED-PAYLOAD"), ("/b/k%20k", "UNSIGNED-PAYLOAD"), ("/b/k", EMPTY_SHA256)] {
        let (url, payload) = (format!("{}{path}", server.url), format!("x-amz-content-sha256: {word}"));
        let words = ["-s", "-i", "-u", DEMO_KEY, "--aws-sigv4", "aws:amz:us-east-1:execute-api", "-H", &payload, &url];
        let output = std::process::Command::new("curl").args(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("x-sigvet-cause: scope-service"), "{path} {word}: {said}");
        assert!(
            said.contains("This endpoint belongs to \"s3\"") && said.contains("[scope-service"),
            "{path} {word}: {said}"
        );
    }
}

/// The key of `--demo-keys`, in curl's format.
const DEMO_KEY: &str = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
