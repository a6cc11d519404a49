//! Messages about the payload: a hash of another body, a missing or refused hash, and chunks that the server
//! does not support.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{
    PAYLOAD_EMPTY_HASH, PAYLOAD_HASH_FORM, PAYLOAD_HEADER_MISMATCH, PAYLOAD_HEADER_MISSING, PAYLOAD_STREAMING,
    PAYLOAD_UNSIGNED,
};
use crate::diagnosis::inspect::hashes::{Hashes, Signed};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use crate::formats::reply::Gateway;
use sigvet_core::canonical::PayloadHash;
use sigvet_core::crypto::sha256;
use sigvet_core::request::Body;

const STREAMING: &str = "STREAMING-";

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let readers = [mismatch, missing, unsigned, streaming, word, chunk];
    readers.iter().find_map(|read| read(said)).map(one).unwrap_or_default()
}

fn mismatch(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    // Garage uses S3's code for a digest, and names the header.
    let is_digest = said.has_code(&["BadDigest", "InvalidDigest"]) && said.says(&["x-amz-content-sha256"]);
    let is_said = is_digest
        || said.has_code(&["XAmzContentSHA256Mismatch"])
        || said.says(&["header does not match what was computed", "verification failed (from x-amz-content-sha256)"]);
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

/// A server that states no hash, and a body that is not available.
fn undecided(said: &ReplyContext<'_>) -> AppliedMistake {
    let declared = declared(said).unwrap_or_default();
    let mistake = match declared.as_str() {
        word if word.starts_with(STREAMING) => &PAYLOAD_STREAMING,
        hash if hash == sha256(b"").to_string() => &PAYLOAD_EMPTY_HASH,
        _ => &PAYLOAD_HEADER_MISMATCH,
    };
    AppliedMistake::new(mistake, declared, "")
}

fn missing(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let is_said = said
        .says(&["missing required header for this request: x-amz-content-sha256", "missing x-amz-content-sha256"])
        || (said.has_code(&["MissingContentSHA256"]));
    (is_said || is_wanted_by_gateway(said))
        .then(|| AppliedMistake::new(&PAYLOAD_HEADER_MISSING, "", "x-amz-content-sha256"))
}

/// OpenSearch Serverless, and CloudFront in front of a Lambda function URL, require the client's hash but do
/// not name the header.
fn is_wanted_by_gateway(said: &ReplyContext<'_>) -> bool {
    let is_aoss = said.reply.gateway == Some(Gateway::OpenSearchServerless)
        || said.says(&["resultdetail: { code=invalidsignature", "code=invalidsignature, message=invalid signature"]);
    let is_signed = said.judged.is_some();
    let is_cloudfront = said.reply.gateway == Some(Gateway::CloudFront)
        && said.reply.is_signature_refusal()
        && said.has_code(&["InvalidSignatureException"])
        && !is_signed;
    let lacks_hash = said.request().is_none_or(|request| {
        let is_empty = matches!(&request.body, Body::Bytes(body) if body.is_empty());
        !is_empty && !request.headers.contains("x-amz-content-sha256")
    });
    (is_aoss || is_cloudfront) && lacks_hash
}

fn unsigned(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const REFUSED: [&str; 5] = ["not allowed", "not supported", "unsupported", "not permitted", "must be signed"];
    let is_word =
        said.says(&["unsigned-payload", "unsigned payload"]) && !said.says(&["streaming-", "must be unsigned-payload"]);
    let arrived = said.request().and_then(|request| request.body.sha256()).map(|hash| hash.to_string());
    (is_word && said.says(&REFUSED))
        .then(|| AppliedMistake::new(&PAYLOAD_UNSIGNED, PayloadHash::UNSIGNED, arrived.unwrap_or_default()))
}

/// Chunks that the server does not support or cannot parse.
fn streaming(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const CODES: [&str; 6] = [
        "IncompleteBody",
        "MissingContentLength",
        "NotImplemented",
        "MalformedTrailerError",
        "InvalidChunkSizeError",
        "InvalidTrailer",
    ];
    const TRAILER: &str = "trailing data that was not well-formed";
    const WORDS: [&str; 5] =
        ["aws-chunked", "x-amz-decoded-content-length", "chunkedencoding", "chunk-signature", "chunk format error"];
    const REFUSED: [&str; 4] = ["not implemented", "not supported", "unsupported", "missing"];
    let is_named = said.says(&["streaming-", WORDS[0], WORDS[1], WORDS[2]]) && said.says(&REFUSED);
    let declared = declared(said).filter(|word| word.starts_with(STREAMING));
    let is_of_chunks = declared.is_some() && (said.has_code(&CODES) || said.says(&WORDS));
    let is_surely = said.has_code(&CODES[3..]) || said.says(&[WORDS[4], "trailing checksum was not sent", TRAILER]);
    if !is_named && !is_of_chunks && !is_surely {
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
            "the server could not parse the chunks"
        }
        () => "the server does not support this kind of chunks",
    };
    Some(AppliedMistake::new(&PAYLOAD_STREAMING, declared.unwrap_or_default(), "").with_detail(detail))
}

/// `x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a valid sha256 value.`
fn word(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const SAID: [&str; 4] = [
        "valid sha256",
        "invalid header: x-amz-content-sha256",
        "x-amz-content-sha256 is invalid",
        "x-amz-content-sha256 header is invalid",
    ];
    let is_said = said.says(&SAID);
    let declared = declared(said).unwrap_or_default();
    // A server that does not list the keywords for chunks does not support them; one that quotes the keyword
    // names it last.
    let is_quoted = said.says(&["is invalid: streaming-"]);
    let is_unnamed = declared.is_empty() && !said.says(&["streaming-", SAID[3]]);
    let is_streaming = declared.starts_with(STREAMING) || is_unnamed || is_quoted;
    let mistake = if is_streaming { &PAYLOAD_STREAMING } else { &PAYLOAD_HASH_FORM };
    let detail = if is_streaming {
        "the server does not support this kind of chunks"
    } else {
        "the declared value is not a SHA-256 in hex"
    };
    is_said.then(|| AppliedMistake::new(mistake, declared, "").with_detail(detail))
}

/// The string to sign of a chunk, which differs from the request's. Garage mentions chunks in its message.
fn chunk(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let text = said.reply.string_to_sign.as_deref().unwrap_or_default();
    let is_of_chunk = said.reply.is_signature_refusal() && text.starts_with(b"AWS4-HMAC-SHA256-PAYLOAD");
    let is_chunk = is_of_chunk || said.says(&["invalid payload signature"]);
    let detail = "the signature of a chunk does not match; the request's own does";
    is_chunk
        .then(|| AppliedMistake::new(&PAYLOAD_STREAMING, declared(said).unwrap_or_default(), "").with_detail(detail))
}

fn declared(said: &ReplyContext<'_>) -> Option<String> {
    let header = said.dialect().content_sha256_header;
    said.request()?.headers.first_text(&header).map(str::to_owned)
}
