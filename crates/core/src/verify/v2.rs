//! Judges a signature of Version 2 as a server does.

use super::key::{judge_if_known, judge_token};
use super::scope::judge_scope;
use super::{Claimed, Finding, Judge, Reading, SignedTexts, Verdict, framing, once, unknown};
use crate::canonical::query;
use crate::credentials::Secret;
use crate::endpoint;
use crate::request::Request;
use crate::v2::{Claim, Placement, sign, takes_version_2};

/// Judges a request as it is. A URL shows neither its method nor its `Content-Type`: if the signature is valid for some
/// values, the URL is judged with these.
pub(super) fn judge(request: &Request, claim: Claim, judge: &Judge<'_>) -> Verdict {
    let verdict = judge_as_it_is(request, claim.clone(), judge);
    if judge.known.method || judge.known.headers || verdict.is_signature_right() != Some(false) {
        return verdict;
    }
    let right = readings_of_url(request).into_iter().find_map(|(read, reading)| {
        let verdict = judge_as_it_is(&read, claim.clone(), judge);
        (verdict.is_signature_right() == Some(true)).then_some((verdict, reading))
    });
    match right {
        Some((mut verdict, reading)) => {
            verdict.findings.push(Finding::ReadAs(reading));
            verdict
        }
        None => verdict,
    }
}

/// The requests that may have been meant: with each method, and with no content type, the one in the query, and those
/// that SDKs send.
fn readings_of_url(request: &Request) -> Vec<(Request, Reading)> {
    const TYPES: [&str; 3] = ["application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded"];
    let in_query = query::parameters(request.query().unwrap_or_default())
        .find(|(name, _)| name.eq_ignore_ascii_case(b"content-type"))
        .map(|(_, value)| String::from_utf8_lossy(&value).into_owned());
    let types: Vec<String> = in_query.into_iter().chain(TYPES.map(str::to_owned)).collect();
    let mut found = Vec::new();
    for method in ["GET", "PUT", "HEAD", "POST", "DELETE"] {
        let read = Request { method: method.to_owned(), ..request.clone() };
        for content_type in &types {
            let mut typed = read.clone();
            if typed.headers.push("Content-Type", content_type.as_str()).is_ok() {
                let (method, content_type) = (method.to_owned(), content_type.clone());
                found.push((typed, Reading::MethodAndType { method, content_type }));
            }
        }
        found.push((read, Reading::Method(method.to_owned())));
    }
    found
}

/// Derives the expected signature, and checks key, token and clock.
fn judge_as_it_is(request: &Request, claim: Claim, judge: &Judge<'_>) -> Verdict {
    let derived = claim.terms.derive(request);
    let (parts, string_to_sign) = (derived.parts(claim.terms.placement), derived.to_bytes());
    let (mut expected, mut findings) = (None, Vec::new());
    if let Some(credentials) = judge.credentials {
        let right = sign(&credentials.secret_access_key, &string_to_sign);
        let presented = (claim.terms.access_key_id.as_str(), &claim.signature);
        (expected, findings) =
            judge_if_known(credentials, presented, right, || unknown::parts_of_v2(request, &claim, &derived));
        findings.extend(judge_token(claim.terms.names.token_header, credentials, presented_token(request, &claim)));
    }
    findings.extend(judge_time(&claim, judge));
    findings.extend(judge_once(request, &claim));
    findings.extend(framing::judge(request));
    findings.extend(framing::judge_trailer(request, &claim.terms.names.dialect().header_prefix, None));
    #[cfg(feature = "stream")]
    findings.extend(super::payload::wrong_checksum(request));
    findings.extend(judge_version(request));
    let claimed = Claimed::V2(claim);
    findings.extend(judge_scope(request, &claimed, judge));
    Verdict { claimed, texts: SignedTexts::Parts { parts, string_to_sign }, expected, findings }
}

/// Finds a service or a region of S3 that never accepted Version 2.
pub(super) fn judge_version(request: &Request) -> Option<Finding> {
    let host = request.host()?.split(':').next()?;
    let inferred = endpoint::infer(host).filter(|inferred| inferred.provider == "AWS")?;
    let service = inferred.service?;
    let whom = match inferred.region {
        _ if service != "s3" => format!("the service {service}"),
        Some(region) if !takes_version_2(&region) => format!("S3 in {region}"),
        _ => return None,
    };
    Some(Finding::VersionRefused { whom })
}

/// Finds repeated parts: whatever is signed, or carries the signature, may occur only once, because the string to sign
/// has one line for each.
fn judge_once(request: &Request, claim: &Claim) -> Vec<Finding> {
    let names = claim.terms.names;
    let own = [names.date_header, names.token_header, "host", "date", "content-type", "content-md5"];
    let is_of_signature = |name: &str| {
        [names.key_parameter, "Signature", "Expires", names.token_header]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    };
    let mut findings: Vec<Finding> = once::judge_mechanisms(&request.headers).into_iter().collect();
    findings.extend(once::repeated(&request.headers, own.into_iter()));
    if matches!(claim.terms.placement, Placement::Query { .. }) {
        findings.extend(once::judge_parameters(request, is_of_signature));
    }
    findings
}

fn judge_time(claim: &Claim, judge: &Judge<'_>) -> Option<Finding> {
    let Judge { now, window, .. } = *judge;
    match claim.terms.placement {
        Placement::Header { signed_at } => {
            let is_off = signed_at.seconds_until(now).unsigned_abs() > window.as_secs();
            is_off.then_some(Finding::TimeSkewed { now, presented: signed_at, window })
        }
        Placement::Query { expires_at } => (now > expires_at).then_some(Finding::Expired { at: expires_at, now }),
    }
}

/// The session token, from its header or from a signed query.
fn presented_token(request: &Request, claim: &Claim) -> Option<Secret> {
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
