//! Judges a signature of the Version 4 family as a server does.
//!
//! Each check looks at one thing and is independent of the others. The key is checked first, then what can be checked
//! without one: times, scope, payload, headers.

use super::key::{judge_if_known, judge_token};
use super::readings::{self, Read};
use super::scope::judge_scope;
#[cfg(feature = "x509")]
use super::x509;
use super::{Claimed, Finding, Judge, Known, SignedTexts, Verdict};
use super::{addressed, framing, once, payload, unknown, written};
use crate::canonical::{PayloadHash, query};
use crate::claim::Claim;
use crate::credentials::{Credentials, Secret, is_temporary_key_id};
use crate::derivation::{Derivation, Placement, TokenTravel};
use crate::prepare::EXPIRES_LIMITS;
use crate::request::Request;
use crate::scheme::{Dialect, Scheme, Scope, Signature, SigningKey};
#[cfg(feature = "stream")]
use crate::stream;
use crate::time::Timestamp;

/// Judges a request in the reading that gives its signature, otherwise in the first.
pub(super) fn judge(request: &Request, mut claim: Claim, judge: &Judge<'_>) -> Verdict {
    claim.terms.path_rule = judge.path_rule.unwrap_or(claim.terms.path_rule);
    claim.terms.token = judge.token.unwrap_or(claim.terms.token);
    let first = judge_reading(request, claim, judge);
    let has_key = judge.credentials.is_some() || first.claimed_scheme().is_some_and(Scheme::is_certified);
    let is_settled = !has_key || first.is_signature_right() == Some(true);
    let others = match first.as_v4().filter(|_| !is_settled) {
        Some((claim, _)) => readings::others(request, claim, judge.known),
        None => Vec::new(),
    };
    let mut judged = others.into_iter().map(|Read { request, claim, reading }| {
        let mut verdict = judge_reading(&request, claim, judge);
        verdict.findings.push(Finding::ReadAs(reading));
        verdict
    });
    judged.find(|verdict| verdict.is_signature_right() == Some(true)).unwrap_or(first)
}

/// Derives the expected signature, and checks everything else that a server checks.
fn judge_reading(request: &Request, claim: Claim, judge: &Judge<'_>) -> Verdict {
    let derivation = claim.derive(request);
    let (expected, mut findings) = match judge.credentials {
        #[cfg(feature = "x509")]
        _ if claim.terms.scheme.is_certified() => x509::judge(request, &claim, &derivation, judge),
        Some(credentials) => judge_by_key(request, &claim, &derivation, (credentials, judge.known)),
        None => (None, Vec::new()),
    };
    let is_missed = findings.iter().any(|finding| matches!(finding, Finding::TokenMissing { .. }));
    findings.extend(judge_temporary(request, &claim).filter(|_| !is_missed));
    #[cfg(feature = "x509")]
    findings.extend(x509::judge_other_algorithm(request, &claim));
    findings.extend(judge_form_of_scope(&claim.terms.scope, claim.terms.timestamp, &claim.terms.dialect));
    findings.extend(judge_time(&claim, judge));
    findings.extend(region_set_missing(request, &claim));
    findings.extend(judge_once(request, &claim));
    findings.extend(framing::judge(request));
    let (prefix, signed) = (&claim.terms.dialect.header_prefix, &claim.terms.signed_headers);
    findings.extend(framing::judge_trailer(request, prefix, Some(signed)));
    let of_host = addressed::judge(request, &claim, judge);
    // What the service in the scope requires does not matter if the host belongs to another one.
    let is_elsewhere = of_host.iter().any(|finding| matches!(finding, Finding::HostService { .. }));
    let is_required = |finding: &Finding| !is_elsewhere || !matches!(finding, Finding::PayloadHeaderMissing { .. });
    findings.extend(payload::judge(request, &claim).into_iter().filter(is_required));
    #[cfg(feature = "stream")]
    {
        findings.extend(judge_checksum(request, &claim));
        findings.extend(stream::check_framing(request, &claim.terms).into_iter().map(Finding::Stream));
    }
    findings.extend(payload::judge_unseen(request, &claim));
    findings.extend(judge_headers(request, &claim, judge));
    findings.extend(written::judge_list(&claim));
    findings.extend(of_host);
    let claimed = Claimed::V4(claim);
    findings.extend(judge_scope(request, &claimed, judge));
    Verdict { claimed, texts: SignedTexts::Canonical(derivation), expected, findings }
}

fn judge_by_key(
    request: &Request,
    claim: &Claim,
    derivation: &Derivation,
    (credentials, known): (&Credentials, Known),
) -> (Option<Signature>, Vec<Finding>) {
    let terms = &claim.terms;
    let key = SigningKey::for_scheme(terms.scheme, credentials, &terms.dialect, &terms.scope);
    let expected = key.expected(derivation.string_to_sign.as_bytes(), &claim.signature);
    let is_right = expected == claim.signature;
    let presented = (terms.access_key_id.as_str(), &claim.signature);
    let (expected, mut findings) =
        judge_if_known(credentials, presented, expected, || unknown::parts(request, claim, known));
    #[cfg(feature = "stream")]
    if !unknown::is_signature_hidden(claim.signature.as_str()) {
        findings.extend(stream::check(request, terms, &claim.signature, &key).map(Finding::Stream));
    }
    let (name, token) = presented_token(request, claim);
    findings.extend(judge_token(&name, credentials, token));
    if is_right && unknown::is_payload_unknown(request, claim) && unknown::has_body(request) {
        // The signed hash is that of an empty body.
        findings.push(Finding::SignatureMismatch);
        return (None, findings);
    }
    (expected, findings)
}

/// Finds a temporary key, `ASIA…`, without a session token: AWS accepts it only with one (*IAM identifiers*, unique
/// prefixes).
fn judge_temporary(request: &Request, claim: &Claim) -> Option<Finding> {
    let id = &claim.terms.access_key_id;
    let is_temporary = is_temporary_key_id(id) && addressed::is_aws(request);
    let (name, token) = presented_token(request, claim);
    (is_temporary && token.is_none()).then_some(Finding::TokenMissing { name })
}

/// The header or parameter that carries the session token, and the token.
fn presented_token(request: &Request, claim: &Claim) -> (String, Option<Secret>) {
    let dialect = &claim.terms.dialect;
    let in_header = || request.headers.first_text(&dialect.token_header).map(Secret::new);
    match claim.terms.placement {
        Placement::Header => (dialect.token_header.to_string(), in_header()),
        Placement::Query { .. } => {
            let name = dialect.token_query_name();
            let value = query::parameter(request, &name);
            let in_query = value.map(|value| Secret::new(String::from_utf8_lossy(&value)));
            (name, in_query.or_else(in_header))
        }
    }
}

/// Finds what carries the signature and is repeated, or not written as it should be.
fn judge_once(request: &Request, claim: &Claim) -> Vec<Finding> {
    let dialect = &claim.terms.dialect;
    let mut findings: Vec<Finding> = once::judge_mechanisms(&request.headers).into_iter().collect();
    findings.extend(once::judge_headers(&request.headers, dialect));
    match claim.terms.placement {
        Placement::Header => {
            findings.extend(request.headers.first_text("authorization").and_then(written::judge_authorization));
        }
        Placement::Query { .. } => {
            let prefix = dialect.query_prefix.to_ascii_lowercase();
            findings.extend(once::judge_parameters(request, |name| name.starts_with(&prefix)));
            findings.extend(once::judge_both_places(request, dialect));
        }
    }
    findings
}

/// Checks the parts of a scope that follow from the rest of the request: its date and its last part.
pub(super) fn judge_form_of_scope(scope: &Scope, timestamp: Timestamp, dialect: &Dialect) -> Vec<Finding> {
    let (day, terminator) = (timestamp.day().to_owned(), dialect.terminator.to_string());
    let (is_other_day, is_other_end) = (scope.date != day, scope.terminator != terminator);
    let by_day = is_other_day.then(|| Finding::ScopeDate { expected: day, presented: scope.date.clone() });
    let by_end =
        is_other_end.then(|| Finding::ScopeTerminator { expected: terminator, presented: scope.terminator.clone() });
    by_day.into_iter().chain(by_end).collect()
}

fn judge_time(claim: &Claim, judge: &Judge<'_>) -> Vec<Finding> {
    let (terms, Judge { now, window, .. }) = (&claim.terms, *judge);
    let mut findings = Vec::new();
    match terms.placement {
        Placement::Header if terms.timestamp.seconds_until(now).unsigned_abs() > window.as_secs() => {
            findings.push(Finding::TimeSkewed { now, presented: terms.timestamp, window });
        }
        Placement::Header => {}
        Placement::Query { expires } => {
            let end = claim.held_until().unwrap_or(now);
            let is_read = terms.dialect.stores_objects(&terms.scope.service);
            if is_read && !EXPIRES_LIMITS.contains(&expires) {
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

fn region_set_missing(request: &Request, claim: &Claim) -> Option<Finding> {
    let is_missing = claim.terms.scheme.has_region_set() && claim.region_set(request).is_none();
    is_missing.then(|| Finding::RegionSetMissing { name: claim.region_set_name() })
}

/// Checks the checksum at services that store objects; others do not read such a header.
#[cfg(feature = "stream")]
fn judge_checksum(request: &Request, claim: &Claim) -> Option<Finding> {
    let terms = &claim.terms;
    payload::wrong_checksum(request).filter(|_| terms.dialect.stores_objects(&terms.scope.service))
}

fn judge_headers(request: &Request, claim: &Claim, judge: &Judge<'_>) -> Vec<Finding> {
    let terms = &claim.terms;
    let stores_objects = terms.dialect.stores_objects(&terms.scope.service);
    let mut findings = Vec::new();
    if !terms.signed_headers.contains("host") {
        findings.push(Finding::HostNotSigned);
    }
    for header in &request.headers {
        let name = header.name.to_ascii_lowercase();
        let own = name.starts_with(terms.dialect.header_prefix.as_ref());
        // Object stores require the token to be signed like all other headers, unless the judge knows better; other
        // services accept both.
        let takes_either = !stores_objects || judge.token == Some(TokenTravel::Unsigned);
        let is_free = name == terms.dialect.token_header && takes_either;
        // The signed payload line has the same value; for a URL, only if the header agrees with it.
        let is_payload = name == terms.dialect.content_sha256_header
            && (terms.placement == Placement::Header || terms.payload == PayloadHash::Unsigned);
        // S3 requires this header to be signed too (AccessDenied, HeadersNotSigned: content-md5).
        let is_wanted = own || (name == "content-md5" && stores_objects && addressed::is_aws(request));
        if is_wanted && !is_free && !is_payload && !terms.signed_headers.contains(&name) {
            let is_token = name == terms.dialect.token_header;
            findings.push(if is_token { Finding::TokenUnsigned { name } } else { Finding::HeaderUnsigned { name } });
        }
    }
    let fields = request.headers.for_lookups(terms.signed_headers.count());
    let missing = terms.signed_headers.iter().filter(|name| judge.known.headers && !fields.contains(name));
    findings.extend(missing.map(|name| Finding::HeaderMissing { name: name.to_owned() }));
    findings
}
