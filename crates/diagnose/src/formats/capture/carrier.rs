//! Requests that carry an AWS token in a header instead of being signed.

use crate::formats::{DamagedToken, Token};
use sigvet_core::request::Request;

/// The headers that may carry a token. Bedrock's runtime also accepts its key in `x-api-key`, the header of other
/// vendors' clients.
const HEADERS: [&str; 2] = ["authorization", "x-api-key"];

/// How the subprotocol begins that contains the signed headers of AppSync's WebSockets: base64 of JSON follows.
const HANDSHAKE: &str = "header-ey";

/// Whether a request carries an AWS token, or the handshake of a WebSocket.
pub(super) fn is_carried_by(request: &Request) -> bool {
    request.headers.iter().any(|header| is_in_header(&header.name, &String::from_utf8_lossy(&header.value)))
}

/// Whether a header carries an AWS token, or the handshake of a WebSocket.
pub(super) fn is_in_header(name: &str, value: &str) -> bool {
    let has_token = || {
        HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known)) && Token::parse(without_scheme(value)).is_some()
    };
    name.eq_ignore_ascii_case("sec-websocket-protocol") && value.contains(HANDSHAKE) || has_token()
}

/// The token in one of the request's headers.
///
/// # Errors
/// Fails if the token is damaged.
pub(super) fn token(request: &Request) -> Option<Result<Token, DamagedToken>> {
    let mut values = HEADERS.iter().filter_map(|name| request.headers.first_text(name));
    values.find_map(|value| Token::parse(without_scheme(value)))
}

/// The header value without its authentication scheme, which is case-insensitive (RFC 9110 §11.1).
fn without_scheme(value: &str) -> &str {
    const SCHEME: &str = "bearer ";
    let value = value.trim();
    match value.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => rest.trim(),
        _ => value,
    }
}
