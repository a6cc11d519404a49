//! What a server finds wrong with a signature of Version 2.

use super::token::compare_token;
use super::{Finding, PlainClaim, PlainJudge, PlainVerdict};
use crate::canonical::query;
use crate::credentials::Secret;
use crate::request::Request;
use crate::v2::{Claim, Placement, sign};

/// The claim in the neutral view.
pub(super) fn plain(claim: &Claim) -> PlainClaim {
    let signed_at = match claim.terms.placement {
        Placement::Header { signed_at } => Some(signed_at),
        Placement::Query { .. } => None,
    };
    let (access_key_id, presented) = (claim.terms.access_key_id.clone(), claim.signature.clone());
    PlainClaim { scheme: "Signature Version 2", access_key_id, presented, signed_at }
}

/// Derives what is right, and looks at key, token and clock.
pub(super) fn judge(request: &Request, claim: &Claim, judge: PlainJudge<'_>) -> PlainVerdict {
    let derived = claim.terms.derive(request);
    let string_to_sign = derived.to_bytes();
    let mut findings = Vec::new();
    let expected = judge.credentials.map(|credentials| sign(&credentials.secret_access_key, &string_to_sign));
    if let Some((credentials, expected)) = judge.credentials.zip(expected.as_ref()) {
        let presented = &claim.terms.access_key_id;
        if *presented != credentials.access_key_id {
            let expected = credentials.access_key_id.clone();
            findings.push(Finding::AccessKeyUnknown { expected, presented: presented.clone() });
        }
        if *expected != claim.signature {
            findings.push(Finding::SignatureMismatch);
        }
        let token = token_of(request, claim);
        findings.extend(compare_token(claim.terms.names.token_header, credentials.session_token.as_ref(), token));
    }
    findings.extend(judge_time(claim, judge));
    let parts = derived.parts(claim.terms.placement);
    PlainVerdict { claim: plain(claim), parts, string_to_sign, expected, findings }
}

fn judge_time(claim: &Claim, judge: PlainJudge<'_>) -> Option<Finding> {
    let PlainJudge { now, window, .. } = judge;
    match claim.terms.placement {
        Placement::Header { signed_at } => {
            let is_off = signed_at.seconds_until(now).unsigned_abs() > window.as_secs();
            is_off.then_some(Finding::TimeSkewed { now, presented: signed_at, window })
        }
        Placement::Query { expires_at } => (now > expires_at).then_some(Finding::Expired { at: expires_at, now }),
    }
}

/// The token, in its header or in a query that is signed.
fn token_of(request: &Request, claim: &Claim) -> Option<Secret> {
    let name = claim.terms.names.token_header;
    if let Some(token) = request.headers.first_text(name) {
        return Some(Secret::new(token));
    }
    match claim.terms.placement {
        Placement::Header { .. } => None,
        Placement::Query { .. } => {
            let mut parameters = query::parameters(request.query().unwrap_or_default());
            let (_, token) = parameters.find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))?;
            Some(Secret::new(String::from_utf8_lossy(&token)))
        }
    }
}
