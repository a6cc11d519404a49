//! Turns the findings of verification into catalogue mistakes, with the title, place and fix of the finding's row.
//!
//! `verify` shows these mistakes as they are. `explain` starts from them and refines them with the other evidence.

use std::collections::HashSet;

use crate::diagnosis::catalogue::{self, Mistake};
use crate::diagnosis::inspect::{certificate, clock, form, key, observed, refused_token, scope, token, with_names};
use crate::diagnosis::outcome::{AppliedMistake, Diagnosis, Explanation, Judged, Origin, Proof};
use crate::formats::Note;
use sigvet_core::canonical::PayloadHash;
use sigvet_core::derivation::Placement;
use sigvet_core::request::Request;
use sigvet_core::stream::StreamFault;
use sigvet_core::time::{Timestamp, in_words};
use sigvet_core::verify::{Claimed, Finding, FindingId, Outcome, Verdict};

/// An explanation for each finding that is a mistake, in the order of the findings. Headers of the same kind
/// are one mistake.
pub(crate) fn explanations(verdict: &Verdict) -> Vec<Explanation> {
    let mut explanations: Vec<Explanation> = Vec::new();
    let (mut is_unsigned_done, mut is_missing_done, mut seen) = (false, false, HashSet::new());
    for finding in &verdict.findings {
        let made = match finding {
            // Each of these mistakes lists all headers of its kind, so the first finding represents the others.
            Finding::HeaderUnsigned { .. } if std::mem::replace(&mut is_unsigned_done, true) => None,
            Finding::HeaderMissing { .. } if std::mem::replace(&mut is_missing_done, true) => None,
            Finding::HeaderUnsigned { .. } => unsigned_headers(verdict),
            Finding::HeaderMissing { .. } => missing_headers(verdict),
            finding => mistake(finding, &verdict.claimed),
        };
        let explanation = made.map(|made| Explanation::from_mistake(proof(finding), made));
        let is_new = |made: &Explanation| {
            let texts = made
                .mistakes
                .iter()
                .map(|made| (made.mistake.id, made.detail.clone(), made.signed.clone(), made.expected.clone()));
            seen.insert((made.proof, texts.collect::<Vec<_>>()))
        };
        explanations.extend(explanation.filter(is_new));
    }
    explanations
}

impl Diagnosis {
    /// What verifying a request shows, without a search and without other evidence. `notes` are about the
    /// text that the request was read from.
    pub fn from_verdict(request: Request, verdict: Verdict, notes: &[Note]) -> Self {
        let refused = refused_token(&request, &verdict, notes);
        let outcome = if refused.is_empty() { verdict.outcome() } else { Outcome::Invalid };
        let mut explanations = explanations(&verdict);
        for made in refused {
            if !explanations.iter().any(|explanation| explanation.names(made.mistake.id)) {
                explanations.push(observed(made));
            }
        }
        let diagnosis = Self::without_request(explanations).in_words_for(Some(&request));
        let judged = Some(Judged { request, verdict, origin: Origin::Captured });
        Self { outcome, judged, ..diagnosis }
    }

    /// The mistakes that are not findings of verification.
    pub fn beyond_findings(&self) -> impl Iterator<Item = &AppliedMistake> {
        let findings = self.judged.iter().flat_map(|judged| &judged.verdict.findings);
        let ids: Vec<&str> = findings.filter_map(|finding| finding.id()).map(FindingId::as_str).collect();
        let mistakes = self.explanations.iter().flat_map(|explanation| &explanation.mistakes);
        mistakes.filter(move |made| !ids.contains(&made.mistake.id))
    }
}

/// The IDs of the mistakes that the findings represent, as [`Diagnosis::from_verdict`] has them.
pub fn mistakes_found(verdict: &Verdict) -> impl Iterator<Item = &'static str> {
    verdict.findings.iter().filter_map(|finding| Some(mistake(finding, &verdict.claimed)?.mistake.id))
}

/// How a finding is known.
pub(crate) fn proof(finding: &Finding) -> Proof {
    match finding {
        finding if finding.is_about_time() => Proof::Time,
        finding if finding.is_known_by_key() => Proof::Key,
        _ => Proof::Observed,
    }
}

/// The mistake that a finding represents. `None` for a bare mismatch, whose cause is not known yet, and for
/// parts that could not be checked.
pub(crate) fn mistake(finding: &Finding, claimed: &Claimed) -> Option<AppliedMistake> {
    let row = catalogue::row(finding.id()?);
    let made = |signed: &str, expected: &str| AppliedMistake::new(row, signed, expected);
    Some(match finding {
        Finding::AccessKeyUnknown { expected, presented } => {
            made(key::shown(presented), expected).with_detail("it is not the access key ID of the credentials in use")
        }
        Finding::TimeSkewed { now, presented, .. } => clock::off(*presented, *now),
        Finding::Expired { at, now } => expired(*at, *now, claimed),
        Finding::NotYetValid { from, now } => clock::not_yet_valid(*from, *now),
        Finding::ExpiresOutOfBounds { presented } => clock::expiry_out_of_range(&presented.to_string()),
        Finding::ScopeDate { expected, presented } => scope::other_date(presented, expected),
        Finding::ScopeTerminator { expected, presented } => scope::other_terminator(claimed, presented, expected),
        Finding::ScopeRegion { expected, presented } | Finding::ScopeService { expected, presented } => {
            made(presented, expected)
        }
        Finding::HostRegion { expected, presented } => {
            out_of_order(claimed).unwrap_or_else(|| scope::other_region(presented, expected))
        }
        Finding::HostService { expected, presented } => {
            out_of_order(claimed).unwrap_or_else(|| scope::other_service(presented, expected))
        }
        Finding::ScopeUnbound => made("", "AWS4-HMAC-SHA256"),
        Finding::VersionRefused { .. } => made("", "AWS4-HMAC-SHA256").with_detail(finding.to_string()),
        Finding::SignedTwice => made("", "").with_detail(match claimed {
            Claimed::Form(_) => "the form has the fields of both versions",
            _ => "there are two Authorization headers",
        }),
        Finding::Repeated { name } => made(name, "").with_detail(finding.to_string()),
        Finding::AuthorizationForm { problem } => made("", "").with_detail(problem.as_str()),
        Finding::SignedHeadersForm { expected, presented, .. } => {
            made(presented, expected).with_detail(finding.to_string())
        }
        Finding::LengthAmbiguous { problem } => made("", "").with_detail(*problem),
        Finding::RequestLine { problem } => made("", "").with_detail(problem.as_str()),
        Finding::TrailerUnsigned { name } => made(name, ""),
        Finding::HostContradicted { expected, presented } | Finding::HostMalformed { expected, presented } => {
            made(presented, expected)
        }
        Finding::StreamingWord { presented } | Finding::PayloadWord { presented } => {
            made(presented, "").with_detail(finding.to_string())
        }
        Finding::PayloadUnsigned => made(PayloadHash::UNSIGNED, ""),
        Finding::TokenMissing { .. } => token::missing(&claimed.dialect()),
        Finding::TokenDiffers { .. } => made("", "").with_detail("it is not the token that belongs to the key"),
        Finding::PayloadMismatch { expected, presented } => made(presented, expected),
        Finding::ChecksumMismatch { name, expected, presented } => {
            made(presented, expected).with_detail(format!("the header is {name}"))
        }
        Finding::RegionSetMissing { name } | Finding::PayloadHeaderMissing { name } => made("", name),
        Finding::HostNotSigned => made(listed(claimed), &with_names(listed(claimed), &["host"])),
        Finding::HeaderUnsigned { name } | Finding::TokenUnsigned { name } => {
            made(listed(claimed), &with_names(listed(claimed), &[name]))
        }
        Finding::HeaderMissing { name } => made(name, ""),
        Finding::Certificate(fault) => certificate::mistake(row, fault),
        Finding::Policy(violation) => form::violated(row, violation),
        Finding::Stream(fault) => chunks(row, fault, claimed),
        // For a new kind of finding, the catalogue row says everything.
        _ => made("", ""),
    })
}

/// A URL that its service no longer accepts, whatever its own expiry is.
fn expired(at: Timestamp, now: Timestamp, claimed: &Claimed) -> AppliedMistake {
    let made = clock::expired(at, now);
    let Claimed::V4(claim) = claimed else { return made };
    let Placement::Query { expires } = claim.terms.placement else { return made };
    let (from, service) = (claim.terms.timestamp, claim.terms.scope.service.as_str());
    if at >= from.plus(expires) {
        return made;
    }
    let held = in_words(from.seconds_until(at).unsigned_abs());
    let detail = made.detail.as_deref().unwrap_or_default();
    let detail = format!("{detail}; {service} accepts it for {held}, whatever X-Amz-Expires says");
    made.with_detail(detail)
}

/// Parts of the scope in the wrong order, which is why the host contradicts them.
fn out_of_order(claimed: &Claimed) -> Option<AppliedMistake> {
    if let Claimed::V4(claim) = claimed { scope::out_of_order(&claim.terms) } else { None }
}

/// All of the provider's headers that were sent but not signed.
pub(crate) fn unsigned_headers(verdict: &Verdict) -> Option<AppliedMistake> {
    let names = names(verdict, |finding| match finding {
        Finding::HeaderUnsigned { name } => Some(name),
        _ => None,
    });
    let listed = listed(&verdict.claimed);
    let made = AppliedMistake::new(catalogue::row(FindingId::HeaderAmzUnsigned), listed, with_names(listed, &names));
    (!names.is_empty()).then(|| made.with_detail(format!("not signed: {}", names.join(", "))))
}

/// All headers that were signed but not sent.
pub(crate) fn missing_headers(verdict: &Verdict) -> Option<AppliedMistake> {
    let names = names(verdict, |finding| match finding {
        Finding::HeaderMissing { name } => Some(name),
        _ => None,
    });
    let made = AppliedMistake::new(catalogue::row(FindingId::HeaderMissing), names.join(";"), "");
    (!names.is_empty()).then(|| made.with_detail(format!("not sent: {}", names.join(", "))))
}

fn names<'v>(verdict: &'v Verdict, name: impl Fn(&'v Finding) -> Option<&'v String>) -> Vec<&'v str> {
    let mut names: Vec<&str> =
        verdict.findings.iter().filter_map(|finding| name(finding).map(String::as_str)).collect();
    names.dedup();
    names
}

/// The request's list of signed headers.
fn listed(claimed: &Claimed) -> &str {
    if let Claimed::V4(claim) = claimed { &claim.signed_headers_listed } else { "" }
}

fn chunks(row: &'static Mistake, fault: &StreamFault, claimed: &Claimed) -> AppliedMistake {
    let made = |signed: &str, expected: &str| AppliedMistake::new(row, signed, expected);
    let declared = match claimed {
        Claimed::V4(claim) => claim.terms.payload.to_string(),
        _ => String::new(),
    };
    let made = match fault {
        _ if row.id == FindingId::PayloadStreaming.as_str() => made(&declared, ""),
        StreamFault::Malformed(malformed) => made(&malformed.presented, ""),
        // The expected value depends on the key.
        StreamFault::ChunkUnsigned { .. }
        | StreamFault::FinalChunkMissing
        | StreamFault::ChunkSigned { .. }
        | StreamFault::ChunkTooSmall { .. }
        | StreamFault::TrailerNone => made("", ""),
        StreamFault::DecodedLength { declared, arrived } => made(declared, &arrived.to_string()),
        StreamFault::TrailerMissing { name } => made("", name),
        StreamFault::TrailerUnannounced { name }
        | StreamFault::TrailerUnexpected { name }
        | StreamFault::TrailerNotChecksum { name } => made(name, ""),
        StreamFault::ChunkSignature { expected, presented, .. }
        | StreamFault::TrailerSignature { expected, presented }
        | StreamFault::Checksum { expected, presented, .. } => made(presented, expected),
        StreamFault::DecodedLengthMissing => made(&declared, ""),
    };
    made.with_detail(fault.to_string())
}

#[cfg(test)]
mod tests;
