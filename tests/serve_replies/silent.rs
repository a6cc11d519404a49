//! `--answer-as minio` and `--answer-as ceph`: servers that do not show the signed texts.
//!
//! Expected values come from MinIO's `cmd/api-errors.go`, `cmd/api-response.go` and `cmd/signature-v4.go`, and from
//! Ceph's `src/rgw/rgw_common.cc` and `src/rgw/rgw_auth_s3.cc`; `tests/servers` asks a running Ceph for the same codes.

use crate::keys::{long_term, server};
use crate::signing::{on_the_wire, with_change};
use crate::table::{Fault, Protocol};
use crate::wire::ask;

type Row = (&'static str, Vec<u8>, u16, &'static str, &'static str);

fn of(fault: Fault) -> Vec<u8> {
    fault.request(Protocol::S3)
}

fn draft() -> crate::signing::Draft {
    Protocol::S3.draft(&long_term())
}

fn wrong_md5() -> Vec<u8> {
    on_the_wire(&draft().with_header("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==").signed())
}

fn wrong_checksum() -> Vec<u8> {
    on_the_wire(&draft().with_header("x-amz-checksum-crc32", "AAAAAA==").signed())
}

fn url(minutes: i64, seconds: u64) -> Vec<u8> {
    on_the_wire(&draft().minutes_off(minutes).presigned(seconds))
}

#[test]
fn minio_has_its_own_messages_and_no_texts() {
    let server = server("minio", &["--answer-as", "minio"]);
    let mismatch = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    let region = "The authorization header is malformed; the region is wrong; expecting 'us-east-1'.";
    let skewed = "The difference between the request time and the server's time is too large.";
    let token = "The security token included in the request is invalid";
    let rows: Vec<Row> = vec![
        ("secret", of(Fault::Secret), 403, "SignatureDoesNotMatch", mismatch),
        (
            "key",
            of(Fault::Key),
            403,
            "InvalidAccessKeyId",
            "The Access Key Id you provided does not exist in our records.",
        ),
        ("behind", of(Fault::ClockBehind), 403, "RequestTimeTooSkewed", skewed),
        ("ahead", of(Fault::ClockAhead), 403, "RequestTimeTooSkewed", skewed),
        ("unsigned", of(Fault::Unsigned), 403, "AccessDenied", "Access Denied."),
        ("no token", of(Fault::TokenMissing), 403, "InvalidTokenId", token),
        ("token", of(Fault::TokenOther), 403, "InvalidTokenId", token),
        ("region", of(Fault::Region), 400, "AuthorizationHeaderMalformed", region),
        ("list", of(Fault::SignedHeadersMissing), 400, "MissingFields", "Missing fields in request."),
        (
            "host",
            of(Fault::HostUnsigned),
            400,
            "AccessDenied",
            "There were headers present in the request which were not signed",
        ),
        (
            "payload",
            of(Fault::Payload),
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
        ("md5", wrong_md5(), 400, "BadDigest", "The Content-Md5 you specified did not match what we received."),
        (
            "checksum",
            wrong_checksum(),
            400,
            "XAmzContentChecksumMismatch",
            "The provided 'x-amz-checksum' header does not match what was computed.",
        ),
        ("expired", url(-20, 300), 403, "AccessDenied", "Request has expired"),
        ("tomorrow", url(24 * 60, 300), 403, "AccessDenied", "Request is not valid yet"),
    ];
    for (name, request, status, code, message) in rows {
        let answer = ask(&server, &request);
        let (root, elements) = answer.elements();
        let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
        let expected: &[&str] = match name {
            "region" => &["Code", "Message", "Key", "BucketName", "Resource", "Region", "RequestId", "HostId"],
            _ => &["Code", "Message", "Key", "BucketName", "Resource", "RequestId", "HostId"],
        };
        assert_eq!((root.as_str(), names.as_slice()), ("{}Error", expected), "{name}: {answer:?}");
        let found = (answer.status, elements[0].1.as_str(), elements[1].1.as_str());
        assert_eq!(found, (status, code, message), "{name}");
        assert_eq!(
            (elements[2].1.as_str(), elements[3].1.as_str(), elements[4].1.as_str()),
            ("k", "b", "/b/k"),
            "{name}"
        );
        assert_eq!(answer.content_type(), "application/xml", "{name}");
        assert!(answer.header("x-sigvet-cause").is_some() || name == "secret", "{name}: {answer:?}");
    }
}

#[test]
fn ceph_sends_only_its_code() {
    let server = server("ceph", &["--answer-as", "ceph"]);
    let too_long = with_change(&url(0, 604_800), "X-Amz-Expires=604800", "X-Amz-Expires=604801");
    let rows: Vec<Row> = vec![
        ("secret", of(Fault::Secret), 403, "SignatureDoesNotMatch", ""),
        ("key", of(Fault::Key), 403, "InvalidAccessKeyId", ""),
        ("behind", of(Fault::ClockBehind), 403, "RequestTimeTooSkewed", ""),
        ("ahead", of(Fault::ClockAhead), 403, "RequestTimeTooSkewed", ""),
        ("unsigned", of(Fault::Unsigned), 403, "AccessDenied", ""),
        ("token", of(Fault::TokenOther), 400, "InvalidArgument", ""),
        ("list", of(Fault::SignedHeadersMissing), 400, "InvalidArgument", ""),
        ("payload", of(Fault::Payload), 400, "XAmzContentSHA256Mismatch", ""),
        ("md5", wrong_md5(), 400, "BadDigest", ""),
        ("expired", url(-20, 300), 403, "AccessDenied", ""),
        ("too long", too_long, 403, "AccessDenied", ""),
    ];
    for (name, request, status, code, message) in rows {
        let answer = ask(&server, &request);
        let (root, elements) = answer.elements();
        let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(root, "{}Error", "{name}");
        assert_eq!(names, ["Code", "Message", "BucketName", "RequestId", "HostId"], "{name}");
        assert_eq!((answer.status, elements[0].1.as_str(), elements[1].1.as_str()), (status, code, message), "{name}");
        assert!(elements[3].1.starts_with("tx"), "{name}: {answer:?}");
        assert_eq!(answer.content_type(), "application/xml", "{name}");
    }
}
