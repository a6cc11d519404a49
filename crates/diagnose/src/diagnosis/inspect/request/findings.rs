//! Turns the findings of verification into mistakes, refined by the rest of the request, the keys and the
//! server's clock.

use crate::diagnosis::catalogue::{ACCESS_KEY_MALFORMED, ACCESS_KEY_UNKNOWN};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::inspect::hashes::{Hashes, Signed};
use crate::diagnosis::inspect::verified;
use crate::diagnosis::inspect::{clock, key, observed, scope, token};
use crate::diagnosis::outcome::{AppliedMistake, Explanation, Judged, JudgedV4, Proof};
use crate::formats::reply::Reply;
use sigvet_core::internal::judge_claim;
use sigvet_core::verify::Finding;

/// The findings for which a server refuses the request. Those about time come last, because they may be based
/// on another clock than the server's.
pub(super) fn fatal_v4(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    // The server compares checksums only after it has accepted the signature.
    let is_signature = evidence.reply.is_some_and(Reply::is_signature_refusal);
    let is_later = |finding: &Finding| is_signature && matches!(finding, Finding::ChecksumMismatch { .. });
    let is_timeless = |finding: &&Finding| finding.is_fatal() && !is_of_the_clock(finding) && !is_later(finding);
    let timeless = judged.findings().iter().filter(is_timeless);
    let seen = timeless
        .filter(|finding| is_seen(finding, judged) && !is_gathered(finding, judged) && !is_out_of_place(finding));
    let verdict = &judged.whole.verdict;
    let unsigned =
        verified::unsigned_headers(verdict).into_iter().chain(verified::missing_headers(verdict)).map(observed);
    let of_clock = clock_findings(evidence, judged);
    let explained = seen.flat_map(|finding| refined(finding, evidence, judged.whole)).chain(unsigned);
    explained.chain(of_clock.iter().flat_map(|finding| refined(finding, evidence, judged.whole))).collect()
}

/// The fatal findings of a signature without a canonical request.
pub(super) fn fatal(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    let is_clock_right = evidence.reply.is_some_and(finds_no_fault_with_the_clock);
    let is_counted = |finding: &&Finding| finding.is_fatal() && !(is_clock_right && finding.is_about_time());
    let findings = judged.verdict.findings.iter().filter(is_counted);
    findings.flat_map(|finding| refined(finding, evidence, judged)).collect()
}

/// A server that says that the signature is wrong, and states no time, found no fault with the clock.
fn finds_no_fault_with_the_clock(reply: &Reply) -> bool {
    reply.is_signature_refusal() && reply.server_time.is_none()
}

/// Findings that depend on the server's clock, which is best known from the reply.
fn clock_findings(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Finding> {
    let named = evidence.reply.and_then(|reply| reply.server_time);
    let mut findings = match named {
        Some(now) => {
            let judge = evidence.judge_without_key(now);
            judge_claim(judged.request, judged.whole.verdict.claimed.clone(), &judge).findings
        }
        None if evidence.reply.is_some_and(finds_no_fault_with_the_clock) => Vec::new(),
        None => judged.findings().to_vec(),
    };
    findings.retain(is_of_the_clock);
    findings
}

fn is_of_the_clock(finding: &Finding) -> bool {
    matches!(finding, Finding::TimeSkewed { .. } | Finding::Expired { .. } | Finding::NotYetValid { .. })
}

/// A request that was read back from a canonical request contains only the signed parts.
fn is_seen(finding: &Finding, judged: &JudgedV4<'_>) -> bool {
    judged.is_captured() || !matches!(finding, Finding::PayloadHeaderMissing { .. } | Finding::TokenMissing { .. })
}

/// Whether a finding is explained elsewhere: headers are listed together with others of their kind, chunks
/// have their own search, and tokens depend on what the host accepts, unless the signature is right and the
/// token is the only thing wrong.
fn is_gathered(finding: &Finding, judged: &JudgedV4<'_>) -> bool {
    match finding {
        Finding::HeaderUnsigned { .. } | Finding::HeaderMissing { .. } | Finding::Stream(_) => true,
        Finding::TokenUnsigned { .. } => judged.is_signature_right() != Some(true),
        _ => false,
    }
}

/// Whether a part of the scope is in another part's position; the search says more about this than the host does.
fn is_out_of_place(finding: &Finding) -> bool {
    match finding {
        Finding::HostRegion { presented, .. } => scope::is_service(presented),
        Finding::HostService { presented, .. } => scope::is_region(presented),
        _ => false,
    }
}

/// A finding refined by the evidence; if nothing refines it, as it was found.
fn refined(finding: &Finding, evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    let (v4, claimed) = (judged.v4(), &judged.verdict.claimed);
    let local = |now| clock::local_url(claimed.signed_at()?, now);
    let (better, other) = match finding {
        Finding::TimeSkewed { now, presented, .. } => {
            (clock::written(*presented, *now), clock::by_an_hour(*presented, *now))
        }
        // If a URL is off by the offset of a time zone, local time is an alternative explanation.
        Finding::Expired { now, .. } | Finding::NotYetValid { now, .. } => (None, local(*now)),
        Finding::ScopeDate { .. } => (v4.and_then(|v4| scope::out_of_order(&v4.claim.terms)), None),
        Finding::AccessKeyUnknown { expected, presented } => (Some(access_key(evidence, expected, presented)), None),
        Finding::TokenDiffers { .. } => {
            (v4.and_then(|v4| token::with_space(v4.request, &v4.claim.terms.dialect)), None)
        }
        Finding::PayloadMismatch { expected, presented } => {
            let signed = v4.map(|v4| Signed { request: v4.request, claim: v4.claim, hints: evidence.hints });
            (Some(Hashes { declared: presented, arrived: expected }.mistake(signed)), None)
        }
        _ => (None, None),
    };
    let proof = match (finding, &better) {
        (Finding::ScopeDate { .. }, Some(_)) => Proof::Observed,
        (finding, _) => verified::proof(finding),
    };
    let found = better.or_else(|| verified::mistake(finding, claimed));
    [found, other].into_iter().flatten().map(|made| Explanation::from_mistake(proof, made)).collect()
}

/// A key other than the right one: the secret, a damaged form of the right ID, another key of the user, or an
/// unknown key.
fn access_key(evidence: &Evidence<'_>, expected: &str, presented: &str) -> AppliedMistake {
    let secret = evidence.credentials.map(|credentials| credentials.secret_access_key.expose_secret());
    let unknown = || AppliedMistake::new(&ACCESS_KEY_UNKNOWN, key::shown(presented), expected);
    let owner = || evidence.other_keys.iter().find(|key| key.access_key_id == presented);
    match key::malformed(presented) {
        _ if secret == Some(presented) || key::looks_like_a_secret(presented) => key::exchanged(),
        Some(made) => AppliedMistake { expected: expected.as_bytes().to_vec(), ..made },
        None if presented.eq_ignore_ascii_case(expected) => {
            AppliedMistake::new(&ACCESS_KEY_MALFORMED, presented, expected)
                .with_detail("its letters have a different case")
        }
        None => match owner() {
            Some(key) => unknown().with_detail(format!("it is the key of {}", key.name)),
            None => unknown().with_detail("it is not the access key ID of the credentials in use"),
        },
    }
}
