//! Requests that carry a token of AWS in a header instead of being signed.

use crate::formats::{DamagedToken, Token};
use sigvet_core::request::Request;

/// The headers that carry a token: Bedrock's runtime also takes its key as others' clients send it.
const HEADERS: [&str; 2] = ["authorization", "x-api-key"];

/// Whether a request carries a token of AWS.
pub(super) fn is_carried_by(request: &Request) -> bool {
    token(request).is_some()
}

/// The token that a header carries.
///
/// # Errors
/// The token is damaged.
pub(super) fn token(request: &Request) -> Option<Result<Token, DamagedToken>> {
    let mut values = HEADERS.iter().filter_map(|name| request.headers.first_text(name));
    values.find_map(|value| Token::parse(without_scheme(value)))
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
