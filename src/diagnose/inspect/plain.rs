//! What verifying found of a signature without a canonical request, as mistakes; and why such a signature cannot be read.

use super::request::access_key;
use super::{clock, form, key, observed, token};
use crate::diagnose::catalogue::{
    AUTHORIZATION_MALFORMED, MECHANISM_TWICE, MECHANISM_V2, SCOPE_DATE, SCOPE_ORDER, TOKEN_INVALID,
};
use crate::diagnose::diagnosis::{Explanation, Made, Proof};
use crate::diagnose::evidence::Evidence;
use crate::endpoint;
use crate::request::Request;
use crate::scheme::Dialect;
use crate::v2::{self, ClaimError};
use crate::verify::{Finding, PlainError, PlainVerdict};

/// What a server refuses whatever the signature is.
pub(in crate::diagnose) fn found(
    evidence: &Evidence<'_>,
    request: &Request,
    verdict: &PlainVerdict,
) -> Vec<Explanation> {
    let id = &verdict.claim.access_key_id;
    // A server that says that the signature is wrong, and tells no time, found no fault with the clock.
    let tells_no_time =
        |reply: &crate::formats::reply::Reply| reply.is_signature_refusal() && reply.server_time.is_none();
    let is_clock_right = evidence.reply.is_some_and(tells_no_time);
    let findings = verdict.findings.iter().filter(|finding| !(is_clock_right && finding.is_about_time()));
    let malformed = key::malformed(id).map(observed);
    let mechanism = other_mechanism(request).map(observed);
    let mut explanations: Vec<Explanation> = mechanism.into_iter().chain(malformed).collect();
    for explanation in findings.filter_map(|finding| explain(finding, evidence)) {
        if !explanations.iter().any(|known| known.names(explanation.mistakes[0].mistake.id)) {
            explanations.push(explanation);
        }
    }
    explanations
}

/// A service, or a region of S3, that never took Version 2.
fn other_mechanism(request: &Request) -> Option<Made> {
    let host = request.host()?.split(':').next()?;
    let inferred = endpoint::infer(host).filter(|inferred| inferred.provider == "AWS")?;
    let service = inferred.service.filter(|_| v2::Claim::is_made_by(request))?;
    let made = |detail: String| Some(Made::new(&MECHANISM_V2, "", "AWS4-HMAC-SHA256").with_detail(detail));
    match inferred.region {
        _ if service != "s3" => made(format!("the service {service} takes only Version 4")),
        Some(region) if !v2::takes_version_2(&region) => made(format!("S3 in {region} takes only Version 4")),
        _ => None,
    }
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
        Finding::ScopeDate { expected, presented } => Made::new(&SCOPE_DATE, presented.as_str(), expected.as_str()),
        Finding::ScopeTerminator { expected, presented } => {
            Made::new(&SCOPE_ORDER, presented.as_str(), expected.as_str())
        }
        Finding::Policy(violation) => form::violated(violation),
        _ => return None,
    };
    let proof = if finding.is_about_time() { Proof::Time } else { Proof::Observed };
    Some(Explanation::of(proof, made))
}

/// Why a signature without a canonical request cannot be read.
pub(in crate::diagnose) fn unreadable(error: &PlainError) -> Explanation {
    const DATE: &str = "Tue, 27 Mar 2007 19:36:42 GMT";
    let malformed = |signed: &str, expected: &str| Made::new(&AUTHORIZATION_MALFORMED, signed, expected);
    let error = match error {
        PlainError::V2(error) => error,
        PlainError::Form(error) => return observed(form::unreadable(error)),
    };
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
