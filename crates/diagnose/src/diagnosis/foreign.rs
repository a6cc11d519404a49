//! Detects a reply or a client's log that belongs to another request, from which nothing follows about this one.

use super::outcome::JudgedV4;
use super::texts::CanonicalText;
use crate::formats::reply::Reply;
use sigvet_core::canonical::Field;
use sigvet_core::crypto::Sha256Digest;
use sigvet_core::internal::is_blacked_out;
use sigvet_core::time::Timestamp;

/// The part of a reply that shows that it answers another request, worded for use in a sentence.
pub(super) fn reply(judged: &JudgedV4<'_>, reply: &Reply) -> Option<&'static str> {
    let terms = &judged.claim.terms;
    let told = |text: &Option<String>| text.clone().filter(|text| !is_blacked_out(text));
    let presented = judged.claim.signature.as_str();
    if reply.is_of_chunk() {
        // Both the signature and the texts belong to a chunk.
        return None;
    }
    if let Some(provided) = told(&reply.signature_provided).filter(|_| is_hmac(presented)) {
        return match is_hmac(&provided) && !provided.eq_ignore_ascii_case(presented) {
            true => Some("the signature"),
            // The signature identifies this request, whatever else was changed in transit.
            false => None,
        };
    }
    let id = &terms.access_key_id;
    if told(&reply.access_key_id).is_some_and(|told| told != *id && !is_blacked_out(id) && !told.contains(id.as_str()))
    {
        return Some("the access key ID");
    }
    texts(judged, reply.canonical_request.as_deref(), reply.string_to_sign.as_deref())
}

/// The part of the texts that shows that they belong to another request: another time, or both another host
/// and another path.
pub(super) fn texts(
    judged: &JudgedV4<'_>,
    canonical_request: Option<&[u8]>,
    string_to_sign: Option<&[u8]>,
) -> Option<&'static str> {
    let text = canonical_request.and_then(CanonicalText::parse);
    let is_other_place = text.as_ref().is_some_and(|text| has_other_host(judged, text) && has_other_path(judged, text));
    let is_other_time = string_to_sign.and_then(timestamp).is_some_and(|told| !is_of(judged, told));
    match (is_other_place, is_other_time) {
        (true, _) => Some("host and path"),
        // A client that retried signed again at another time, but it is the same request.
        (false, true)
            if text.as_ref().is_some_and(|text| has_other_host(judged, text) || has_other_path(judged, text)) =>
        {
            Some("the time")
        }
        _ => None,
    }
}

fn timestamp(string_to_sign: &[u8]) -> Option<Timestamp> {
    let line = string_to_sign.split(|byte| *byte == b'\n').nth(1)?;
    Timestamp::parse_amz_date(std::str::from_utf8(line).ok()?.trim()).ok()
}

/// Whether this time occurs anywhere in the request.
fn is_of(judged: &JudgedV4<'_>, told: Timestamp) -> bool {
    let date = judged.request.headers.first_text("date").and_then(|date| Timestamp::parse(date).ok());
    told == judged.claim.terms.timestamp || date == Some(told)
}

/// Whether the host differs, ignoring its port.
fn has_other_host(judged: &JudgedV4<'_>, text: &CanonicalText) -> bool {
    let name = |host: &[u8]| {
        let host = String::from_utf8_lossy(host).trim().to_ascii_lowercase();
        host.rsplit_once(':').map_or(host.clone(), |(name, _)| name.to_owned())
    };
    let theirs =
        text.header_lines().find(|(header, _)| header.eq_ignore_ascii_case(b"host")).map(|(_, host)| name(host));
    let ours = judged.request.host().map(|host| name(host.as_bytes()));
    theirs.zip(ours).is_some_and(|(theirs, ours)| theirs != ours && !is_blacked_out(&theirs) && !is_blacked_out(&ours))
}

/// Whether the path differs, and neither path is the other with a prefix.
fn has_other_path(judged: &JudgedV4<'_>, text: &CanonicalText) -> bool {
    // Compared regardless of encoding.
    let letters = |path: &[u8]| -> Vec<u8> {
        path.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    let right = judged.derivation.canonical_request.field(Field::Path);
    let (theirs, ours) = (letters(text.path()), letters(right));
    !theirs.ends_with(&ours) && !ours.ends_with(&theirs) && !theirs.starts_with(&ours) && !ours.starts_with(&theirs)
}

/// Whether this could be a signature of Version 4.
fn is_hmac(text: &str) -> bool {
    Sha256Digest::from_hex(text).is_some()
}
