//! Tests of requests that two servers would read differently, with what must be found without a key.

use crate::endpoint::BucketRule;
use crate::parse_request;
use crate::request::Request;
use crate::time::Timestamp;
use crate::verify::{ExpectedScope, Finding, FindingId, Judge, Severity, verify};

const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SIGNATURE: &str = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";

/// A valid request to S3 with the given header lines.
fn header_lines(lines: &str) -> String {
    format!("GET /k HTTP/1.1\n{lines}\n")
}

fn authorization(parts: &str) -> String {
    format!("Authorization: AWS4-HMAC-SHA256 {parts}\n")
}

fn parts(service: &str, list: &str) -> String {
    format!("Credential=AKID/20150830/eu-west-1/{service}/aws4_request, SignedHeaders={list}, Signature={SIGNATURE}")
}

const LIST: &str = "host;x-amz-content-sha256;x-amz-date";

fn sound() -> String {
    let head =
        format!("Host: b.s3.eu-west-1.amazonaws.com\nX-Amz-Content-Sha256: {HASH}\nX-Amz-Date: 20150830T123600Z\n");
    header_lines(&(head + &authorization(&parts("s3", LIST))))
}

fn url(query: &str) -> String {
    let target = format!(
        "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Feu-west-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={SIGNATURE}{query}"
    );
    format!("GET {target} HTTP/1.1\nHost: b.s3.eu-west-1.amazonaws.com\n\n")
}

fn request(text: &str) -> Request {
    parse_request(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn findings(request: &Request, buckets: BucketRule<'_>) -> Vec<Finding> {
    let now = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
    let judge = Judge::new(None, now, ExpectedScope::Any).with_buckets(buckets);
    verify(request, &judge).unwrap().findings
}

/// The IDs of fatal findings, and after a slash those of notes.
fn found(text: &str) -> String {
    let findings = findings(&request(text), BucketRule::default());
    let of = |severity: Severity| {
        let ids = findings.iter().filter(|finding| finding.severity() == severity).filter_map(Finding::id);
        ids.map(FindingId::as_str).collect::<Vec<_>>().join(" ")
    };
    let (fatal, notes) = (of(Severity::Fatal), of(Severity::Note));
    if notes.is_empty() { fatal } else { format!("{fatal}/{notes}") }
}

fn check(cases: &[(String, &str)]) {
    for (text, expected) in cases {
        assert_eq!(found(text), *expected, "{text}");
    }
}

#[test]
fn valid_requests_have_no_findings() {
    check(&[
        (sound(), ""),
        (url(""), ""),
        (url("&X-Amz-Security-Token=a%2Bb"), ""),
        (sound().replace(", ", ","), ""),
        (sound().replace("Host:", "Content-Length: 0\nHost:"), ""),
        (sound().replace("Host:", "Transfer-Encoding: gzip, Chunked\nHost:"), ""),
        (sound().replace("GET /k", "GET https://B.s3.eu-west-1.amazonaws.com:443/k"), ""),
        (sound().replace("Host:", "Accept: a\nAccept: b\nHost:"), ""),
        // `Content-Length = 1*DIGIT` (RFC 9110 §8.6): leading zeros are allowed.
        (sound().replace("Host:", "Content-Length: 00\nHost:"), ""),
        (sound().replace("HTTP/1.1", "HTTP/1.0"), ""),
        (sound().replace("HTTP/1.1", "HTTP/2"), ""),
    ]);
}

#[test]
fn a_part_of_the_authorization_occurs_once_and_is_known() {
    let with = |parts: String| {
        sound()
            .lines()
            .map(|line| match line.starts_with("Authorization") {
                true => authorization(&parts),
                false => format!("{line}\n"),
            })
            .collect::<String>()
    };
    let sound_parts = parts("s3", LIST);
    for behind in [
        ", Signature=00",
        ", Credential=EVIL/20150830/eu-west-1/s3/aws4_request",
        ", SignedHeaders=host",
        ",",
        ", Extra=1",
        ", signature=00",
        ", word",
    ] {
        assert_eq!(found(&with(format!("{sound_parts}{behind}"))), "authorization-malformed", "{behind}");
    }
    assert_eq!(found(&with(format!(",{sound_parts}"))), "authorization-malformed");
    let problem = |behind: &str| {
        let found = findings(&request(&with(format!("{sound_parts}{behind}"))), BucketRule::default());
        found.first().map(ToString::to_string).unwrap_or_default()
    };
    assert!(problem(", Extra=1").contains("an unknown part Extra"), "{}", problem(", Extra=1"));
    assert!(problem(", word").contains("a part has no name"), "a word may be a secret: {}", problem(", word"));
    let twice = sound().trim_end().to_owned() + "\n" + &authorization(&sound_parts) + "\n";
    assert_eq!(found(&twice), "mechanism-twice");
    assert_eq!(found(&twice.replacen("Authorization: AWS4", "AUTHORIZATION: AWS4", 1)), "mechanism-twice");
}

#[test]
fn parts_that_carry_a_signature_occur_once() {
    let double = |line: &str| sound().replace("Host:", &format!("{line}\nHost:"));
    check(&[
        (double("host: other"), "sent-twice"),
        (double("x-amz-date: 20150830T123600Z"), "sent-twice"),
        (
            double("x-amz-trailer: x-amz-checksum-crc32\nx-amz-trailer: x-amz-acl"),
            "sent-twice header-amz-unsigned header-amz-unsigned",
        ),
        (double("Date: Sun, 30 Aug 2015 12:36:00 GMT\nDate: Mon, 31 Aug 2015 12:36:00 GMT"), ""),
        (
            sound()
                .replace("X-Amz-Date: 20150830T123600Z", &["Date: Sun, 30 Aug 2015 12:36:00 GMT"; 2].join("\n"))
                .replace(LIST, "date;host;x-amz-content-sha256"),
            "sent-twice",
        ),
        (double(&format!("x-amz-content-sha256: {HASH}")), "sent-twice"),
        (url("&X-Amz-Date=20150830T123601Z"), "sent-twice"),
        (url("&X-Amz-Expires=3600"), "sent-twice"),
        (url("&x-amz-expires=7200"), "sent-twice"),
        (url("&X%2DAmz%2DSignature=00"), "sent-twice"),
        (url("&X-Amz-SignedHeaders=host&X-Amz-Credential=x"), "sent-twice sent-twice"),
        (url("&a=1&a=2"), ""),
        (url("").replace("Host:", "X-Amz-Date: 20150830T123601Z\nHost:"), "sent-twice header-amz-unsigned"),
    ]);
}

#[test]
fn a_second_mechanism_of_another_kind_makes_no_claim() {
    for text in [
        url("&X-Goog-Signature=00"),
        url("&AWSAccessKeyId=AKID&Signature=c2ln&Expires=1440938160"),
        url("").replace("Host:", "Authorization: Bearer x\nHost:"),
        "GET /?AWSAccessKeyId=AKID&Signature=c2ln&Expires=1440938160 HTTP/1.1\nAuthorization: Bearer x\nHost: h\n\n"
            .to_owned(),
        "GET /?AWSAccessKeyId=AKID&Signature=c2ln&Expires=1440938160&X-Amz-Signature=0 HTTP/1.1\nHost: h\n\n"
            .to_owned(),
    ] {
        let now = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
        let error = verify(&request(&text), &Judge::new(None, now, ExpectedScope::Any)).unwrap_err();
        assert!(error.to_string().contains("twice") || error.to_string().contains("both"), "{error}: {text}");
    }
}

#[test]
fn an_expiry_is_digits_and_nothing_else() {
    for expires in ["%2B3600", "+3600", "003600", "-1", "3600.0", "0x10", "", "3600%20"] {
        let text = url("").replace("Expires=3600", &format!("Expires={expires}"));
        assert!(
            verify(&request(&text), &Judge::new(None, Timestamp::from_epoch_seconds(0), ExpectedScope::Any)).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_list_in_another_spelling_is_a_note() {
    check(&[
        (sound().replace(LIST, "x-amz-date;host;x-amz-content-sha256"), "/signed-headers-unsorted"),
        (sound().replace(LIST, "host;host;x-amz-content-sha256;x-amz-date"), "/signed-headers-duplicate"),
        (sound().replace(LIST, "Host;x-amz-content-sha256;x-amz-date"), "/header-name-case"),
        (sound().replace(LIST, "host;x-amz-content-sha256;x-amz-date;"), "/authorization-malformed"),
    ]);
}

#[test]
fn a_listed_header_must_be_there() {
    check(&[
        (sound().replace(LIST, "host;range;x-amz-content-sha256;x-amz-date"), "header-missing"),
        (sound().replace("Host: b.s3.eu-west-1.amazonaws.com\n", ""), "header-missing"),
    ]);
}

#[test]
fn the_length_of_a_body_is_declared_once() {
    let with = |lines: &str| sound().replace("Host:", &format!("{lines}\nHost:"));
    for lines in [
        "Content-Length: 0\nContent-Length: 0",
        "Content-Length: 0\ncontent-length: 5",
        "Content-Length: 0\nTransfer-Encoding: chunked",
        "Content-Length: +0",
        "Content-Length: 0, 0",
        "Content-Length: 0x0",
        "Content-Length: ",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\nTransfer-Encoding: Chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: \u{b}chunked",
    ] {
        assert_eq!(found(&with(lines)), "length-ambiguous", "{lines}");
    }
    let twice = findings(&request(&with("Transfer-Encoding: chunked, chunked")), BucketRule::default());
    assert!(twice.iter().any(|finding| finding.to_string().contains("chunked twice")), "{twice:?}");
}

/// Source: RFC 9112 §3 (*respond with either a 400 or 301*), §2.3, §6.1; RFC 9110 §4.2.4.
#[test]
fn a_request_line_has_three_words_and_a_valid_version() {
    let with = |line: &str| sound().replace("GET /k HTTP/1.1", line);
    for line in [
        "GET  /k HTTP/1.1",
        "GET /k  HTTP/1.1",
        "GET /k x HTTP/1.1",
        "GET /k HTTP/9.9",
        "GET /k HTTP/0.9",
        "GET /k HTTP/1",
        "GET https://user@b.s3.eu-west-1.amazonaws.com/k HTTP/1.1",
    ] {
        assert_eq!(found(&with(line)), "request-line-malformed", "{line}");
    }
    let early = with("GET /k HTTP/1.0").replace("Host:", "Transfer-Encoding: chunked\nHost:");
    assert_eq!(found(&early), "length-ambiguous");
}

/// A trailer may be dropped or merged, so its content must not matter (RFC 9110 §6.5.1, RFC 9112 §7.1.2).
#[test]
fn an_http_trailer_must_not_matter() {
    let with = |trailer: &str| {
        let chunked = sound().replace("Host:", "Transfer-Encoding: chunked\nHost:");
        format!("{chunked}2\r\nhi\r\n0\r\n{trailer}\r\n").replace(HASH, "UNSIGNED-PAYLOAD")
    };
    for name in
        ["x-amz-acl", "X-Amz-Meta-A", "Host", "Content-Length", "Authorization", "Transfer-Encoding", "Content-Type"]
    {
        assert_eq!(found(&with(&format!("{name}: x\r\n"))), "http-trailer-unsigned", "{name}");
    }
    assert_eq!(found(&with("")), "");
    let harmless = findings(&request(&with("Server-Timing: a\r\n")), BucketRule::default());
    assert!(matches!(&harmless[..], [Finding::TrailerIgnored { name }] if name == "server-timing"), "{harmless:?}");
    assert_eq!(harmless[0].severity(), Severity::Note);
}

#[test]
fn the_host_is_one_name_and_the_targets() {
    check(&[
        (sound().replace("GET /k", "GET http://other.example/k"), "host-contradicted"),
        (
            sound().replace("GET /k", "GET http://b.s3.eu-west-1.amazonaws.com@other.example/k"),
            "request-line-malformed host-contradicted",
        ),
        (sound().replace("GET /k", "GET http://b.s3.eu-west-1.amazonaws.com:8080/k"), "host-contradicted"),
        (sound().replace("com\n", "com/k\n"), "host-with-path"),
        (sound().replace("Host: b", "Host: user@b"), "host-with-path"),
        (sound().replace("com\n", "com@evil.example\n"), "host-with-path"),
        (sound().replace("com\n", "com, evil.example\n"), "host-with-path"),
        (sound().replace("com\n", "com evil.example\n"), "host-with-path"),
        (sound().replace("com\n", "com#x\n"), "host-with-path"),
    ]);
    for text in [sound().replace("Host:", "Host :"), sound().replace("Host:", "Host\t:")] {
        assert!(parse_request(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_temporary_key_needs_its_token() {
    check(&[(sound().replace("AKID/", "ASIAIOSFODNN7EXAMPLE/"), "token-missing")]);
}

#[test]
fn the_scope_is_that_of_the_host() {
    check(&[
        (sound().replace("Host: b.s3.eu-west-1", "Host: b.s3.eu-north-1"), "scope-region"),
        (sound().replace("Host: b.s3.eu-west-1", "Host: sqs.eu-west-1"), "scope-service"),
    ]);
}

#[test]
fn a_payload_word_must_be_known_to_the_service() {
    let with = |word: &str| sound().replace(HASH, word);
    for word in [
        "STREAMING-FOO",
        "STREAMING-",
        "STREAMING-AWS4-HMAC-SHA256",
        "STREAMING-UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-EVENTS",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER-TRAILER",
    ] {
        assert!(found(&with(word)).split(' ').any(|id| id == "payload-streaming"), "{word}: {}", found(&with(word)));
    }
    assert_eq!(found(&with("streaming-aws4-hmac-sha256-payload")), "payload-header-mismatch");
    assert_eq!(found(&with("UNSIGNED-PAYLOAD")), "");
    let of = |service: &str| {
        let text = sound().replace("/s3/", &format!("/{service}/")).replace(HASH, "UNSIGNED-PAYLOAD");
        found(&text.replace("b.s3.eu-west-1.amazonaws.com", "h.example"))
    };
    assert_eq!([of("s3"), of("ebs"), of("execute-api"), of("iam")], ["", "", "payload-unsigned", "payload-unsigned"]);
}
