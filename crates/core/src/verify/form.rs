//! Judges a form upload: its signature, and whether it meets its policy.

use super::key::{judge_if_known, judge_token};
use super::scope::judge_scope;
use super::v2::judge_version;
use super::{Claimed, Finding, Judge, SignedTexts, Verdict, addressed, framing, once, unknown};
use crate::credentials::{Credentials, Secret};
use crate::derivation::Part;
use crate::encode::{Plus, decode};
use crate::endpoint::BucketRule;
use crate::form::{self, FormClaim, FormScheme, Violation};
use crate::request::Request;
use crate::scheme::{Dialect, Signature, SigningKey};
use crate::v2;

/// Recomputes the signature, and checks key, token, scope and policy.
pub(super) fn judge(request: &Request, claim: FormClaim, judge: &Judge<'_>) -> Verdict {
    let (mut expected, mut findings) = (None, Vec::new());
    if let Some(credentials) = judge.credentials {
        let presented = (claim.access_key_id.as_str(), &claim.signature);
        (expected, findings) =
            judge_if_known(credentials, presented, sign(&claim, credentials), || unknown::parts_of_form(&claim));
        let (name, token) = claim.session_token();
        findings.extend(judge_token(name, credentials, token.map(Secret::new)));
    }
    findings.extend(judge_form_of_scope(&claim));
    if let FormScheme::V4 { dialect, scope, .. } = &claim.scheme {
        findings.extend(addressed::judge_scope(request, (scope, None), dialect, judge));
    } else {
        findings.extend(judge_version(request));
    }
    findings.extend(claim.is_signed_twice().then_some(Finding::SignedTwice));
    findings.extend(once::repeated(&request.headers, ["host", "content-type"].into_iter()));
    findings.extend(framing::judge(request));
    findings.extend(framing::judge_trailer(request, Dialect::AWS4.header_prefix.as_ref(), None));
    let bucket = bucket(request, judge.buckets);
    let is_hidden =
        |violation: &Violation| matches!(violation, Violation::Unreadable(_)) && unknown::is_policy_hidden(&claim);
    let violations = form::judge(&claim, bucket.as_deref(), judge.now).into_iter();
    findings.extend(violations.filter(|violation| !is_hidden(violation)).map(Finding::Policy));
    let parts = claim.policy_text().into_iter().map(|text| Part::new("policy", text)).collect();
    let string_to_sign = claim.string_to_sign.clone().into_bytes();
    let claimed = Claimed::Form(claim);
    findings.extend(judge_scope(request, &claimed, judge));
    Verdict { claimed, texts: SignedTexts::Parts { parts, string_to_sign }, expected, findings }
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

fn judge_form_of_scope(claim: &FormClaim) -> Vec<Finding> {
    match &claim.scheme {
        FormScheme::V4 { dialect, scope, timestamp } => super::v4::judge_form_of_scope(scope, *timestamp, dialect),
        FormScheme::V2 { .. } => Vec::new(),
    }
}

/// The bucket that a form was sent to: the one in the host, otherwise the one in the path; `None` if neither names one.
fn bucket(request: &Request, rule: BucketRule<'_>) -> Option<String> {
    let of_host = request.host().and_then(|host| rule.bucket_of(host));
    let path = String::from_utf8_lossy(&decode(request.path(), Plus::Literal)).trim_matches('/').to_owned();
    of_host.or_else(|| (!path.is_empty() && !path.contains('/')).then_some(path))
}
