//! What verifying found of a signature without a canonical request, as mistakes; and why such a signature cannot be read.

use super::request::access_key;
use super::{clock, form, key, observed, token};
use crate::diagnosis::catalogue::{
    AUTHORIZATION_MALFORMED, MECHANISM_TWICE, MECHANISM_V2, POLICY_CONDITION_FAILED, POLICY_FIELD_NOT_ALLOWED,
    SCOPE_DATE, SCOPE_ORDER, TOKEN_INVALID,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::outcome::{Explanation, Made, Proof};
use sigvet_core::endpoint;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::v2::{self, ClaimError};
use sigvet_core::verify::{Finding, PlainError, PlainVerdict};

/// How an upload may break its policy more than once.
const BROKEN_EACH: [&str; 2] = [POLICY_CONDITION_FAILED.id, POLICY_FIELD_NOT_ALLOWED.id];

/// What a server refuses whatever the signature is.
pub(in crate::diagnosis) fn found(
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
        let id = explanation.mistakes[0].mistake.id;
        match explanations.iter_mut().find(|known| known.names(id)) {
            // Each condition that is not met, and each field that is too much, has to be mended.
            Some(known) if BROKEN_EACH.contains(&id) => known.mistakes.extend(explanation.mistakes),
            Some(_) => {}
            None => explanations.push(explanation),
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
pub(in crate::diagnosis) fn unreadable(error: &PlainError) -> Explanation {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::diagnosis::evidence::Hints;
    use crate::formats::parse_request;
    use sigvet_core::form::Violation;
    use sigvet_core::scheme::Signature;
    use sigvet_core::time::Timestamp;
    use sigvet_core::verify::PlainClaim;

    /// Catches an upload of which only the first broken condition is told.
    #[test]
    fn each_violation_of_a_policy_is_told() {
        let request = parse_request(b"POST /b HTTP/1.1\nHost: h.example\n\n").unwrap();
        let not_allowed = |name: &str| Finding::Policy(Violation::FieldNotAllowed { name: name.to_owned() });
        let range = Violation::LengthOutOfRange { min: 1, max: 2, presented: 3 };
        let claim = PlainClaim {
            scheme: "test",
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            presented: Signature::presented("00"),
            signed_at: None,
        };
        let findings = vec![not_allowed("acl"), Finding::Policy(range), not_allowed("tagging")];
        let verdict = PlainVerdict { claim, parts: Vec::new(), string_to_sign: Vec::new(), expected: None, findings };
        let evidence = Evidence {
            request: Some(&request),
            reply: None,
            client: None,
            credentials: None,
            other_keys: &[],
            now: Timestamp::from_epoch_seconds(0),
            window: Duration::from_secs(900),
            path_rule: None,
            hints: &Hints::default(),
        };
        let explanations = found(&evidence, &request, &verdict);
        let details = |explanation: &Explanation| -> Vec<String> {
            explanation.mistakes.iter().map(|made| made.detail.clone().unwrap()).collect()
        };
        let expected = [
            vec![
                "no condition of the policy allows the field acl",
                "no condition of the policy allows the field tagging",
            ],
            vec!["the file has 3 bytes, and the policy allows 1 to 2"],
        ];
        assert_eq!(explanations.iter().map(details).collect::<Vec<_>>(), expected);
    }
}
