//! What verifying found of a signature without a canonical request, as mistakes; and why such a signature cannot be read.

use super::request::access_key;
use super::{clock, key, observed, token};
use crate::diagnose::catalogue::{AUTHORIZATION_MALFORMED, MECHANISM_TWICE, TOKEN_INVALID};
use crate::diagnose::diagnosis::{Explanation, Made, Proof};
use crate::diagnose::evidence::Evidence;
use crate::scheme::Dialect;
use crate::v2::ClaimError;
use crate::verify::{Finding, PlainError, PlainVerdict};

/// What a server refuses whatever the signature is.
pub(in crate::diagnose) fn found(evidence: &Evidence<'_>, verdict: &PlainVerdict) -> Vec<Explanation> {
    let id = &verdict.claim.access_key_id;
    // A server that says that the signature is wrong, and tells no time, found no fault with the clock.
    let tells_no_time =
        |reply: &crate::formats::reply::Reply| reply.is_signature_refusal() && reply.server_time.is_none();
    let is_clock_right = evidence.reply.is_some_and(tells_no_time);
    let findings = verdict.findings.iter().filter(|finding| !(is_clock_right && finding.is_about_time()));
    let malformed = key::malformed(id).map(observed);
    let mut explanations: Vec<Explanation> = malformed.into_iter().collect();
    for explanation in findings.filter_map(|finding| explain(finding, evidence)) {
        if !explanations.iter().any(|known| known.names(explanation.mistakes[0].mistake.id)) {
            explanations.push(explanation);
        }
    }
    explanations
}

fn explain(finding: &Finding, evidence: &Evidence<'_>) -> Option<Explanation> {
    let made = match finding {
        Finding::TimeSkewed { now, presented, .. } => clock::skewed(*presented, *now),
        Finding::Expired { at, now } => clock::expired(*at, *now),
        Finding::AccessKeyUnknown { expected, presented } => access_key(evidence, expected, presented),
        Finding::TokenMissing { .. } => token::missing(&Dialect::AWS4),
        Finding::TokenDiffers { .. } => {
            Made::new(&TOKEN_INVALID, "", "").with_detail("it is not the token that belongs to the key")
        }
        _ => return None,
    };
    let proof = if finding.is_about_time() { Proof::Time } else { Proof::Observed };
    Some(Explanation::of(proof, made))
}

/// Why a signature without a canonical request cannot be read.
pub(in crate::diagnose) fn unreadable(error: &PlainError) -> Explanation {
    const DATE: &str = "Tue, 27 Mar 2007 19:36:42 GMT";
    let malformed = |signed: &str, expected: &str| Made::new(&AUTHORIZATION_MALFORMED, signed, expected);
    let PlainError::V2(error) = error;
    let made = match error {
        ClaimError::SignedTwice => Made::new(&MECHANISM_TWICE, "", ""),
        ClaimError::Malformed { word } => malformed("", &format!("{word} ID:signature")),
        ClaimError::Missing { name } => malformed("", name),
        ClaimError::NoDate { expected } => malformed("", expected),
        ClaimError::Date { source, .. } => malformed(&source.presented, DATE),
        ClaimError::Expires { presented } => malformed(presented, "1175139620"),
    };
    observed(made.with_detail(error.to_string()))
}
