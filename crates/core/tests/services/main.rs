//! Compares requests for particular services and dialects with what other signers made from the same input.
//!
//! Catches a token with the wrong name, a payload line that the service does not expect, a host without its port, and a
//! field that Google's own libraries write differently. Each file names its source. Signatures are compared with those
//! of the source, and each request is read back and judged as the service would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod express;
mod google;
mod junctions;
mod presigned;

use std::time::Duration;

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::SigningKey;
use sigvet_core::sign::Signed;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

/// The secret access key of all keys here.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The time at which botocore signed.
fn now() -> Timestamp {
    Timestamp::parse("20260301T111112Z").unwrap()
}

fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let mut request = Request::new(method, &RequestUrl::parse(url).unwrap()).unwrap();
    for (name, value) in headers {
        request.headers.push(name, *value).unwrap();
    }
    request.body = Body::Bytes(body.to_vec());
    request
}

fn sign(request: Request, credentials: &Credentials, settings: &Settings) -> Signed {
    let prepared = prepare(request, &Identity::from(credentials), settings, now()).unwrap();
    let key = SigningKey::derive(&credentials.secret_access_key, &prepared.terms.dialect, &prepared.terms.scope);
    prepared.sign(&key).unwrap()
}

/// Checks, as the service does, that the request is valid with this key.
#[track_caller]
fn assert_valid(request: &Request, credentials: &Credentials) {
    let verdict = verify(request, &Judge::new(Some(credentials), now(), ExpectedScope::Any)).unwrap();
    assert!(verdict.is_valid(), "{:?}", verdict.findings);
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
