//! Words about the payload: a hash that is another's, missing or refused, and chunks that are not understood.

use super::{Said, one};
use crate::diagnosis::catalogue::{
    CHECKSUM_MISMATCH, PAYLOAD_EMPTY_HASH, PAYLOAD_HASH_FORM, PAYLOAD_HEADER_MISMATCH, PAYLOAD_HEADER_MISSING,
    PAYLOAD_STREAMING, PAYLOAD_UNSIGNED,
};
use crate::diagnosis::inspect::hashes::{Hashes, Signed};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::canonical::PayloadHash;
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::crypto::sha256;
use sigvet_core::request::Request;

const STREAMING: &str = "STREAMING-";

pub(super) fn read(said: &Said<'_>) -> Vec<Explanation> {
    let readers = [checksum, mismatch, missing, unsigned, streaming, word, chunk];
    readers.iter().find_map(|read| read(said)).map(one).unwrap_or_default()
}

/// A checksum that the store did not find. `Content-MD5` has the same code, and is none of these.
fn checksum(said: &Said<'_>) -> Option<AppliedMistake> {
    const NAMES: [&str; 6] = ["crc32", "crc32c", "crc64nvme", "sha1 ", "sha256 ", "x-amz-checksum"];
    let sent = said.request().and_then(checksum_header);
    let is_bad = said.has_code(&["BadDigest", "InvalidDigest"]) && (sent.is_some() || said.says(&NAMES));
    let is_said = (is_bad && !said.says(&["content-md5"]))
        || said.has_code(&["XAmzContentChecksumMismatch"])
        || said.says(&["value for x-amz-checksum-"]);
    if !is_said {
        return None;
    }
    let made = match said.request().and_then(Request::wrong_checksum) {
        Some(wrong) => AppliedMistake::new(&CHECKSUM_MISMATCH, wrong.presented, wrong.expected.to_string())
            .with_detail(format!("it stands in {}", wrong.name)),
        None => AppliedMistake::new(&CHECKSUM_MISMATCH, sent.unwrap_or_default(), ""),
    };
    Some(made)
}

/// What the request says of its body by a checksum.
fn checksum_header(request: &Request) -> Option<String> {
    let header = request.headers.iter().find(|header| ChecksumAlgorithm::from_header(&header.name).is_some())?;
    Some(String::from_utf8_lossy(&header.value).into_owned())
}

fn mismatch(said: &Said<'_>) -> Option<AppliedMistake> {
    let is_said =
        said.has_code(&["XAmzContentSHA256Mismatch"]) || said.says(&["header does not match what was computed"]);
    if !is_said {
        return None;
    }
    let signed =
        said.judged.map(|judged| Signed { request: judged.request, claim: judged.claim, hints: said.evidence.hints });
    let of_reply = said.reply.hashes.as_ref().map(|hashes| (hashes.client.clone(), hashes.server.clone()));
    let of_request = || {
        let arrived = said.request()?.body.sha256()?.to_string();
        declared(said).map(|declared| (declared, arrived)).filter(|(declared, arrived)| declared != arrived)
    };
    let made = match of_reply.or_else(of_request) {
        Some((declared, arrived)) => Hashes { declared: &declared, arrived: &arrived }.mistake(signed),
        None => undecided(said),
    };
    Some(made)
}

/// A server that tells no hash of a body that is not at hand.
fn undecided(said: &Said<'_>) -> AppliedMistake {
    let declared = declared(said).unwrap_or_default();
    let mistake = match declared.as_str() {
        word if word.starts_with(STREAMING) => &PAYLOAD_STREAMING,
        hash if hash == sha256(b"").to_string() => &PAYLOAD_EMPTY_HASH,
        _ => &PAYLOAD_HEADER_MISMATCH,
    };
    AppliedMistake::new(mistake, declared, "")
}

fn missing(said: &Said<'_>) -> Option<AppliedMistake> {
    let is_said = said
        .says(&["missing required header for this request: x-amz-content-sha256", "missing x-amz-content-sha256"])
        || (said.has_code(&["MissingContentSHA256"]));
    is_said.then(|| AppliedMistake::new(&PAYLOAD_HEADER_MISSING, "", "x-amz-content-sha256"))
}

fn unsigned(said: &Said<'_>) -> Option<AppliedMistake> {
    const REFUSED: [&str; 5] = ["not allowed", "not supported", "unsupported", "not permitted", "must be signed"];
    let is_word =
        said.says(&["unsigned-payload", "unsigned payload"]) && !said.says(&["streaming-", "must be unsigned-payload"]);
    let arrived = said.request().and_then(|request| request.body.sha256()).map(|hash| hash.to_string());
    (is_word && said.says(&REFUSED))
        .then(|| AppliedMistake::new(&PAYLOAD_UNSIGNED, PayloadHash::UNSIGNED, arrived.unwrap_or_default()))
}

/// Chunks that the server does not know, or cannot take apart.
fn streaming(said: &Said<'_>) -> Option<AppliedMistake> {
    const CODES: [&str; 6] = [
        "IncompleteBody",
        "MissingContentLength",
        "NotImplemented",
        "MalformedTrailerError",
        "InvalidChunkSizeError",
        "InvalidTrailer",
    ];
    const WORDS: [&str; 4] = ["aws-chunked", "x-amz-decoded-content-length", "chunkedencoding", "chunk-signature"];
    const REFUSED: [&str; 4] = ["not implemented", "not supported", "unsupported", "missing"];
    let is_named = said.says(&["streaming-", WORDS[0], WORDS[1], WORDS[2]]) && said.says(&REFUSED);
    let declared = declared(said).filter(|word| word.starts_with(STREAMING));
    let is_of_chunks = declared.is_some() && (said.has_code(&CODES) || said.says(&WORDS));
    if !is_named && !is_of_chunks {
        return None;
    }
    let detail = match () {
        () if said.has_code(&["MissingContentLength"]) || said.says(&[WORDS[1]]) => {
            "the length of the decoded body is missing"
        }
        () if said.has_code(&[
            "IncompleteBody",
            "MalformedTrailerError",
            "InvalidChunkSizeError",
            "InvalidTrailer",
        ]) =>
        {
            "the server could not take the chunks apart"
        }
        () => "the server does not know this kind of chunks",
    };
    Some(AppliedMistake::new(&PAYLOAD_STREAMING, declared.unwrap_or_default(), "").with_detail(detail))
}

/// `x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a valid sha256 value.`
fn word(said: &Said<'_>) -> Option<AppliedMistake> {
    let is_said =
        said.says(&["valid sha256", "invalid header: x-amz-content-sha256", "x-amz-content-sha256 is invalid"]);
    let declared = declared(said).unwrap_or_default();
    // A server that does not name the words for chunks does not know them.
    let is_streaming = declared.starts_with(STREAMING) || (declared.is_empty() && !said.says(&["streaming-"]));
    let mistake = if is_streaming { &PAYLOAD_STREAMING } else { &PAYLOAD_HASH_FORM };
    let detail = if is_streaming {
        "the server does not know this kind of chunks"
    } else {
        "what is declared is no SHA-256 in hex"
    };
    is_said.then(|| AppliedMistake::new(mistake, declared, "").with_detail(detail))
}

/// The string to sign of a chunk, which is another than the request's.
fn chunk(said: &Said<'_>) -> Option<AppliedMistake> {
    let text = said.reply.string_to_sign.as_deref()?;
    let is_chunk = said.reply.is_signature_refusal() && text.starts_with(b"AWS4-HMAC-SHA256-PAYLOAD");
    let detail = "the signature of a chunk does not match; the request's own does";
    is_chunk
        .then(|| AppliedMistake::new(&PAYLOAD_STREAMING, declared(said).unwrap_or_default(), "").with_detail(detail))
}

fn declared(said: &Said<'_>) -> Option<String> {
    let header = said.dialect().content_sha256_header;
    said.request()?.headers.first_text(&header).map(str::to_owned)
}
