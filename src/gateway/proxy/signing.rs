//! Turns a client's request into the request to sign for the next hop.

use sigvet_core::canonical::PayloadHash;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Request;

use super::route::Route;
use crate::gateway::hops::Hop;

/// The header with the signed payload hash.
pub const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Headers and parameters of a signature that was made for a different server.
const SIGNATURE_HEADERS: [&str; 3] = ["authorization", "x-amz-date", "x-amz-security-token"];
const SIGNATURE_PARAMETERS: [&str; 7] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// What a request declares about its own body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// Nothing.
    Nothing,
    /// Its hash, or that it is unsigned, so the body can be streamed.
    Usable,
    /// Chunks that were signed by someone else.
    SignedChunks,
}

/// Reads what a request declares about its own body. A value that is neither a hash nor a known keyword
/// counts as nothing.
pub fn declared(request: &Request) -> Declared {
    let Some(word) = request.headers.first_text(CONTENT_SHA256) else { return Declared::Nothing };
    let is_hash = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match word {
        PayloadHash::UNSIGNED | "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Declared::Usable,
        _ if is_hash => Declared::Usable,
        _ if word.starts_with("STREAMING-") => Declared::SignedChunks,
        _ => Declared::Nothing,
    }
}

/// Removes the client's signature and the fields of its connection, applies the edits of the route, and sets the host
/// of the next hop.
pub fn cleared(mut request: Request, route: &Route, host: &str) -> Request {
    let hop = Hop::new(request.headers.values("connection"));
    let is_nothing = declared(&request) == Declared::Nothing;
    request.headers.retain(|header| {
        let name = header.name.to_ascii_lowercase();
        let is_meaningless = is_nothing && name == CONTENT_SHA256;
        !hop.keeps(&name) && !is_meaningless
    });
    join_cookies(&mut request);
    route.edits.apply(&mut request);
    // Ceph and CGI read `x_amz_security_token` as `x-amz-security-token`.
    request.headers.retain(|header| {
        let name = header.name.to_ascii_lowercase().replace('_', "-");
        !SIGNATURE_HEADERS.contains(&name.as_str())
    });
    drop_signature_parameters(&mut request);
    request.headers.remove("host");
    request.headers.push_unchecked("host", host);
    request
}

/// HTTP/2 may send a cookie in several fields, which servers join (RFC 9113 §8.2.3).
fn join_cookies(request: &mut Request) {
    if request.headers.values("cookie").count() > 1 {
        let pieces: Vec<Vec<u8>> = request.headers.values("cookie").map(<[u8]>::to_vec).collect();
        request.headers.remove("cookie");
        request.headers.push_unchecked("cookie", pieces.join(&b"; "[..]));
    }
}

/// Only changes a query that has a signature.
fn drop_signature_parameters(request: &mut Request) {
    let Some(query) = request.query() else { return };
    let name_of = |piece: &[u8]| {
        let name = decode(piece.split(|byte| *byte == b'=').next().unwrap_or_default(), Plus::Literal);
        String::from_utf8_lossy(&name).to_ascii_lowercase()
    };
    let pieces: Vec<&[u8]> = query.split(|byte| *byte == b'&').collect();
    let has = |name: &str| pieces.iter().any(|piece| name_of(piece) == name);
    let is_version_4 = has("x-amz-signature") || has("x-amz-security-token");
    let is_version_2 = has("awsaccesskeyid") && has("signature");
    if !is_version_4 && !is_version_2 {
        return;
    }
    let is_dropped = |name: &str| {
        SIGNATURE_PARAMETERS.contains(&name)
            || (is_version_2 && ["awsaccesskeyid", "signature", "expires"].contains(&name))
    };
    let kept: Vec<&[u8]> = pieces.into_iter().filter(|piece| !is_dropped(&name_of(piece))).collect();
    let mut target = request.path().to_vec();
    if !kept.is_empty() {
        target.push(b'?');
        target.extend(kept.join(&b'&'));
    }
    // This cannot fail: a part of a valid target is a valid target.
    let _ = request.set_target(target);
}
