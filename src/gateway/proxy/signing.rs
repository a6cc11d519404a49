//! Turns a client's request into the request to sign for the next hop.

use sigvet_core::canonical::PayloadHash;
use sigvet_core::crypto::Sha256Digest;
use sigvet_core::request::Request;

use super::route::Route;
use crate::gateway::hops::Hop;
use crate::gateway::signature_parts;

/// The header with the signed payload hash.
pub const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// What a request declares about its own body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// Nothing.
    Nothing,
    /// The hash of the body, or that the body is unsigned, so the body can be streamed.
    Usable,
    /// Chunks that were signed by someone else.
    SignedChunks,
}

/// Reads what a request declares about its own body. A value that is neither a hash nor a known keyword
/// counts as nothing.
pub fn declared(request: &Request) -> Declared {
    let Some(word) = request.headers.first_text(CONTENT_SHA256) else { return Declared::Nothing };
    let is_hash = Sha256Digest::from_hex(word).is_some();
    match word {
        PayloadHash::UNSIGNED | PayloadHash::UNSIGNED_TRAILER => Declared::Usable,
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
    request.headers.retain(|header| !signature_parts::is_header(&header.name));
    if let Some(target) = signature_parts::target_without_signature(&request) {
        // This cannot fail: a part of a valid target is a valid target.
        let _ = request.set_target(target);
    }
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
