//! What a server finds wrong with an upload by form: with its signature, and with what its policy says of it.

use super::token::compare_token;
use super::{Finding, PlainClaim, PlainJudge, PlainVerdict};
use crate::credentials::{Credentials, Secret};
use crate::derivation::Part;
use crate::endpoint::BucketRule;
use crate::form::{self, FormClaim, FormScheme};
use crate::request::Request;
use crate::scheme::{Signature, SigningKey};
use crate::v2;

/// The claim in the neutral view. The policy tells its end, and not the instant that it was signed at.
pub(super) fn plain(claim: &FormClaim) -> PlainClaim {
    let scheme = match claim.scheme {
        FormScheme::V4 { .. } => "a POST policy of Signature Version 4",
        FormScheme::V2 { .. } => "a POST policy of Signature Version 2",
    };
    let (access_key_id, presented) = (claim.access_key_id.clone(), claim.signature.clone());
    PlainClaim { scheme, access_key_id, presented, signed_at: None }
}

/// Recomputes the signature, and looks at key, token, scope and policy.
pub(super) fn judge(request: &Request, claim: &FormClaim, judge: PlainJudge<'_>) -> PlainVerdict {
    let mut findings = Vec::new();
    let expected = judge.credentials.map(|credentials| sign(claim, credentials));
    if let Some((credentials, expected)) = judge.credentials.zip(expected.as_ref()) {
        let presented = &claim.access_key_id;
        if *presented != credentials.access_key_id {
            let expected = credentials.access_key_id.clone();
            findings.push(Finding::AccessKeyUnknown { expected, presented: presented.clone() });
        }
        if *expected != claim.signature {
            findings.push(Finding::SignatureMismatch);
        }
        let (name, token) = claim.session_token();
        findings.extend(compare_token(name, credentials.session_token.as_ref(), token.map(Secret::new)));
    }
    findings.extend(judge_scope(claim));
    let bucket = bucket(request, judge.buckets);
    findings.extend(form::judge(claim, bucket.as_deref(), judge.now).into_iter().map(Finding::Policy));
    let parts = claim.policy_text().into_iter().map(|text| Part::new("policy", text)).collect();
    let string_to_sign = claim.string_to_sign.clone().into_bytes();
    PlainVerdict { claim: plain(claim), parts, string_to_sign, expected, findings }
}

fn sign(claim: &FormClaim, credentials: &Credentials) -> Signature {
    let string_to_sign = claim.string_to_sign.as_bytes();
    match &claim.scheme {
        FormScheme::V4 { dialect, scope, .. } => {
            SigningKey::derive(&credentials.secret_access_key, dialect, scope).sign_unchecked(string_to_sign)
        }
        FormScheme::V2 { .. } => v2::sign(&credentials.secret_access_key, string_to_sign),
    }
}

fn judge_scope(claim: &FormClaim) -> Vec<Finding> {
    let FormScheme::V4 { dialect, scope, timestamp } = &claim.scheme else { return Vec::new() };
    let (day, terminator) = (timestamp.day().to_owned(), dialect.terminator.to_string());
    let is_other_day = scope.date != day;
    let is_other_end = scope.terminator != terminator;
    let by_day = is_other_day.then(|| Finding::ScopeDate { expected: day, presented: scope.date.clone() });
    let by_end =
        is_other_end.then(|| Finding::ScopeTerminator { expected: terminator, presented: scope.terminator.clone() });
    by_day.into_iter().chain(by_end).collect()
}

/// The bucket that a form was sent to: the one of the host, else the one of the path; none where the host may name it.
fn bucket(request: &Request, rule: BucketRule<'_>) -> Option<String> {
    let of_host = request.host().and_then(|host| rule.bucket_of(host));
    let path = String::from_utf8_lossy(request.path()).trim_matches('/').to_owned();
    of_host.or_else(|| (!path.is_empty() && !path.contains('/')).then_some(path))
}
