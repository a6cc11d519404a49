//! Compares bodies in chunks with independent encoders: S3's documentation, botocore, the signer of the AWS SDK for
//! Rust.
//!
//! Catches a wrong string to sign, a chain that covers the wrong signature, framing that is off by a byte, and a
//! declared length that is not the length of the body.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asymmetric;
mod documented;
mod others;
mod pieces;

use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, PayloadChoice, Prepared, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::sign::Signed;
use sigvet_core::stream::{ChunkSize, Encoder, InOrder, Plan, Protection};
use sigvet_core::time::Timestamp;

/// The keys and the time of the examples in S3's documentation.
const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const NOW: &str = "2013-05-24T00:00:00Z";

fn plan(protection: Protection, chunk_size: usize, checksum: Option<ChecksumAlgorithm>) -> Plan {
    Plan { protection, chunk_size: ChunkSize::new(chunk_size).unwrap(), checksum }
}

/// A signed request from the documentation's examples, and the encoder for its payload.
fn signed(plan: Plan, payload: &[u8], signed_length: Option<u64>) -> (Signed, Encoder) {
    let credentials = Credentials::new(KEY_ID, SECRET);
    let url = RequestUrl::parse("https://s3.amazonaws.com/examplebucket/chunkObject.txt").unwrap();
    let mut request = Request::new("PUT", &url).unwrap();
    request.headers.push("x-amz-storage-class", "REDUCED_REDUNDANCY").unwrap();
    request.body = Body::Bytes(payload.to_vec());
    plan.declare(&mut request, Scheme::V4, &Dialect::AWS4).unwrap();
    if let Some(length) = signed_length {
        assert_eq!(request.body.length(), Some(length));
        request.headers.push("Content-Length", length.to_string()).unwrap();
    }
    let mut settings = Settings::new("us-east-1", "s3");
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm));
    let now = Timestamp::parse(NOW).unwrap();
    let prepared = prepare(request, &Identity::from(&credentials), &settings, now).unwrap();
    let key = SigningKey::derive(&credentials.secret_access_key, &prepared.terms.dialect, &prepared.terms.scope);
    sign(plan, prepared, &key, payload.len() as u64)
}

fn sign(plan: Plan, prepared: Prepared, key: &SigningKey, length: u64) -> (Signed, Encoder) {
    let terms = prepared.terms.clone();
    let signed = prepared.sign(key).unwrap();
    let encoder = plan.encoder(length, &terms, key, &signed.signature);
    (signed, encoder)
}

/// Encodes the body, and checks that its length is the declared one.
fn body(signed: &Signed, encoder: Encoder, payload: &[u8]) -> Vec<u8> {
    let body = encoder.encode(payload, &InOrder);
    assert_eq!(Some(body.len() as u64), signed.request.body.length());
    body
}
