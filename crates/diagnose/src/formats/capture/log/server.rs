//! A server's debug log: the canonical request and the string to sign that it computed, and its decision.

use super::Chosen;
use super::blocks;
use crate::formats::reply::Reply;
use sigvet_core::internal::raw_http::Lines;
use sigvet_core::request::Headers;

/// What Ceph's gateway logs about its decisions with `debug rgw = 20`, by the error in its answer (`rgw_common.h`).
const REASONS: [(&str, u16, &str); 2] =
    [("reason=-2027", 403, "SignatureDoesNotMatch"), ("reason=-2028", 403, "InvalidAccessKeyId")];

/// Whether this is certainly a server's log: Ceph's gateway shows both signatures.
pub(in crate::formats::capture) fn is_servers_log(text: &[u8]) -> bool {
    let holds = |words: &str| text.windows(words.len()).any(|window| window == words.as_bytes());
    holds("server signature=") && holds("client signature=")
}

/// What a server computed, according to its log. In a text given as the server's, no canonical request belongs to a
/// client.
pub(in crate::formats::capture) fn texts_of_server(text: &[u8]) -> Option<Reply> {
    let (blocks, _) = blocks::scan(text);
    if blocks.is_empty() {
        return None;
    }
    let client = Chosen::of(&blocks, None).ok()?.client;
    let mut reply = Reply::parse(None, &Headers::default(), b"");
    (reply.canonical_request, reply.string_to_sign) = (client.canonical_request, client.string_to_sign);
    for line in Lines::of(text) {
        let line = String::from_utf8_lossy(line.text);
        if let Some((_, provided)) = line.split_once("client signature=") {
            reply.signature_provided = Some(provided.trim().to_owned());
        }
        if let Some((_, status, code)) = REASONS.iter().find(|(words, ..)| line.contains(words)) {
            (reply.status, reply.code) = (Some(*status), Some((*code).to_owned()));
        }
    }
    Some(reply)
}
