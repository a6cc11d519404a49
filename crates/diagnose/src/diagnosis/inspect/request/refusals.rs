//! Faults that the request alone shows and that no server accepts, in addition to those that verification finds.

use std::ops::RangeInclusive;

use crate::diagnosis::catalogue::{
    CERTIFIED_FORM, CHECKSUM_MISMATCH, CHECKSUM_OF_NOTHING, MECHANISM_TWICE, PAYLOAD_STREAMING, QUERY_HTML_ESCAPED,
    QUERY_JSON_ESCAPED, SIGNATURE_FORM,
};
use crate::diagnosis::certified;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::inspect::unreadable::v2_parameters;
use crate::diagnosis::inspect::{holds, key, refused_token, scope, token};
use crate::diagnosis::outcome::{AppliedMistake, JudgedV4};
use sigvet_core::canonical::PayloadHash;
use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
use sigvet_core::credentials::is_temporary_key_id;
use sigvet_core::internal::canonical::query;
use sigvet_core::internal::is_aws;
use sigvet_core::internal::is_blacked_out;
use sigvet_core::request::{Body, Request};
use sigvet_core::scheme::Scheme;
use sigvet_core::verify::{CertificateFault, Finding, is_judged_by_certificate};
use sigvet_core::x509::KeyAlgorithm;

/// The prefix of the payload keywords for chunks.
const STREAMING: &str = "STREAMING-";
/// Event streams are framed differently, and their length is not known in advance.
const EVENTS: &str = "STREAMING-AWS4-HMAC-SHA256-EVENTS";

/// All of them, in the order in which a server would encounter them.
pub(super) fn all(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<AppliedMistake> {
    let request = evidence.request.unwrap_or(judged.request);
    let terms = &judged.claim.terms;
    let is_captured = judged.is_captured();
    let is_by_certificate = is_judged_by_certificate(judged.request, judged.claim);
    [
        mechanism_twice(request),
        scope::out_of_order(terms),
        key::malformed(&terms.access_key_id).filter(|_| is_captured && !is_by_certificate),
        token_missing(judged).filter(|_| is_captured),
        token::with_space(judged.request, &terms.dialect),
        unsigned_token(judged).filter(|_| is_captured),
        streaming(judged).filter(|_| is_captured),
        signature_form(judged).filter(|_| is_captured),
        checksum_of_nothing(judged).filter(|_| is_captured),
    ]
    .into_iter()
    .flatten()
    .chain(if is_captured { refused_token(judged.request, &judged.whole.verdict, evidence.notes) } else { Vec::new() })
    .collect()
}

/// A URL copied from HTML or JSON, which damaged its signature parameters.
pub(super) fn escaped(request: &Request) -> Option<AppliedMistake> {
    let query = request.query()?;
    let made = |mistake, escape: &str| AppliedMistake::new(mistake, escape, "&");
    let html = holds(query, "amp;X-Amz-").then(|| made(&QUERY_HTML_ESCAPED, "&amp;"));
    html.or_else(|| holds(query, "u0026X-Amz-").then(|| made(&QUERY_JSON_ESCAPED, "\\u0026")))
}

fn mechanism_twice(request: &Request) -> Option<AppliedMistake> {
    let is_twice = request.headers.values("authorization").count() == 1 && v2_parameters(request);
    let detail = "the query also has a Version 2 signature";
    is_twice.then(|| AppliedMistake::new(&MECHANISM_TWICE, "", "").with_detail(detail))
}

/// A presigned URL whose checksum was computed before there was a body. It is right for a request with an empty body.
fn checksum_of_nothing(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let request = judged.request;
    let (name, presented) = query::parameters(request.query()?).find_map(|(name, value)| {
        let algorithm = ChecksumAlgorithm::from_header(std::str::from_utf8(&name).ok()?)?;
        let nothing = Checksum::compute(algorithm, b"").to_string();
        (value == nothing.as_bytes()).then_some((algorithm.header(), nothing))
    })?;
    let is_upload =
        query::parameter(request, "x-id").is_some_and(|id| [&b"PutObject"[..], b"UploadPart"].contains(&&*id));
    let mistake = match &request.body {
        Body::Bytes(body) if !body.is_empty() => return None,
        _ if request.headers.content_length().is_some_and(|length| length > 0) => &CHECKSUM_MISMATCH,
        Body::Bytes(_) if request.method() != "GET" => return None,
        Body::Bytes(_) if !is_upload => return None,
        _ => &CHECKSUM_OF_NOTHING,
    };
    let detail = format!("{name} is the checksum of an empty body");
    Some(AppliedMistake::new(mistake, presented, "").with_detail(detail))
}

fn token_missing(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let is_sent = token::presented(judged.request, &terms.dialect).is_some();
    (is_temporary_key_id(&terms.access_key_id) && !is_sent).then(|| token::missing(&terms.dialect))
}

/// S3 requires all of the provider's headers to be signed. Other services accept an unsigned token.
fn unsigned_token(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let is_wanted = terms.dialect.stores_objects(&terms.scope.service) && is_aws(judged.request);
    token::unsigned(judged.request, judged.claim).filter(|_| is_wanted)
}

/// A payload that is declared as chunked but is not.
fn streaming(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let PayloadHash::Declared(word) = &judged.claim.terms.payload else { return None };
    let is_unknown = judged.findings().iter().any(|finding| matches!(finding, Finding::StreamingWord { .. }));
    if !word.starts_with(STREAMING) || word == EVENTS || is_unknown {
        return None;
    }
    let has_length = judged.request.headers.contains("x-amz-decoded-content-length");
    let detail = match &judged.request.body {
        Body::Bytes(body) if !body.is_empty() && !is_chunked(body) => "the body is not in aws-chunked framing",
        _ if !has_length => "x-amz-decoded-content-length is missing",
        _ => return None,
    };
    Some(AppliedMistake::new(&PAYLOAD_STREAMING, word.as_str(), "").with_detail(detail))
}

/// Whether a body begins with the head of a chunk: its length in hex, possibly a signature, and a line ending.
fn is_chunked(body: &[u8]) -> bool {
    let Some(end) = body.iter().take(200).position(|byte| *byte == b'\r') else { return false };
    let length =
        body.get(..end).unwrap_or_default().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    (1..=16).contains(&length.len()) && length.iter().all(u8::is_ascii_hexdigit)
}

/// Number of hex digits of a DER signature: two integers of at most 33 bytes, mostly 32.
const DER_DIGITS: RangeInclusive<usize> = 120..=144;

fn signature_form(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let signature = judged.claim.signature.as_str();
    // A signature of another algorithm has another form.
    let is_of_another = |finding: &Finding| matches!(finding, Finding::Certificate(CertificateFault::Algorithm { .. }));
    if is_blacked_out(signature) || judged.findings().iter().any(is_of_another) {
        return None;
    }
    let is_hex = signature.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_lower = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    let (is_whole, usual) = match judged.claim.terms.scheme {
        Scheme::V4 => (signature.len() == 64, "not 64".to_owned()),
        Scheme::V4a => {
            (DER_DIGITS.contains(&signature.len()) && signature.starts_with("30"), "not 140 or so".to_owned())
        }
        Scheme::X509(algorithm) => certified_form(judged, algorithm)?,
    };
    let detail = match signature.len() {
        _ if is_whole && is_hex && is_lower => return None,
        _ if is_whole && is_hex => "it is in uppercase".to_owned(),
        length if is_hex => format!("it has {length} digits, {usual}"),
        _ if signature.contains('%') => "it is percent-encoded".to_owned(),
        28 | 43 | 44 => "it is in base64".to_owned(),
        _ => "it contains characters that are not hex digits".to_owned(),
    };
    let expected = if is_hex { signature.to_ascii_lowercase() } else { String::new() };
    let row = if judged.claim.terms.scheme.is_certified() { &CERTIFIED_FORM } else { &SIGNATURE_FORM };
    Some(AppliedMistake::new(row, signature, expected).with_detail(detail))
}

/// Whether the signature has a length that the certificate's key can produce, and that length in words, to follow the
/// actual length. `None` if such a key cannot sign requests.
fn certified_form(judged: &JudgedV4<'_>, algorithm: KeyAlgorithm) -> Option<(bool, String)> {
    let (signature, digits) = (judged.claim.signature.as_str(), |bytes: usize| 2 * bytes);
    let is_der = signature.starts_with("30");
    let Some(certificate) = certified::certificate(judged.request, judged.claim) else {
        return Some(match algorithm {
            KeyAlgorithm::Rsa => (certified::is_whole_rsa(signature.len() / 2), "not 512 to 1024".to_owned()),
            KeyAlgorithm::Ecdsa => (is_der, "and is not DER, which begins with 30".to_owned()),
        });
    };
    let bytes = certificate.key.signature_bytes().filter(|_| certificate.key.can_verify())?;
    let key = certificate.key.description();
    Some(match algorithm {
        KeyAlgorithm::Rsa => (
            // The complete signature of a key of another length is a mistake of its own, reported elsewhere.
            signature.len() == digits(*bytes.end()) || certified::is_whole_rsa(signature.len() / 2),
            format!("and the key of the certificate ({key}) makes {}", digits(*bytes.end())),
        ),
        KeyAlgorithm::Ecdsa => (
            is_der && (digits(*bytes.start())..=digits(*bytes.end())).contains(&signature.len()),
            format!("and DER of the certificate's key ({key}) has {} or a few less", digits(*bytes.end())),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_distinguished_from_plain_bodies() {
        let signed = b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\nabc";
        for (body, expected) in [
            (&signed[..], true),
            (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", true),
            (b"hello", false),
            (b"{\"a\": 1}\r\n", false),
            (b"\r\n", false),
        ] {
            assert_eq!(is_chunked(body), expected, "{}", String::from_utf8_lossy(body));
        }
    }
}
