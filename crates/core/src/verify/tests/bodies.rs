//! Tests of bodies with their own signatures, chunks and forms: what a judge with the key finds. The signatures of the
//! chunks are those in S3's page *Including Trailing Headers*; those of the forms were computed with Python's `hmac`.

use crate::claim::ClaimError;
use crate::credentials::Credentials;
use crate::form::Violation;
use crate::parse_request;
use crate::request::{Body, Request};
use crate::time::Timestamp;
use crate::verify::{Claimed, ExpectedScope, Finding, FindingId, Judge, Outcome, Verdict, VerifyError, verify};

const SEED: &str = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
const TRAILER: &str = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

fn judged(request: &Request, now: &str) -> Verdict {
    judged_with(request, &credentials(), now)
}

fn judged_with(request: &Request, credentials: &Credentials, now: &str) -> Verdict {
    let now = Timestamp::parse(now).unwrap();
    verify(request, &Judge::new(Some(credentials), now, ExpectedScope::Any)).unwrap()
}

/// The IDs of all findings, in order.
fn ids(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().filter_map(Finding::id).map(FindingId::as_str).collect()
}

fn request(text: &str) -> Request {
    parse_request(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The example in the page, with the given seed, data and trailer.
fn chunked(seed: &str, data: &str, trailer: &str) -> Request {
    let head = format!(
        "PUT /examplebucket/chunkObject.txt HTTP/1.1\nHost: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\n\
         x-amz-storage-class: REDUCED_REDUNDANCY\nContent-Encoding: aws-chunked\nx-amz-decoded-content-length: 66560\n\
         x-amz-trailer: x-amz-checksum-crc32c\nx-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=\
         content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer, \
         Signature={seed}\n\n"
    );
    let a = |count: usize| data.repeat(count);
    let body = format!(
        "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n{}\r\n\
         400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n{}\r\n\
         0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n\
         x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:{trailer}\r\n\r\n",
        a(0x1_0000),
        a(0x400)
    );
    Request { body: Body::Bytes(body.into_bytes()), ..request(&head) }
}

/// Catches a server that accepts chunks without comparing their signatures.
#[test]
fn altered_chunks_are_found() {
    let judged = |request: &Request| judged(request, "2013-05-24T00:00:00Z");
    assert_eq!(judged(&chunked(SEED, "a", TRAILER)).findings, []);
    let altered = judged(&chunked(SEED, "b", TRAILER));
    assert_eq!((ids(&altered), altered.outcome()), (vec!["chunk-signature", "trailer-checksum"], Outcome::Invalid));
    let forged = judged(&chunked(SEED, "a", &TRAILER.replace('d', "e")));
    assert_eq!((ids(&forged), forged.outcome()), (vec!["trailer-signature"], Outcome::Invalid));
}

/// If the request's own signature was redacted, nobody can verify its chunks, so they are called neither valid nor
/// wrong.
#[test]
fn chunks_after_a_redacted_signature_are_not_judged() {
    let hidden = judged(&chunked("REDACTED", "a", TRAILER), "2013-05-24T00:00:00Z");
    let part = "the signature".to_owned();
    assert_eq!((hidden.outcome(), hidden.findings), (Outcome::Unknown, vec![Finding::NotKnown { part }]));
}

const V4_POLICY: &str = "eyJleHBpcmF0aW9uIjoiMjAxNS0xMi0zMFQxMjowMDowMFoiLCJjb25kaXRpb25zIjpbeyJidWNrZXQiOiJiIn0sWyJzdGFydHMtd2l0aCIs\
     IiRrZXkiLCIiXSx7IngtYW16LWNyZWRlbnRpYWwiOiJBS0lBSU9TRk9ETk43RVhBTVBMRS8yMDE1MTIyOS91cy1lYXN0LTEvczMvYXdzNF9yZXF1ZXN0In0\
     seyJ4LWFtei1hbGdvcml0aG0iOiJBV1M0LUhNQUMtU0hBMjU2In0seyJ4LWFtei1kYXRlIjoiMjAxNTEyMjlUMDAwMDAwWiJ9XX0=";
const V4_SIGNATURE: &str = "3fe004bb3dea0c6b9de5b65db5cc641deca4facb48915eb6921ed651e65b6350";
const V2_POLICY: &str = "eyJleHBpcmF0aW9uIjoiMjAxNS0xMi0zMFQxMjowMDowMFoiLCJjb25kaXRpb25zIjpbeyJidWNrZXQiOiJiIn0sWyJzdGFydHMtd2l0aCIs\
     IiRrZXkiLCIiXV19";
const V2_SIGNATURE: &str = "LsVppsL6A5BezFIBUWnAc9YWcfw=";

fn v4_fields<'a>(day: &'a str, signature: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("key", "k"),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", day),
        ("x-amz-date", "20151229T000000Z"),
        ("policy", V4_POLICY),
        ("x-amz-signature", signature),
    ]
}

fn v2_fields(signature: &str) -> Vec<(&'static str, &str)> {
    vec![("key", "k"), ("AWSAccessKeyId", "AKIAIOSFODNN7EXAMPLE"), ("policy", V2_POLICY), ("signature", signature)]
}

const CREDENTIAL: &str = "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request";
const BEFORE_ITS_END: &str = "2015-12-30T11:00:00Z";

/// An upload to the target, with additional header lines.
fn upload(target: &str, lines: &str, fields: &[(&str, &str)]) -> Request {
    let part = |(name, value): &(&str, &str)| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhi\r\n--B--\r\n";
    let body = fields.iter().map(part).collect::<String>() + file;
    let head = format!(
        "POST {target} HTTP/1.1\nHost: store.example\nContent-Type: multipart/form-data; boundary=B\n{lines}\n"
    );
    Request { body: Body::Bytes(body.into_bytes()), ..request(&head) }
}

/// The findings for an upload to the target; a signature mismatch has no ID.
fn found(target: &str, lines: &str, fields: &[(&str, &str)]) -> String {
    let verdict = judged(&upload(target, lines, fields), BEFORE_ITS_END);
    assert!(matches!(verdict.claimed, Claimed::Form(_)));
    assert_eq!(verdict.is_valid(), !verdict.has_fatal_finding() && verdict.undecided().is_none());
    let name = |finding: &Finding| finding.id().map_or_else(|| finding.to_string(), |id| id.as_str().to_owned());
    verdict.findings.iter().map(name).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_form_is_valid_only_if_its_policy_signature_is() {
    let (v4, v2) = (v4_fields(CREDENTIAL, V4_SIGNATURE), v2_fields(V2_SIGNATURE));
    assert_eq!([found("/b", "", &v4), found("/b", "", &v2)], ["", ""]);
    let mismatch = Finding::SignatureMismatch.to_string();
    let other = V4_SIGNATURE.replace('3', "4");
    assert_eq!(found("/b", "", &v4_fields(CREDENTIAL, &other)), mismatch);
    assert_eq!(found("/b", "", &v2_fields("LsVppsL6A5BezFIBUWnAc9YWcfx=")), mismatch);
    let unreadable: Vec<(&str, &str)> =
        v2.iter().map(|(name, value)| (*name, if *name == "policy" { "no policy" } else { *value })).collect();
    assert_eq!(found("/b", "", &unreadable), format!("{mismatch}, policy-not-base64"));
    let late = judged(&upload("/b", "", &v4), "2015-12-30T12:00:00Z");
    assert_eq!((ids(&late), late.outcome()), (vec!["policy-expired"], Outcome::Invalid));
}

/// Redacted parts of a form leave the verdict open; they are not called wrong.
#[test]
fn a_form_with_a_redacted_signature_or_policy_is_neither_valid_nor_wrong() {
    let replaced = |name: &str, fields: &[(&'static str, &'static str)]| {
        let hide = |(own, value): &(&'static str, &'static str)| (*own, if *own == name { "REDACTED" } else { *value });
        fields.iter().map(hide).collect::<Vec<_>>()
    };
    for (name, part) in
        [("x-amz-signature", "the signature"), ("signature", "the signature"), ("policy", "the field policy")]
    {
        for fields in [v4_fields(CREDENTIAL, V4_SIGNATURE), v2_fields(V2_SIGNATURE)] {
            if fields.iter().any(|(own, _)| *own == name) {
                let verdict = judged(&upload("/b", "", &replaced(name, &fields)), BEFORE_ITS_END);
                let part = part.to_owned();
                assert_eq!((verdict.outcome(), verdict.findings), (Outcome::Unknown, vec![Finding::NotKnown { part }]));
            }
        }
    }
}

/// Catches a form that is replayed at another region or service than its own.
#[test]
fn a_form_is_for_the_region_and_the_service_of_its_host() {
    for (host, expected) in [
        ("b.s3.us-east-1.amazonaws.com", ""),
        ("b.s3.amazonaws.com", ""),
        ("b.s3.eu-west-1.amazonaws.com", "scope-region"),
        ("sqs.us-east-1.amazonaws.com", "scope-service"),
    ] {
        let mut sent = upload("/b", "", &v4_fields(CREDENTIAL, V4_SIGNATURE));
        sent.headers.remove("host");
        sent.headers.push("Host", host).unwrap();
        let verdict = judged(&sent, BEFORE_ITS_END);
        assert_eq!((ids(&verdict).join(", ").as_str(), verdict.is_valid()), (expected, expected.is_empty()), "{host}");
    }
}

/// Catches a form whose scope has another day, one with an unknown token, and one that servers read in two ways.
#[test]
fn the_fields_around_the_policy_of_a_form_are_judged_too() {
    let of_other_day = "AKIAIOSFODNN7EXAMPLE/20151228/us-east-1/s3/aws4_request";
    let ids_of_other_day = found("/b", "", &v4_fields(of_other_day, V4_SIGNATURE));
    assert!(ids_of_other_day.contains("scope-date"), "{ids_of_other_day}");
    let v4 = v4_fields(CREDENTIAL, V4_SIGNATURE);
    assert_eq!(found("/b", "Content-Type: text/plain\n", &v4), "sent-twice");
    assert_eq!(found("/b", "Content-Length: 0\nContent-Length: 0\n", &v4), "length-ambiguous");
    let both = [v4.as_slice(), &[("signature", "c2ln"), ("AWSAccessKeyId", "AKID")]].concat();
    assert!(found("/b", "", &both).contains("mechanism-twice"));
    let with_token = [v4.as_slice(), &[("x-amz-security-token", "t")]].concat();
    assert!(found("/b", "", &with_token).contains(&Finding::TokenUnknown.to_string()));
    let key = credentials().with_session_token("t");
    let without = judged_with(&upload("/b", "", &v4), &key, BEFORE_ITS_END);
    assert_eq!(ids(&without), ["token-missing"]);
}

/// The bucket is the path, if that has only one segment. The form's own field is not evidence.
#[test]
fn the_bucket_of_a_form_is_the_one_that_it_was_sent_to() {
    let v4 = v4_fields(CREDENTIAL, V4_SIGNATURE);
    assert_eq!([found("/b/", "", &v4), found("/%62", "", &v4)], ["", ""]);
    assert_eq!(found("/other", "", &v4), "policy-condition-failed");
    for target in ["/", "/b/c"] {
        let verdict = judged(&upload(target, "", &[v4.as_slice(), &[("bucket", "b")]].concat()), BEFORE_ITS_END);
        assert_eq!(verdict.outcome(), Outcome::Unknown, "{target}");
        assert!(verdict.open_question().is_some() && verdict.accept().is_err(), "{target}");
    }
}

/// Nobody reads fields after the file, so they are neither a reason to refuse nor evidence.
#[test]
fn a_field_after_the_file_is_a_note() {
    let mut request = upload("/b", "", &v4_fields(CREDENTIAL, V4_SIGNATURE));
    let Body::Bytes(body) = &mut request.body else { panic!("a form has a body") };
    body.truncate(body.len() - "--B--\r\n".len());
    body.extend_from_slice(b"--B\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n--B--\r\n");
    let verdict = judged(&request, BEFORE_ITS_END);
    let violation = Violation::FieldBehindFile { name: "submit".to_owned() };
    assert_eq!((verdict.outcome(), verdict.findings.as_slice()), (Outcome::Valid, &[Finding::Policy(violation)][..]));
    assert!(verdict.accept().is_ok());
}

/// Catches a server that judges the form while a proxy judged the URL.
#[test]
fn a_form_that_is_sent_to_a_signed_url_makes_no_claim() {
    for target in ["/b?X-Amz-Signature=00", "/b?AWSAccessKeyId=AKID&Signature=c2ln&Expires=1451476800"] {
        let request = upload(target, "", &v4_fields(CREDENTIAL, V4_SIGNATURE));
        let now = Timestamp::parse(BEFORE_ITS_END).unwrap();
        let error = verify(&request, &Judge::new(Some(&credentials()), now, ExpectedScope::Any)).unwrap_err();
        assert_eq!(error, VerifyError::V4(ClaimError::SignedTwice), "{target}");
    }
}
