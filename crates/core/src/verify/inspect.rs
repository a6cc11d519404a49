//! What of a signed request of the Version 4 family can be judged without a key: times, scope, payload, headers.
//!
//! Each judge looks at one thing and knows nothing of the others. The session token, for which credentials are needed, is
//! judged in `token`.

use std::time::Duration;

use super::finding::Finding;
use crate::canonical::{PayloadHash, query};
use crate::claim::Claim;
use crate::derivation::Placement;
use crate::prepare::EXPIRES_LIMITS;
use crate::request::{Body, Request};
use crate::scheme::Scheme;
use crate::stream;
use crate::time::Timestamp;

/// Everything that needs no key.
pub(super) fn inspect(request: &Request, claim: &Claim, now: Timestamp, window: Duration) -> Vec<Finding> {
    let mut findings = judge_time(claim, now, window);
    findings.extend(judge_region_set(request, claim));
    findings.extend(judge_payload(request, claim));
    findings.extend(judge_checksum(request, claim));
    findings.extend(stream::check_framing(request, &claim.terms).into_iter().map(Finding::Stream));
    findings.extend(judge_unseen_chunks(request, claim));
    findings.extend(judge_headers(request, claim));
    findings
}

fn judge_time(claim: &Claim, now: Timestamp, window: Duration) -> Vec<Finding> {
    let terms = &claim.terms;
    let mut findings = Vec::new();
    if terms.scope.date != terms.timestamp.day() {
        let expected = terms.timestamp.day().to_owned();
        findings.push(Finding::ScopeDate { expected, presented: terms.scope.date.clone() });
    }
    if terms.scope.terminator != terms.dialect.terminator {
        let expected = terms.dialect.terminator.to_string();
        findings.push(Finding::ScopeTerminator { expected, presented: terms.scope.terminator.clone() });
    }
    let apart = terms.timestamp.seconds_until(now);
    match terms.placement {
        Placement::Header if apart.unsigned_abs() > window.as_secs() => {
            findings.push(Finding::TimeSkewed { now, presented: terms.timestamp, window });
        }
        Placement::Header => {}
        Placement::Query { expires } => {
            let end = terms.timestamp.plus(expires);
            if expires < EXPIRES_LIMITS.0 || expires > EXPIRES_LIMITS.1 {
                findings.push(Finding::ExpiresOutOfBounds { presented: expires.as_secs() });
            }
            if now > end {
                findings.push(Finding::Expired { at: end, now });
            } else if now.plus(window) < terms.timestamp {
                findings.push(Finding::NotYetValid { from: terms.timestamp, now });
            }
        }
    }
    findings
}

fn judge_region_set(request: &Request, claim: &Claim) -> Option<Finding> {
    let dialect = &claim.terms.dialect;
    let (name, is_there) = match claim.terms.placement {
        _ if claim.terms.scheme != Scheme::V4a => return None,
        Placement::Header => {
            let name = dialect.region_set_header();
            let is_there = request.headers.contains(&name);
            (name, is_there)
        }
        Placement::Query { .. } => {
            let name = dialect.query_name("Region-Set");
            let is_there = query::parameter(request, &name).is_some();
            (name, is_there)
        }
    };
    (!is_there).then_some(Finding::RegionSetMissing { name })
}

fn judge_payload(request: &Request, claim: &Claim) -> Option<Finding> {
    let terms = &claim.terms;
    let name = &terms.dialect.content_sha256_header;
    if terms.placement == Placement::Header
        && terms.dialect.stores_objects(&terms.scope.service)
        && !request.headers.contains(name)
    {
        return Some(Finding::PayloadHeaderMissing { name: name.to_string() });
    }
    let PayloadHash::Declared(presented) = &terms.payload else { return None };
    let is_word = presented.starts_with("STREAMING-");
    let expected = request.body.sha256()?.to_string();
    (!is_word && *presented != expected).then(|| Finding::PayloadMismatch { expected, presented: presented.clone() })
}

/// A signature that is right says nothing of chunks that nobody has seen.
fn judge_unseen_chunks(request: &Request, claim: &Claim) -> Option<Finding> {
    let PayloadHash::Declared(word) = &claim.terms.payload else { return None };
    let comes_in_chunks = word.starts_with("STREAMING-") && !word.ends_with("-EVENTS");
    (comes_in_chunks && request.body == Body::Unknown).then_some(Finding::ChunksUnseen)
}

/// Other services than those that store objects read no such header.
fn judge_checksum(request: &Request, claim: &Claim) -> Option<Finding> {
    let terms = &claim.terms;
    let wrong = request.wrong_checksum().filter(|_| terms.dialect.stores_objects(&terms.scope.service))?;
    let (name, expected) = (wrong.name.to_owned(), wrong.expected.to_string());
    Some(Finding::ChecksumMismatch { name, expected, presented: wrong.presented })
}

fn judge_headers(request: &Request, claim: &Claim) -> Vec<Finding> {
    let terms = &claim.terms;
    let mut findings = Vec::new();
    if !terms.signed_headers.contains("host") {
        findings.push(Finding::HostNotSigned);
    }
    for header in &request.headers {
        let name = header.name.to_ascii_lowercase();
        let own = name.starts_with(terms.dialect.header_prefix.as_ref());
        // Object stores want the token signed as all else; other services take it either way.
        let is_free = name == terms.dialect.token_header && !terms.dialect.stores_objects(&terms.scope.service);
        if own && !is_free && !terms.signed_headers.contains(&name) {
            findings.push(Finding::HeaderUnsigned { name });
        }
    }
    let missing = terms.signed_headers.iter().filter(|name| !request.headers.contains(name));
    findings.extend(missing.map(|name| Finding::HeaderMissing { name: name.to_owned() }));
    findings
}
