//! Requests as text, signed with the demo key by the library.

use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{ChunkSize, InOrder, Plan, Protection};

pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

pub fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET)
}

/// A signed request to that host, as on the wire.
pub fn request(method: &str, host: &str, target: &str, body: &[u8]) -> Vec<u8> {
    request_with(method, host, target, &[], body, PayloadChoice::Hashed)
}

/// The same with additional headers, which are signed, and another payload word.
pub fn request_with(
    method: &str,
    host: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    payload: PayloadChoice,
) -> Vec<u8> {
    let mut request = Request::new(method, &RequestUrl::parse(&format!("http://{host}{target}")).unwrap()).unwrap();
    headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
    request.body = Body::Bytes(body.to_vec());
    let mut settings = Settings::new("us-east-1", "s3");
    settings.payload = payload;
    let credentials = credentials();
    let prepared = prepare(request, &Identity::from(&credentials), &settings, SystemTime::now().into()).unwrap();
    let signed = prepared.sign_once(&credentials.secret_access_key).request;
    text_of(&signed, body)
}

/// A presigned URL's target.
pub fn presigned(host: &str, target: &str) -> String {
    let request = Request::new("GET", &RequestUrl::parse(&format!("http://{host}{target}")).unwrap()).unwrap();
    let settings = Settings::new("us-east-1", "s3").presigned(Duration::from_secs(60));
    let credentials = credentials();
    let prepared = prepare(request, &Identity::from(&credentials), &settings, SystemTime::now().into()).unwrap();
    let signed = prepared.sign_once(&credentials.secret_access_key).request;
    String::from_utf8(signed.target().to_vec()).unwrap()
}

/// A signed upload in signed chunks.
pub fn streamed(host: &str, payload: &[u8]) -> Vec<u8> {
    streamed_with(host, payload, None)
}

/// The same with a checksum in a signed trailer.
pub fn streamed_with(host: &str, payload: &[u8], checksum: Option<ChecksumAlgorithm>) -> Vec<u8> {
    let url = RequestUrl::parse(&format!("http://{host}/b/k")).unwrap();
    let mut request = Request::new("PUT", &url).unwrap();
    request.body = Body::Bytes(payload.to_vec());
    let plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::DEFAULT, checksum };
    plan.declare(&mut request, Scheme::V4, &Dialect::AWS4).unwrap();
    let mut settings = Settings::new("us-east-1", "s3");
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm_for(Scheme::V4)));
    let credentials = credentials();
    let prepared = prepare(request, &Identity::from(&credentials), &settings, SystemTime::now().into()).unwrap();
    let terms = prepared.terms.clone();
    let key = SigningKey::for_scheme(Scheme::V4, &credentials, &terms.dialect, &terms.scope);
    let signed = prepared.sign(&key).unwrap();
    let body = plan.encoder(payload.len() as u64, &terms, &key, &signed.signature).encode(payload, &InOrder);
    text_of(&signed.request, &body)
}

/// The signature of a form's policy, by the steps of S3's page *Calculating a signature* and with an HMAC other than
/// the library's.
pub fn sign_policy(day: &str, policy: &str) -> String {
    let hmac = |key: &[u8], text: &str| {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        hmac.update(text.as_bytes());
        hmac.finalize().into_bytes().to_vec()
    };
    let steps = [day, "us-east-1", "s3", "aws4_request", policy];
    let signature = steps.iter().fold(format!("AWS4{SECRET}").into_bytes(), |key, text| hmac(&key, text));
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text_of(request: &Request, body: &[u8]) -> Vec<u8> {
    let mut text = [request.method().as_bytes(), b" ", request.target(), b" HTTP/1.1\r\n"].concat();
    for header in &request.headers {
        text.extend([header.name.as_bytes(), b": ", &header.value, b"\r\n"].concat());
    }
    if !body.is_empty() && !request.headers.contains("transfer-encoding") {
        text.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
    }
    [&text, &b"\r\n"[..], body].concat()
}
