//! Requests whose signature is not only in a header or a URL: chunks, forms, Version 2. The signatures are computed
//! here, from the documentation, so that those which nobody may see are known.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{ChunkSize, InOrder, Plan, Protection};
use sigvet_core::time::Timestamp;

use crate::keys::{KEY_ID, NOW, REGION, SECRET, SESSION_KEY_ID, SESSION_SECRET, TOKEN, long_term};
use crate::signing::on_the_wire;

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// *Create a signed AWS API request*: the keys on the way to the signing key, and the signing key.
pub fn derived_keys(secret: &str, service: &str) -> Vec<Vec<u8>> {
    let mut keys = vec![format!("AWS4{secret}").into_bytes()];
    for word in [&NOW[..8], REGION, service, "aws4_request"] {
        keys.push(hmac_sha256(keys.last().unwrap(), word.as_bytes()));
    }
    keys.split_off(1)
}

/// An upload in signed chunks whose second payload differs from the signed one; with the signatures that it should
/// have.
pub fn chunks_with_another_payload() -> (Vec<u8>, Vec<String>) {
    let (signed, arrived) = ([b'a'; 9000], [b'b'; 9000]);
    let (mut request, signed) = chunked(&signed);
    let (_, mut arriving) = chunked(&arrived);
    let right = chunk_signatures(&arriving);
    places(&signed).into_iter().for_each(|at| arriving[at..at + 64].copy_from_slice(&signed[at..at + 64]));
    request.body = Body::Bytes(arriving);
    (on_the_wire(&request), right)
}

/// A correct upload in signed chunks.
pub fn right_chunks() -> Vec<u8> {
    let (mut request, body) = chunked(&[b'a'; 9000]);
    request.body = Body::Bytes(body);
    on_the_wire(&request)
}

fn chunked(payload: &[u8]) -> (Request, Vec<u8>) {
    let mut request = Request::new("PUT", &RequestUrl::parse("http://replies.example/b/k").unwrap()).unwrap();
    request.body = Body::Bytes(payload.to_vec());
    let plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::new(8192).unwrap(), checksum: None };
    plan.declare(&mut request, Scheme::V4, &Dialect::AWS4).unwrap();
    let mut settings = Settings::new(REGION, "s3");
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm_for(Scheme::V4)));
    let credentials = long_term();
    let at = Timestamp::parse(NOW).unwrap();
    let prepared = prepare(request, &Identity::from(&credentials), &settings, at).unwrap();
    let terms = prepared.terms.clone();
    let key = SigningKey::for_scheme(Scheme::V4, &credentials, &terms.dialect, &terms.scope);
    let signed = prepared.sign(&key).unwrap();
    let body = plan.encoder(payload.len() as u64, &terms, &key, &signed.signature).encode(payload, &InOrder);
    (signed.request, body)
}

const CHUNK_SIGNATURE: &[u8] = b"chunk-signature=";

fn chunk_signatures(body: &[u8]) -> Vec<String> {
    places(body).into_iter().map(|at| String::from_utf8(body[at..at + 64].to_vec()).unwrap()).collect()
}

fn places(body: &[u8]) -> Vec<usize> {
    let length = CHUNK_SIGNATURE.len();
    let starts = body.windows(length).enumerate().filter(|(_, bytes)| *bytes == CHUNK_SIGNATURE);
    starts.map(|(at, _)| at + length).collect()
}

/// A form upload, signed with a session; with the signature that it should have. Its policy contains the token.
pub fn form(is_right: bool) -> (Vec<u8>, String) {
    let signature = |right: &str| if is_right { right.to_owned() } else { "0".repeat(64) };
    let policy = format!(r#"{{"expiration":"2026-03-01T11:00:00Z","conditions":[{}]}}"#, usual_conditions());
    form_with(&policy, &[], "x", signature)
}

/// What every form needs.
pub fn usual_conditions() -> String {
    let scope = scope();
    format!(
        r#"{{"bucket":"b"}},["starts-with","$key",""],{{"x-amz-algorithm":"AWS4-HMAC-SHA256"}},{{"x-amz-credential":"{scope}"}},{{"x-amz-date":"{NOW}"}},{{"x-amz-security-token":"{TOKEN}"}}"#
    )
}

fn scope() -> String {
    format!("{SESSION_KEY_ID}/20260301/{REGION}/s3/aws4_request")
}

/// A form upload with that policy, additional fields and that file.
pub fn form_with(policy: &str, more: &[(&str, &str)], file: &str, sign: impl Fn(&str) -> String) -> (Vec<u8>, String) {
    let (scope, policy) = (scope(), BASE64_STANDARD.encode(policy));
    let key = derived_keys(SESSION_SECRET, "s3").pop().unwrap();
    let right: String = hmac_sha256(&key, policy.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let signature = sign(&right);
    let fields = [
        ("key", "k"),
        ("policy", &policy),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &scope),
        ("x-amz-date", NOW),
        ("x-amz-security-token", TOKEN),
        ("x-amz-signature", &signature),
    ];
    let fields = fields.into_iter().chain(more.iter().copied()).chain([("file", file)]);
    let parts = fields
        .map(|(name, value)| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    let body = parts.collect::<String>() + "--B--\r\n";
    let head = format!(
        "POST /b HTTP/1.1\r\nHost: replies.example\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=B\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    ((head + &body).into_bytes(), right)
}

/// *Signing and authenticating REST requests* of Version 2, signed with another secret; with the signature that it
/// should have.
pub fn version_2() -> (Vec<u8>, String) {
    let date = "Sun, 01 Mar 2026 10:00:00 GMT";
    let to_sign = format!("GET\n\n\n{date}\n/b/k");
    let signature =
        |secret: &str| BASE64_STANDARD.encode(sigvet_core::internal::hmac_sha1(secret.as_bytes(), to_sign.as_bytes()));
    let head = "GET /b/k HTTP/1.1\r\nHost: replies.example\r\nConnection: close\r\n";
    let request = format!("{head}Date: {date}\r\nAuthorization: AWS {KEY_ID}:{}\r\n\r\n", signature("another secret"));
    (request.into_bytes(), signature(SECRET))
}
