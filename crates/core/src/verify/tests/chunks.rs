//! Tests of bodies in chunks, judged without a key: each word for a payload with what may follow it (S3's pages
//! *Transferring payload in multiple chunks* and *Including trailing headers*). The checksum of `hello` is zlib's.

use crate::checksum::ChecksumAlgorithm;
use crate::credentials::Credentials;
use crate::parse_request;
use crate::prepare::{Identity, PayloadChoice, Settings, prepare};
use crate::request::{Body, Request, RequestUrl};
use crate::scheme::{Dialect, Scheme, SigningKey};
use crate::stream::{ChunkSize, InOrder, Plan, Protection, StreamFault};
use crate::time::Timestamp;
use crate::verify::{ExpectedScope, Finding, FindingId, Judge, Outcome, verify};

const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const LENGTH: &str = "X-Amz-Decoded-Content-Length: 5\n";
const ANNOUNCED: &str = "X-Amz-Decoded-Content-Length: 5\nX-Amz-Trailer: , X-Amz-Checksum-CRC32\n";
const META: &str = "X-Amz-Decoded-Content-Length: 5\nX-Amz-Trailer: X-Amz-Meta-A\n";
const CHECKSUM: &str = "x-amz-checksum-crc32:NhCmhg==\r\n";

fn now() -> Timestamp {
    Timestamp::parse("2015-08-30T12:36:00Z").unwrap()
}

fn findings(word: &str, lines: &str, body: &str) -> Vec<Finding> {
    let list = "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-trailer";
    let names = list.split(';').filter(|name| {
        !["x-amz-trailer", "x-amz-decoded-content-length"].contains(name) || lines.to_ascii_lowercase().contains(name)
    });
    let list = names.collect::<Vec<_>>().join(";");
    let head = format!(
        "PUT /k HTTP/1.1\nHost: b.s3.eu-west-1.amazonaws.com\nX-Amz-Content-Sha256: {word}\nX-Amz-Date: 20150830T123600Z\n{lines}\
         Authorization: AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-west-1/s3/aws4_request, SignedHeaders={list}, Signature=00\n\n"
    );
    let request = Request { body: Body::Bytes(body.into()), ..parse_request(head.as_bytes()).unwrap() };
    verify(&request, &Judge::new(None, now(), ExpectedScope::Any)).unwrap().findings
}

#[test]
fn each_payload_word_requires_its_chunks_and_its_trailer() {
    let hello = |trailer: &str| format!("5\r\nhello\r\n0\r\n{trailer}\r\n");
    let signed = |trailer: &str| format!("5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n{trailer}\r\n");
    let signature = "x-amz-trailer-signature:00\r\n";
    for (word, lines, body, expected) in [
        (UNSIGNED_TRAILER, ANNOUNCED, hello(CHECKSUM), ""),
        (UNSIGNED_TRAILER, "X-Amz-Trailer: x-amz-checksum-crc32\n", hello(CHECKSUM), "payload-streaming"),
        (UNSIGNED_TRAILER, &ANNOUNCED.replace('5', "6"), hello(CHECKSUM), "chunk-decoded-length"),
        (UNSIGNED_TRAILER, &ANNOUNCED.replace('5', "+5"), hello(CHECKSUM), "chunk-decoded-length"),
        (UNSIGNED_TRAILER, ANNOUNCED, "5\r\nhello\r\n".to_owned(), "chunk-final-missing"),
        (UNSIGNED_TRAILER, &ANNOUNCED.replace('5', "6"), "5\r\nhello\r\n".to_owned(), "chunk-final-missing"),
        (UNSIGNED_TRAILER, ANNOUNCED, "5\r\nhello\r\n0\r\n".to_owned(), "chunk-framing"),
        (UNSIGNED_TRAILER, ANNOUNCED, hello(CHECKSUM).replace("hello", "hellos"), "chunk-framing"),
        (UNSIGNED_TRAILER, ANNOUNCED, "hello".to_owned(), "payload-streaming"),
        (UNSIGNED_TRAILER, ANNOUNCED, hello(""), "trailer-announced"),
        (UNSIGNED_TRAILER, LENGTH, hello(CHECKSUM), "trailer-announced"),
        (UNSIGNED_TRAILER, ANNOUNCED, hello(&CHECKSUM.repeat(2)), "trailer-announced"),
        (UNSIGNED_TRAILER, ANNOUNCED, hello(&CHECKSUM.replace("Nh", "Nx")), "trailer-checksum"),
        (UNSIGNED_TRAILER, ANNOUNCED, hello(&format!("{CHECKSUM}{signature}")), "trailer-announced"),
        (UNSIGNED_TRAILER, ANNOUNCED, signed(CHECKSUM), "chunk-framing"),
        (UNSIGNED_TRAILER, LENGTH, hello(""), ""),
        (UNSIGNED_TRAILER, META, hello("x-amz-meta-a:1\r\n"), "trailer-announced"),
        (
            UNSIGNED_TRAILER,
            &META.replace("Meta-A", "Checksum-Type"),
            hello("x-amz-checksum-type:1\r\n"),
            "trailer-announced",
        ),
        (UNSIGNED_TRAILER, &META.replace("Meta-A", "Checksum-SHA512"), hello("x-amz-checksum-sha512:1\r\n"), ""),
        (SIGNED_TRAILER, META, signed(&format!("x-amz-meta-a:1\r\n{signature}")), "trailer-announced"),
        (SIGNED, LENGTH, signed(""), ""),
        (SIGNED, LENGTH, signed("").replacen(";chunk-signature=00", "", 1), "chunk-framing"),
        (SIGNED, LENGTH, signed("").replace("0;chunk-signature=00\r\n\r\n", "0\r\n\r\n"), "chunk-final-missing"),
        (SIGNED, LENGTH, signed(CHECKSUM), "trailer-announced"),
        (SIGNED, LENGTH, signed(signature), "trailer-announced"),
        (SIGNED, ANNOUNCED, signed(""), ""),
        (SIGNED_TRAILER, ANNOUNCED, signed(&format!("{CHECKSUM}{signature}")), ""),
        (SIGNED_TRAILER, ANNOUNCED, signed(CHECKSUM), ""),
        (SIGNED_TRAILER, ANNOUNCED, signed(&format!("{CHECKSUM}{}", signature.repeat(2))), "trailer-announced"),
    ] {
        let found = findings(word, lines, &body);
        let ids: Vec<&str> = found.iter().filter_map(Finding::id).map(FindingId::as_str).collect();
        assert_eq!(ids.join(" "), expected, "{word} {lines} {body:?}");
    }
    assert!(findings(UNSIGNED_TRAILER, LENGTH, &hello("")).contains(&Finding::Stream(StreamFault::TrailerNone)));
    let unsigned = findings(SIGNED, LENGTH, "5;chunk-signature=00\r\nhello\r\n0\r\n\r\n");
    assert!(
        matches!(unsigned[..], [Finding::Stream(StreamFault::ChunkUnsigned { chunk })] if chunk.number == 2 && chunk.length == 0)
    );
}

/// Sizes that S3 accepts and refuses, taken from another implementation of its rule that was checked against S3
/// (versitygw, `UnsignedStreamingPayloadTrailer_invalid_chunk_size`).
#[test]
fn only_the_last_chunk_may_be_small() {
    let body = |sizes: &[usize]| {
        let chunk = |size: &usize| format!("{size:x}\r\n{}\r\n", "a".repeat(*size));
        sizes.iter().map(chunk).collect::<String>() + "0\r\n\r\n"
    };
    let found = |sizes: &[usize]| {
        let length = format!("X-Amz-Decoded-Content-Length: {}\n", sizes.iter().sum::<usize>());
        findings(UNSIGNED_TRAILER, &length, &body(sizes))
    };
    let small = |found: &[Finding]| {
        found.iter().find_map(|finding| match finding {
            Finding::Stream(StreamFault::ChunkTooSmall { chunk, .. }) => Some((chunk.number, finding.is_fatal())),
            _ => None,
        })
    };
    for sizes in [&[8192, 8192, 100][..], &[100], &[10000, 9500, 20], &[8200, 8201, 10000, 10], &[8192], &[]] {
        assert_eq!(small(&found(sizes)), None, "{sizes:?}");
    }
    for (sizes, number) in [
        (&[100, 8192, 100][..], 1),
        (&[8192, 10, 100], 2),
        (&[10, 10, 10], 1),
        (&[10000, 10, 8192, 8192], 2),
        (&[8192, 10, 10, 8192, 20, 20000], 2),
        (&[8191, 1], 1),
    ] {
        assert_eq!(small(&found(sizes)), Some((number, true)), "{sizes:?}");
    }
}

/// MinIO, Ceph and others read chunks of any size.
#[test]
fn a_small_chunk_is_a_note_if_the_store_is_unknown() {
    let (mut request, _) = streamed(Scheme::V4, None);
    request.body = Body::Bytes(
        b"2;chunk-signature=00\r\nhe\r\n3;chunk-signature=00\r\nllo\r\n0;chunk-signature=00\r\n\r\n".to_vec(),
    );
    let verdict = verify(&request, &Judge::new(None, now(), ExpectedScope::Any)).unwrap();
    assert!(!verdict.has_fatal_finding(), "{:?}", verdict.findings);
    assert!(
        matches!(verdict.findings[..], [Finding::Stream(StreamFault::ChunkTooSmall { .. })]),
        "{:?}",
        verdict.findings
    );
}

/// A request with chunks from this crate's encoder, which `tests/streaming` compares with others.
fn streamed(scheme: Scheme, checksum: Option<ChecksumAlgorithm>) -> (Request, Credentials) {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::DEFAULT, checksum };
    let mut request = Request::new("PUT", &RequestUrl::parse("https://store.example/b/k").unwrap()).unwrap();
    request.body = Body::Bytes(b"hello".to_vec());
    plan.declare(&mut request, scheme, &Dialect::AWS4).unwrap();
    let mut settings = Settings::new("us-east-1", "s3");
    settings.scheme = scheme;
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm_for(scheme)));
    let prepared = prepare(request, &Identity::from(&credentials), &settings, now()).unwrap();
    let terms = prepared.terms.clone();
    let key = SigningKey::for_scheme(scheme, &credentials, &terms.dialect, &terms.scope);
    let signed = prepared.sign(&key).unwrap();
    let encoder = plan.encoder(5, &terms, &key, &signed.signature);
    let body = Body::Bytes(encoder.encode(b"hello", &InOrder));
    (Request { body, ..signed.request }, credentials)
}

/// Catches a chain that is not followed in one of the schemes, up to the signature of the trailer, which must not be
/// missing.
#[test]
fn an_altered_chunk_or_trailer_is_found_in_each_scheme() {
    for scheme in [Scheme::V4, Scheme::V4a] {
        let (request, credentials) = streamed(scheme, Some(ChecksumAlgorithm::Crc32));
        let judge = Judge::new(Some(&credentials), now(), ExpectedScope::Any);
        let found = |text: &str| {
            let request = Request { body: Body::Bytes(text.into()), ..request.clone() };
            let verdict = verify(&request, &judge).unwrap();
            assert_eq!(verdict.is_valid(), verdict.findings.is_empty(), "{text}");
            let ids = verdict.findings.iter().filter_map(Finding::id).map(FindingId::as_str);
            ids.collect::<Vec<_>>().join(" ")
        };
        let Body::Bytes(body) = &request.body else { panic!("it has a body") };
        let body = String::from_utf8(body.clone()).unwrap();
        assert_eq!(found(&body), "", "{scheme:?}");
        assert_eq!(found(&body.replace("hello", "hellO")), "chunk-signature trailer-checksum", "{scheme:?}");
        let trailer = body.find("x-amz-trailer-signature").unwrap();
        let (before, _) = body.split_at(trailer);
        assert_eq!(found(&format!("{before}\r\n")), "trailer-signature", "{scheme:?}");
        let last = body.trim_end().trim_end_matches('*');
        let other = if last.ends_with('0') { "1" } else { "0" };
        let (cut, _) = last.split_at(last.len() - 1);
        assert_eq!(found(&format!("{cut}{other}\r\n\r\n")), "trailer-signature", "{scheme:?}");
        let checksum = body.find("x-amz-checksum-crc32").unwrap();
        let (before, _) = body.split_at(checksum);
        assert_eq!(found(&format!("{before}\r\n")), "trailer-announced", "{scheme:?}");
    }
}

/// What this crate cannot read is unknown: it is neither accepted nor called wrong.
#[test]
fn unseen_chunks_and_event_frames_are_not_checked() {
    let (request, credentials) = streamed(Scheme::V4, None);
    let judge = Judge::new(Some(&credentials), now(), ExpectedScope::Any);
    assert_eq!(verify(&request, &judge).unwrap().findings, [], "a word without a trailer asks for none");
    let unseen = verify(&Request { body: Body::Unknown, ..request }, &judge).unwrap();
    assert_eq!((unseen.outcome(), unseen.findings.as_slice()), (Outcome::Valid, &[Finding::ChunksUnseen][..]));
    assert!(unseen.accept().is_err());
    let mut settings = Settings::new("us-east-1", "transcribe");
    settings.payload = PayloadChoice::Declared("STREAMING-AWS4-HMAC-SHA256-EVENTS".to_owned());
    let mut request = Request::new("POST", &RequestUrl::parse("https://store.example/").unwrap()).unwrap();
    request.body = Body::Bytes(b"frame".to_vec());
    let prepared = prepare(request, &Identity::from(&credentials), &settings, now()).unwrap();
    let request = prepared.sign_once(&credentials.secret_access_key).request;
    assert_eq!(verify(&request, &judge).unwrap().findings, [Finding::ChunksUnseen]);
}
