//! Tests of each limit with its last valid value and its first invalid one: clocks, expiry of URLs, headers that must
//! be signed. The limits are those of the S3 documentation (*Authenticating requests*, *RequestTimeTooSkewed*,
//! *presigned URLs*).

use crate::parse_request;
use crate::request::{Body, Request};
use crate::time::Timestamp;
use crate::verify::{ExpectedScope, Finding, FindingId, Judge, Severity, verify};

const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn header_request(host: &str, lines: &str, credential: &str, list: &str) -> String {
    format!(
        "GET /k HTTP/1.1\nHost: {host}\nX-Amz-Content-Sha256: {HASH}\nX-Amz-Date: 20150830T123600Z\n{lines}Authorization: \
         AWS4-HMAC-SHA256 Credential=AKID/{credential}, SignedHeaders={list}, Signature=00\n\n"
    )
}

const S3: &str = "b.s3.eu-west-1.amazonaws.com";
const OF_S3: &str = "20150830/eu-west-1/s3/aws4_request";
const LIST: &str = "host;x-amz-content-sha256;x-amz-date";

fn url(expires: &str, lines: &str) -> String {
    format!(
        "GET /k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Feu-west-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=00 HTTP/1.1\n\
         Host: {S3}\n{lines}\n"
    )
}

/// The IDs of fatal findings at the given time.
fn found_at(text: &str, now: &str) -> String {
    let request = parse_request(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    let judge = Judge::new(None, Timestamp::parse(now).unwrap(), ExpectedScope::Any);
    let findings = verify(&request, &judge).unwrap().findings;
    let fatal = findings.iter().filter(|finding| finding.severity() == Severity::Fatal);
    fatal.filter_map(Finding::id).map(FindingId::as_str).collect::<Vec<_>>().join(" ")
}

fn found(text: &str) -> String {
    found_at(text, "2015-08-30T12:36:00Z")
}

#[test]
fn a_clock_may_be_off_by_a_quarter_of_an_hour() {
    let version_2 =
        format!("GET /k HTTP/1.1\nHost: {S3}\nDate: Sun, 30 Aug 2015 12:36:00 GMT\nAuthorization: AWS AKID:c2ln\n\n");
    for text in [header_request(S3, "", OF_S3, LIST), version_2] {
        for (now, expected) in [
            ("2015-08-30T12:51:00Z", ""),
            ("2015-08-30T12:51:01Z", "time-skewed"),
            ("2015-08-30T12:21:00Z", ""),
            ("2015-08-30T12:20:59Z", "time-skewed"),
        ] {
            let others = |id: &&str| *id != "mechanism-v2";
            let found = found_at(&text, now);
            let found: Vec<&str> = found.split(' ').filter(others).collect();
            assert_eq!(found.join(" "), expected, "{now}: {text}");
        }
    }
}

#[test]
fn a_url_is_valid_from_the_clock_tolerance_to_its_last_second() {
    for (now, expected) in [
        ("2015-08-30T13:36:00Z", ""),
        ("2015-08-30T13:36:01Z", "expired"),
        ("2015-08-30T12:21:00Z", ""),
        ("2015-08-30T12:20:59Z", "not-yet-valid"),
    ] {
        assert_eq!(found_at(&url("3600", ""), now), expected, "{now}");
    }
    for (expires, expected) in [("0", "expires-too-long"), ("1", ""), ("604800", ""), ("604801", "expires-too-long")] {
        assert_eq!(found(&url(expires, "")), expected, "{expires}");
    }
}

#[test]
fn a_scope_has_the_day_and_the_terminator() {
    let of = |credential: &str| found(&header_request(S3, "", credential, LIST));
    assert_eq!(of("20150831/eu-west-1/s3/aws4_request"), "scope-date");
    assert_eq!(of("20150829/eu-west-1/s3/aws4_request"), "scope-date");
    assert_eq!(of("20150830/eu-west-1/s3/aws5_request"), "scope-order");
}

#[test]
fn headers_that_a_server_acts_on_must_be_signed() {
    let s3 = |lines: &str, list: &str| found(&header_request(S3, lines, OF_S3, list));
    let iam =
        |lines: &str| found(&header_request("iam.amazonaws.com", lines, "20150830/us-east-1/iam/aws4_request", LIST));
    for (lines, expected) in [
        ("X-Amz-Acl: public-read\n", "header-amz-unsigned"),
        ("X-Amz-Security-Token: t\n", "token-not-signed"),
        ("Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\n", "header-amz-unsigned"),
        ("Range: bytes=0-1\n", ""),
    ] {
        assert_eq!(s3(lines, LIST), expected, "{lines}");
        let (name, _) = lines.split_once(':').unwrap();
        assert_eq!(s3(lines, &format!("{LIST};{}", name.to_ascii_lowercase())), "", "{lines}");
    }
    assert_eq!([iam("X-Amz-Security-Token: t\n"), iam("Content-MD5: x\n")], ["", ""]);
    assert_eq!(iam("X-Amz-Target: t\n"), "header-amz-unsigned");
    assert_eq!(s3("", "x-amz-content-sha256;x-amz-date"), "host-not-signed");
    assert_eq!(s3("", "host;x-amz-date"), "", "the payload's hash is signed by itself");
    let of_url = |hash: &str| found(&url("60", &format!("X-Amz-Content-Sha256: {hash}\n")));
    assert_eq!(of_url(HASH), "header-amz-unsigned");
    assert_eq!(of_url("UNSIGNED-PAYLOAD"), "");
}

/// Only AWS has a prefix for the IDs of temporary keys.
#[test]
fn a_temporary_key_of_aws_needs_its_token() {
    for (host, id, expected) in [
        (S3, "ASIAIOSFODNN7EXAMPLE", "token-missing"),
        (S3, "AKIAIOSFODNN7EXAMPLE", ""),
        (S3, "ASIAIOSFODNN7EXAMPLES", ""),
        ("store.example", "ASIAIOSFODNN7EXAMPLE", ""),
    ] {
        assert_eq!(found(&header_request(host, "", OF_S3, LIST).replace("AKID", id)), expected, "{host} {id}");
    }
}

#[test]
fn a_payload_must_be_declared_if_the_service_requires_it() {
    let of = |service: &str| {
        let credential = format!("20150830/eu-west-1/{service}/aws4_request");
        let text = header_request("h.example", "", &credential, "host;x-amz-date");
        found(&text.replace(&format!("X-Amz-Content-Sha256: {HASH}\n"), ""))
    };
    assert_eq!([of("s3"), of("aoss"), of("iam")], ["payload-header-missing", "payload-header-missing", ""]);
    let unseen = |service: &str, hash: &str| {
        let credential = format!("20150830/eu-west-1/{service}/aws4_request");
        let text = header_request("h.example", "", &credential, LIST).replace(HASH, hash);
        let request = Request { body: Body::Unknown, ..parse_request(text.as_bytes()).unwrap() };
        let now = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
        let findings = verify(&request, &Judge::new(None, now, ExpectedScope::Any)).unwrap().findings;
        findings.iter().filter_map(Finding::id).map(FindingId::as_str).collect::<Vec<_>>().join(" ")
    };
    assert_eq!([unseen("s3", HASH), unseen("iam", HASH), unseen("iam", "x")], ["", "", ""]);
    let cut: String = HASH.chars().skip(1).collect();
    for hash in [HASH.to_ascii_uppercase(), cut, HASH.replace('e', "g"), "x".to_owned()] {
        assert_eq!(unseen("s3", &hash), "payload-hash-form", "{hash}");
    }
}

/// Google's dialect has no chunks.
#[test]
fn only_amazons_dialect_has_words_for_chunks() {
    let text = header_request("h.example", "", OF_S3, LIST).replace("Amz", "Goog").replace("x-amz", "x-goog");
    let text = text.replace("AWS4-HMAC", "GOOG4-HMAC").replace("aws4_request", "goog4_request");
    assert_eq!(found(&text), "");
    let word = found(&text.replace(HASH, "STREAMING-GOOG4-HMAC-SHA256-PAYLOAD"));
    assert!(word.contains("payload-streaming"), "{word}");
}

/// S3 in regions opened after 2014, and all other services, accept only Version 4.
#[test]
fn version_2_is_judged_by_its_host_its_expiry_and_repeated_parts() {
    let header = |host: &str, lines: &str| {
        found(&format!(
            "GET /k HTTP/1.1\nHost: {host}\nDate: Sun, 30 Aug 2015 12:36:00 GMT\n{lines}Authorization: AWS AKID:c2ln\n\n"
        ))
    };
    assert_eq!(header("b.s3.us-east-1.amazonaws.com", ""), "");
    assert_eq!(header("b.s3.eu-central-1.amazonaws.com", ""), "mechanism-v2");
    assert_eq!(header("kms.us-east-1.amazonaws.com", ""), "mechanism-v2");
    assert_eq!(header("b.store.example", ""), "");
    assert_eq!(header("b.store.example", "Date: Sun, 30 Aug 2015 12:36:00 GMT\n"), "sent-twice");
    let url = |more: &str| {
        format!(
            "GET /k?AWSAccessKeyId=AKID&Signature=c2ln&Expires=1440938160{more} HTTP/1.1\nHost: b.store.example\n\n"
        )
    };
    // 1440938160 is 12:36:00.
    assert_eq!(found_at(&url(""), "2015-08-30T12:36:00Z"), "");
    assert_eq!(found_at(&url(""), "2015-08-30T12:36:01Z"), "expired");
    assert_eq!(found_at(&url(""), "2015-08-30T12:35:59Z"), "");
    assert_eq!(found(&url("&signature=c2ln")), "sent-twice");
    assert_eq!(found(&url("&a=1&a=2")), "");
}

#[test]
fn a_checksum_must_match_the_body_if_the_service_reads_it() {
    // CRC-32 of nothing is 0.
    let list = "host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date";
    let with = |checksum: &str, credential: &str, host: &str| {
        found(&header_request(
            host,
            &format!("X-Amz-Checksum-Crc32: {checksum}\nContent-Length: 0\n"),
            credential,
            list,
        ))
    };
    assert_eq!(with("AAAAAA==", OF_S3, S3), "");
    assert_eq!(with("AAAAAQ==", OF_S3, S3), "checksum-mismatch");
    assert_eq!(with("AAAAAQ==", "20150830/us-east-1/iam/aws4_request", "iam.amazonaws.com"), "");
}

#[test]
fn a_signature_of_version_4a_needs_its_region_set() {
    let text = |lines: &str, list: &str| {
        header_request(S3, lines, "20150830/s3/aws4_request", list)
            .replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
    };
    assert_eq!(found(&text("", LIST)), "region-set-missing");
    let list = "host;x-amz-content-sha256;x-amz-date;x-amz-region-set";
    assert_eq!(found(&text("X-Amz-Region-Set: eu-*\n", list)), "");
}
