//! Compares requests signed again for the next hop with what botocore makes of the same requests with the other key.
//!
//! `oracle.py` writes `botocore.json`: each request as it arrives, signed with the client's placeholder, and as it must
//! go out. The tests catch a part of the signature's form that is not kept, an expiry that gets longer, and any remains
//! of the placeholder.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod any;
mod by_botocore;
mod forms;
mod others;
mod refused;

use serde_json::Value;
use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Body, Headers, Request, RequestUrl};
use sigvet_core::resign::{Outbound, ResignError, Resigned, resign};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Accepted, ExpectedScope, Judge, verify};

fn placeholder() -> Credentials {
    Credentials::new("AKIAPLACEHOLDER00001", "given-to-the-agent")
}

fn real() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

fn credentials(of: &Value) -> Credentials {
    let text = |at: usize| of[at].as_str();
    let credentials = Credentials::new(text(0).unwrap(), text(1).unwrap());
    text(2).map_or(credentials.clone(), |token| credentials.with_session_token(token))
}

fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let mut request = Request::new(method, &RequestUrl::parse(url).unwrap()).unwrap();
    headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
    request.body = Body::Bytes(body.to_vec());
    request
}

/// Verifies a request, as the service does.
fn accepted(request: &Request, credentials: &Credentials, now: Timestamp) -> Accepted {
    let verdict = verify(request, &Judge::new(Some(credentials), now, ExpectedScope::Any)).unwrap();
    verdict.accept_before_body().unwrap_or_else(|error| panic!("{error}"))
}

/// Accepts a request signed with one key, signs it with the other, and checks that the next hop accepts it.
fn passed_on(request: Request, from: &Credentials, to: &Outbound<'_>, now: Timestamp) -> Result<Resigned, ResignError> {
    let accepted_inbound = accepted(&request, from, now);
    let resigned = resign(request, &accepted_inbound, to, now)?;
    let outbound = accepted(&resigned.request, to.credentials, now);
    assert_eq!(outbound.payload, accepted_inbound.payload);
    Ok(resigned)
}

/// Names in lower case with their values, sorted, so that order does not matter.
fn fields(headers: &Headers) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8(value.trim_ascii().to_vec()).unwrap();
    let mut fields: Vec<_> =
        headers.iter().map(|field| (field.name.to_ascii_lowercase(), text(&field.value))).collect();
    fields.sort();
    fields
}

/// The pieces of a query, sorted, so that order does not matter; the encoding is kept.
fn pieces(request: &Request) -> Vec<String> {
    let query = String::from_utf8(request.query().unwrap_or_default().to_vec()).unwrap();
    let mut pieces: Vec<String> = query.split('&').map(str::to_owned).collect();
    pieces.sort();
    pieces
}
