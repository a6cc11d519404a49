//! Derives the canonical request and the string to sign from a request and its terms.
//!
//! Signing and verifying both call this one function. It is pure: no secret, no clock, no decision. `prepare` decides
//! the terms of a request to sign; `claim` reads them from a signed request.

mod part;
mod terms;
pub(crate) mod frame;
mod template;

pub use part::Part;
pub use terms::{Placement, Terms, TokenTravel};

pub(crate) use frame::{Subject, frame, frame_head};
pub(crate) use template::CanonicalTemplate;

use crate::canonical::{self, CanonicalRequest, Field};
use crate::crypto::{Hex, Sha256Digest};
use crate::request::Request;

/// All intermediate results of a signature that are not secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Derivation {
    /// The canonical request.
    pub canonical_request: CanonicalRequest,
    /// SHA-256 of the canonical request.
    pub canonical_request_sha256: Sha256Digest,
    /// The string to sign.
    pub string_to_sign: String,
}

/// Derives the canonical request and the string to sign.
pub fn derive(request: &Request, terms: &Terms) -> Derivation {
    let canonical_request = canonical_request(request, terms);
    let canonical_request_sha256 = canonical_request.sha256();
    let string_to_sign = string_to_sign(terms, &canonical_request_sha256);
    Derivation { canonical_request, canonical_request_sha256, string_to_sign }
}

fn canonical_request(request: &Request, terms: &Terms) -> CanonicalRequest {
    CanonicalRequest::assemble(|field, out| match field {
        Field::Method => out.extend_from_slice(request.method.as_bytes()),
        Field::Path => canonical::path::write(request.path(), terms.path_rule, out),
        Field::Query => canonical::query::write(request.query(), |name| terms.omits_parameter(name), out),
        Field::Headers => canonical::headers::write(&request.headers, &terms.signed_headers, out),
        Field::SignedHeaders => out.extend_from_slice(terms.signed_headers.as_str().as_bytes()),
        Field::Payload => terms.payload.write(out),
    })
}

fn string_to_sign(terms: &Terms, canonical_request_sha256: &Sha256Digest) -> String {
    frame(terms, Subject::Request, &[Hex::new(canonical_request_sha256).as_str()])
}
