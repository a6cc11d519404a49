//! Chunks of Version 4A, compared with the constants in aws-c-auth's own test (`tests/sigv4_signing_tests.c`): the key
//! pair of the same example, its strings to sign, its hashes of chunks and trailer. Its signatures are random, so they
//! are not compared.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{Chunked, Protection};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

use crate::{KEY_ID, NOW, SECRET, body, plan, sign};

const X: &str = "18b7d04643359f6ec270dcbab8dce6d169d66ddc9778c75cfb08dfdb701637ab";
const Y: &str = "fa36b35e4fe67e3112261d2e17a956ef85b06e44712d2850bcd3c2161e9993f2";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// The hashes of 65,536, of 1,024 and of no letters `a`.
const HASHES: [&str; 3] = [
    "bf718b6f653bebc184e1479f1935b8da974d701b893afcf49e701f3e2f9f9c5a",
    "2edc986847e209b4016e141a6dc8716d3207350f416969382d431539bf292e4a",
    EMPTY,
];
const SCOPE: &str = "20130524T000000Z\n20130524/s3/aws4_request";

fn verifies(string_to_sign: &str, signature: &str) -> bool {
    let key = VerifyingKey::from_sec1_bytes(&hex::decode(format!("04{X}{Y}")).unwrap()).unwrap();
    let signature = DerSignature::from_bytes(&hex::decode(signature).unwrap()).unwrap();
    key.verify(string_to_sign.as_bytes(), &signature).is_ok()
}

/// Catches a chain that covers a signature's padding, a name without `-PAYLOAD`, and a length that depends on the
/// signature's.
#[test]
fn chunks_and_trailer_are_those_of_the_sdks() {
    let payload = vec![b'a'; 66_560];
    let plan = plan(Protection::Signed, 65_536, Some(ChecksumAlgorithm::Crc32c));
    assert_eq!(
        plan.word(&Dialect::AWS4.algorithm_for(Scheme::V4a)),
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"
    );
    let credentials = Credentials::new(KEY_ID, SECRET);
    let url = RequestUrl::parse("https://s3.amazonaws.com/examplebucket/chunkObject.txt").unwrap();
    let mut request = Request::new("PUT", &url).unwrap();
    request.body = Body::Bytes(payload.clone());
    plan.declare(&mut request, Scheme::V4a, &Dialect::AWS4).unwrap();
    let mut settings = Settings::new("us-east-1", "s3");
    settings.scheme = Scheme::V4a;
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm_for(Scheme::V4a)));
    let now = Timestamp::parse(NOW).unwrap();
    let prepared = prepare(request, &Identity::from(&credentials), &settings, now).unwrap();
    let (dialect, scope) = (&prepared.terms.dialect, &prepared.terms.scope);
    let key = SigningKey::for_scheme(Scheme::V4a, &credentials, dialect, scope);
    let (mut signed, encoder) = sign(plan, prepared, &key, payload.len() as u64);
    let body = body(&signed, encoder, &payload);

    let chunked = Chunked::parse(&body);
    let mut previous = signed.signature.as_str().to_owned();
    for (chunk, hash) in chunked.chunks.iter().zip(HASHES) {
        let padded = chunk.signature.unwrap();
        assert_eq!(padded.len(), 144);
        let signature = padded.trim_end_matches('*').to_owned();
        let text = format!("AWS4-ECDSA-P256-SHA256-PAYLOAD\n{SCOPE}\n{previous}\n{EMPTY}\n{hash}");
        assert!(verifies(&text, &signature), "chunk at {}", chunk.offset);
        previous = signature;
    }
    let hash = sigvet_core::crypto::sha256(b"x-amz-checksum-crc32c:sOO8/Q==\n");
    let trailer = format!("AWS4-ECDSA-P256-SHA256-TRAILER\n{SCOPE}\n{previous}\n{hash}");
    assert!(verifies(&trailer, chunked.trailer_signature.unwrap().trim_end_matches('*')));

    // The server accepts it, and no other data with the same signatures.
    let judge = Judge::new(Some(&credentials), now, ExpectedScope::Any);
    let mut altered = body.clone();
    let at = body.len() / 2;
    altered[at] = b'b';
    signed.request.body = Body::Bytes(body);
    assert_eq!(verify(&signed.request, &judge).unwrap().findings, []);
    signed.request.body = Body::Bytes(altered);
    let findings: Vec<String> =
        verify(&signed.request, &judge).unwrap().findings.iter().map(ToString::to_string).collect();
    assert!(findings.iter().any(|text| text.contains("chunk 1 at offset 0")), "{findings:?}");
}
