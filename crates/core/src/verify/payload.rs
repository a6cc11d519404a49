//! Judges what a signature of the Version 4 family declares about the payload, and whether its service accepts that.

use super::Finding;
#[cfg(feature = "stream")]
use super::unknown::is_blacked_out;
use crate::canonical::PayloadHash;
use crate::claim::Claim;
use crate::crypto::Sha256Digest;
use crate::derivation::{Placement, Terms};
#[cfg(feature = "stream")]
use crate::request::WrongChecksum;
use crate::request::{Body, Request};
use crate::scheme::Dialect;

/// Prefix of the words for a payload in pieces.
const STREAMING: &str = "STREAMING-";

/// Services other than S3's that accept `UNSIGNED-PAYLOAD`: those whose operations botocore's models sign that way
/// (`v4-unsigned-body`, `unsignedPayload`), and according to their manuals VPC Lattice, OpenSearch Serverless and
/// Transcribe. All others hash what arrives.
const TAKE_UNSIGNED: [&str; 7] = ["aoss", "ebs", "lex", "mediastore", "omics", "transcribe", "vpc-lattice-svcs"];

/// Finds a checksum header or Content-MD5 that does not match the body.
#[cfg(feature = "stream")]
pub(super) fn wrong_checksum(request: &Request) -> Option<Finding> {
    let WrongChecksum { name, expected, presented } =
        request.wrong_checksum().filter(|wrong| !is_blacked_out(&wrong.presented))?;
    Some(Finding::ChecksumMismatch { name: name.to_owned(), expected, presented })
}

/// Findings about the payload, as far as it is known.
pub(super) fn judge(request: &Request, claim: &Claim) -> Vec<Finding> {
    let terms = &claim.terms;
    if is_missing(request, terms) {
        return vec![Finding::PayloadHeaderMissing { name: terms.dialect.content_sha256_header.to_string() }];
    }
    let found = match &terms.payload {
        PayloadHash::Unsigned => (!takes_unsigned(terms)).then_some(Finding::PayloadUnsigned),
        PayloadHash::Declared(word) if word.starts_with(STREAMING) => unknown_word(terms, word),
        PayloadHash::Declared(presented) => mismatch(request, terms, presented),
        PayloadHash::Sha256(_) => None,
    };
    found.into_iter().collect()
}

/// Whether the payload declaration is missing. S3 requires it in each request with a signature in its headers; so does
/// OpenSearch Serverless (its developer guide, *Signing HTTP requests with other clients*).
fn is_missing(request: &Request, terms: &Terms) -> bool {
    let service = terms.scope.service.as_str();
    terms.placement == Placement::Header
        && (terms.dialect.stores_objects(service) || service == "aoss")
        && !request.headers.contains(&terms.dialect.content_sha256_header)
}

fn takes_unsigned(terms: &Terms) -> bool {
    let service = terms.scope.service.as_str();
    terms.dialect.stores_objects(service) || TAKE_UNSIGNED.contains(&service)
}

/// Finds a word that the service does not know. S3 knows five (*Authenticating Requests: Using the Authorization
/// Header*, `x-amz-content-sha256`), two of them with the algorithm of the signature; event streams are for services
/// that do not store objects, and not for presigned URLs.
fn unknown_word(terms: &Terms, presented: &str) -> Option<Finding> {
    let algorithm = terms.dialect.algorithm_for(terms.scheme);
    let of_chunks = |rest: &str| is_of_chunks(rest, &algorithm);
    let rest = presented.strip_prefix(STREAMING)?;
    let is_known = match terms.dialect.stores_objects(&terms.scope.service) {
        true => terms.dialect.header_prefix == Dialect::AWS4.header_prefix && of_chunks(rest),
        false => rest.strip_suffix("-EVENTS") == Some(&*algorithm),
    };
    (!is_known).then(|| Finding::StreamingWord { presented: presented.to_owned() })
}

fn is_of_chunks(rest: &str, algorithm: &str) -> bool {
    let signed = rest.strip_suffix("-TRAILER").unwrap_or(rest).strip_suffix("-PAYLOAD");
    signed == Some(algorithm) || rest == "UNSIGNED-PAYLOAD-TRAILER"
}

/// Finds the hash of another body and, at S3, text that is not a hash, whatever the body is.
fn mismatch(request: &Request, terms: &Terms, presented: &str) -> Option<Finding> {
    let presented = presented.to_owned();
    match request.body.sha256().map(|hash| hash.to_string()) {
        Some(expected) => (presented != expected).then_some(Finding::PayloadMismatch { expected, presented }),
        None if terms.dialect.stores_objects(&terms.scope.service) && !is_hash(&presented) => {
            Some(Finding::PayloadWord { presented })
        }
        None => None,
    }
}

/// Whether the text is a hash as S3 takes it: in lower case.
fn is_hash(text: &str) -> bool {
    Sha256Digest::from_hex(text).is_some_and(|hash| hash.to_string() == text)
}

/// Finds a payload that was not seen, or chunks that this crate cannot read: a valid signature does not vouch for them.
pub(super) fn judge_unseen(request: &Request, claim: &Claim) -> Option<Finding> {
    let is_unseen = request.body.sha256().is_none();
    match &claim.terms.payload {
        PayloadHash::Unsigned => None,
        PayloadHash::Declared(word) if word.starts_with(STREAMING) => {
            // This crate does not read the frames of an event stream, which are also signed one by one.
            let is_read = cfg!(feature = "stream") && !word.ends_with("-EVENTS");
            let is_seen = is_read && matches!(request.body, Body::Bytes(_));
            (!is_seen).then_some(Finding::ChunksUnseen)
        }
        PayloadHash::Declared(_) | PayloadHash::Sha256(_) => is_unseen.then_some(Finding::PayloadUnseen),
    }
}
