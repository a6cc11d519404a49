//! Requests that carry a token of AWS in a header instead of being signed.

use crate::formats::Token;
use sigvet_core::request::Request;

/// The headers that carry a token: Bedrock's runtime also takes its key as others' clients send it.
const HEADERS: [&str; 2] = ["authorization", "x-api-key"];

/// Whether a request carries a token of AWS.
pub(super) fn is_carried_by(request: &Request) -> bool {
    word(request).is_some()
}

/// The word of a header that is a token, whole or damaged.
pub(super) fn word(request: &Request) -> Option<&str> {
    let values = HEADERS.iter().filter_map(|name| request.headers.first_text(name));
    values.map(without_scheme).find(|word| Token::parse(word).is_some())
}

/// A value without the name of the authentication scheme in front of it, in any case (RFC 9110 §11.1).
fn without_scheme(value: &str) -> &str {
    const SCHEME: &str = "bearer ";
    let value = value.trim();
    match value.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => rest.trim(),
        _ => value,
    }
}
