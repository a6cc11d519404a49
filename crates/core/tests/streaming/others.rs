//! Compares chunks with what other encoders make of the same payloads.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{SigningParams, sign_chunk, sign_trailer};
use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
use sigvet_core::crypto::sha256;
use sigvet_core::stream::{Chunked, Protection};

use crate::{KEY_ID, SECRET, body, plan, signed};

fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

/// Source: `AwsChunkedWrapper` of botocore 1.44.5, given `bytes(i % 251 for i in range(length))`, `Crc32Checksum` and
/// chunks of 8192; the hash is the SHA-256 of everything its `read()` returns.
#[test]
fn unsigned_chunks_are_those_of_botocore() {
    for (length, encoded, hash) in [
        (0, 36, "34c53023f81f74c829a48a19ad4f53a293f1e263463937a86a387e02766bfeb5"),
        (5, 46, "712e28fed4ab1d482d204d496c4e74f1d315f83b03108b2090622ac72820fc6b"),
        (16_384, 16_436, "0f72f2810caefbdc7d05ca42478bbcb57c41c84dc26567eb0b126be36cfe5451"),
        (20_000, 20_059, "c1c61c205b5aae42707ef60914b7ca8f487f1baa66aa0d98b052950428a9987d"),
    ] {
        let payload = payload(length);
        let plan = plan(Protection::Unsigned, 8_192, Some(ChecksumAlgorithm::Crc32));
        let (signed, encoder) = signed(plan, &payload, Some(encoded));
        assert_eq!(signed.request.headers.first_text("x-amz-trailer"), Some("x-amz-checksum-crc32"));
        let word = signed.request.headers.first_text("x-amz-content-sha256");
        assert_eq!(word, Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER"));
        assert_eq!(sha256(&body(&signed, encoder, &payload)).to_string(), hash, "{length} bytes");
    }
}

/// Every signature must be what aws-sigv4 computes from that chunk and the previous signature, with every checksum as
/// trailer, and for payloads that end at, before and after the end of a chunk.
#[test]
fn signatures_are_those_of_the_sdk_for_rust() {
    let identity = Credentials::new(KEY_ID, SECRET, None, None, "test").into();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    let builder = SigningParams::builder().identity(&identity).region("us-east-1").name("s3").time(time);
    let theirs = builder.settings(()).build().unwrap();
    let chunk_size = 9_000;
    for length in [0, 1, 8_999, 9_000, 9_001, 27_000, 70_000] {
        for checksum in [None].into_iter().chain(ChecksumAlgorithm::ALL.map(Some)) {
            let payload = payload(length);
            let (signed, encoder) = signed(plan(Protection::Signed, chunk_size, checksum), &payload, None);
            let body = body(&signed, encoder, &payload);
            let chunked = Chunked::parse(&body);
            assert_eq!(chunked.malformed, None);
            let mut chunks = payload.chunks(chunk_size).collect::<Vec<_>>();
            chunks.push(b"");
            assert_eq!(chunked.chunks.iter().map(|chunk| chunk.data).collect::<Vec<_>>(), chunks);
            let mut previous = signed.signature.as_str().to_owned();
            for (chunk, data) in chunked.chunks.iter().zip(chunks) {
                let bytes = data.to_vec().into();
                let (_, signature) = sign_chunk(&bytes, &previous, &theirs).unwrap().into_parts();
                assert_eq!(chunk.signature, Some(signature.as_str()), "{length} bytes, at {}", chunk.offset);
                previous = signature;
            }
            let Some(algorithm) = checksum else {
                assert_eq!((chunked.trailers.as_slice(), chunked.trailer_signature), (&[][..], None));
                continue;
            };
            let value = Checksum::compute(algorithm, &payload).to_string();
            let mut headers = aws_smithy_runtime_api::http::Headers::new();
            headers.insert(algorithm.header(), value.clone());
            let (_, signature) = sign_trailer(&headers, &previous, &theirs).unwrap().into_parts();
            assert_eq!(chunked.trailer_signature, Some(signature.as_str()), "{length} bytes, {algorithm}");
            assert_eq!((chunked.trailers[0].name, chunked.trailers[0].value), (algorithm.header(), value.as_str()));
        }
    }
}
