//! Determines the request to judge: as captured, repaired if its signature was otherwise unreadable, or read
//! back from the canonical request that the server or the client printed.

use super::alternatives::text::replaced;
use super::catalogue::{AUTHORIZATION_MALFORMED, QUERY_HTML_ESCAPED, QUERY_JSON_ESCAPED, SIGNED_HEADERS_SEPARATOR};
use super::damaged_url;
use super::evidence::Evidence;
use super::outcome::{AppliedMistake, Judged, Origin};
use super::party::Texts;
use super::texts::CanonicalText;
use sigvet_core::canonical::PayloadHash;
use sigvet_core::claim::Claim;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::{captured_request, is_payload_unknown, is_token, join_target, judge_claim};
use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::scheme::{Dialect, Scheme};
use sigvet_core::verify::{Claimed, VerifyError};

/// Placeholder for the unknown key or signature of a request that is read back.
const NOT_TOLD: &str = "unknown";

/// The result of reading the evidence.
pub(super) enum Reading {
    /// A request with its claim, and the repairs that made it readable.
    Claimed { judged: Box<Judged>, repairs: Vec<AppliedMistake> },
    /// A request that makes no claim.
    Unclaimed { request: Box<Request>, error: VerifyError },
    /// No request, and nothing to read one back from.
    Nothing,
}

impl Reading {
    fn is_right(&self) -> bool {
        matches!(self, Self::Claimed { judged, .. } if judged.is_signature_right() == Some(true))
    }
}

/// The access key ID that a request names, even if its signature is only readable once the damage is repaired that was
/// done to the request after signing.
pub fn named_access_key_id(request: &Request, buckets: BucketRule<'_>) -> Option<String> {
    let repaired = || {
        let of_url = damaged_url::repairs(request).into_iter();
        of_url.chain(separated(request)).chain(repairs(request)).map(|(_, repaired)| repaired)
    };
    let id = |request: &Request| Some(Claimed::extract(request, buckets).ok()?.access_key_id().to_owned());
    id(request).or_else(|| repaired().find_map(|repaired| id(&repaired)))
}

/// Reads the request that the evidence is about.
pub(super) fn read(evidence: &Evidence<'_>) -> Reading {
    match evidence.request {
        Some(request) => read_captured(evidence, request),
        None => match read_back(evidence) {
            Some((request, payload)) => read_texts(evidence, request, payload),
            None => Reading::Nothing,
        },
    }
}

fn read_captured(evidence: &Evidence<'_>, request: &Request) -> Reading {
    let claim = |request: &Request| Claimed::extract(request, evidence.judge().buckets);
    let repaired =
        || repairs(request).into_iter().find_map(|(made, repaired)| Some((claim(&repaired).ok()?, repaired, made)));
    let found = damaged_url::repairs(request).into_iter().filter_map(|(made, repaired)| {
        let claimed = claim(&repaired).ok()?;
        Some(judge(evidence, repaired, claimed, vec![made]))
    });
    let mut found: Vec<Reading> = found.collect();
    found.extend(separated(request).and_then(|(made, repaired)| {
        let claimed = claim(&repaired).ok()?;
        Some(judge(evidence, repaired, claimed, vec![made]))
    }));
    if let Some(at) = found.iter().position(Reading::is_right).or((!found.is_empty()).then_some(0)) {
        return found.swap_remove(at);
    }
    match claim(request) {
        Ok(claimed) => judge(evidence, request.clone(), claimed, Vec::new()),
        Err(error @ VerifyError::V4(_)) => match repaired() {
            Some((claimed, repaired, made)) => judge(evidence, repaired, claimed, vec![made]),
            None => Reading::Unclaimed { request: Box::new(request.clone()), error },
        },
        Err(error) => Reading::Unclaimed { request: Box::new(request.clone()), error },
    }
}

fn judge(evidence: &Evidence<'_>, request: Request, mut claimed: Claimed, repairs: Vec<AppliedMistake>) -> Reading {
    if let Claimed::V4(claim) = &mut claimed
        && is_payload_unknown(&request, claim)
        && let Some(payload) = told_payload(evidence)
    {
        claim.terms.payload = payload;
    }
    let verdict = judge_claim(&request, claimed, &evidence.judge());
    Reading::Claimed { judged: Box::new(Judged { request, verdict, origin: Origin::Captured }), repairs }
}

/// The hash of a body that was not captured, from the server's texts, or otherwise from the client's.
fn told_payload(evidence: &Evidence<'_>) -> Option<PayloadHash> {
    let texts = evidence.texts();
    let payload = |texts: &Texts<'_>| Some(CanonicalText::parse(texts.canonical_request?)?.payload().to_vec());
    let told = texts.iter().find_map(|(_, texts)| payload(texts))?;
    Some(PayloadHash::declared(&String::from_utf8_lossy(&told)))
}

fn read_texts(evidence: &Evidence<'_>, request: Request, payload: PayloadHash) -> Reading {
    match Claim::extract(&request) {
        Ok(claim) => judge_texts(evidence, request, claim, payload),
        Err(error) => Reading::Unclaimed { request: Box::new(request), error: VerifyError::V4(error) },
    }
}

/// Judges a request read back from texts. A log may show only the texts; then there is no signature that
/// could be wrong.
fn judge_texts(evidence: &Evidence<'_>, request: Request, mut claim: Claim, payload: PayloadHash) -> Reading {
    claim.terms.payload = payload;
    let has_signature = claim.signature.as_str() != NOT_TOLD;
    let mut verdict = judge_claim(&request, Claimed::V4(claim), &evidence.judge());
    if !has_signature {
        let judge = evidence.judge_without_key(evidence.now);
        verdict.findings = judge_claim(&request, verdict.claimed.clone(), &judge).findings;
    }
    let judged = Judged { request, verdict, origin: Origin::ReadBack { has_signature } };
    Reading::Claimed { judged: Box::new(judged), repairs: Vec::new() }
}

type Repair = (AppliedMistake, Request);

/// The request as it was before it was damaged, for each known kind of damage.
fn repairs(request: &Request) -> Vec<Repair> {
    let mut found = Vec::new();
    let html = replaced(&replaced(request.target(), b"&amp;", b"&"), b"&#38;", b"&");
    let json = replaced(&replaced(request.target(), b"\\u0026", b"&"), b"\\u003d", b"=");
    for (mistake, target) in [(&QUERY_HTML_ESCAPED, html), (&QUERY_JSON_ESCAPED, json)] {
        if target != request.target() {
            let made = AppliedMistake::new(mistake, request.target().to_vec(), target.clone());
            let Request { headers, body, .. } = request.clone();
            found.push((made, captured_request(request.method(), target, headers, body)));
        }
    }
    if let Some(authorization) = request.headers.first_text("authorization") {
        let repaired = repaired_authorization(authorization);
        if repaired != authorization {
            found.push((AppliedMistake::new(&AUTHORIZATION_MALFORMED, "", ""), with_authorization(request, &repaired)));
        }
    }
    found
}

/// The request with `;` between the names of its signed headers instead of another separator.
fn separated(request: &Request) -> Option<Repair> {
    if let Some(authorization) = request.headers.first_text("authorization") {
        let (before, behind) = authorization.split_once("SignedHeaders=")?;
        let end = behind.find("Signature=").unwrap_or(behind.len());
        let (list, rest) = behind.split_at_checked(end)?;
        let list = list.trim_end_matches([',', ' ']);
        let joined = joined_names(list)?;
        let made = AppliedMistake::new(&SIGNED_HEADERS_SEPARATOR, list, joined.as_str());
        return Some((made, with_authorization(request, &format!("{before}SignedHeaders={joined}, {rest}"))));
    }
    let target = std::str::from_utf8(request.target()).ok()?;
    let (before, behind) = target.split_once("-SignedHeaders=")?;
    let (list, rest) = behind.split_at_checked(behind.find('&').unwrap_or(behind.len()))?;
    let plain = String::from_utf8(decode(list.as_bytes(), Plus::Space)).ok()?;
    let joined = joined_names(&plain)?;
    let made = AppliedMistake::new(&SIGNED_HEADERS_SEPARATOR, plain.as_str(), joined.as_str());
    let target = format!("{before}-SignedHeaders={}{rest}", joined.replace(';', "%3B"));
    let Request { headers, body, .. } = request.clone();
    Some((made, captured_request(request.method(), target.into_bytes(), headers, body)))
}

/// A list of header names that contains `host` but no `;`, joined with `;`.
fn joined_names(list: &str) -> Option<String> {
    let names: Vec<&str> = list.split([',', ' ', '|', ':']).filter(|name| !name.is_empty()).collect();
    let is_list = !list.contains(';') && names.len() > 1 && names.iter().all(|name| is_token(name));
    (is_list && names.iter().any(|name| name.eq_ignore_ascii_case("host"))).then(|| names.join(";"))
}

/// The header without a repeated `Authorization:`, without quotes, and with commas between its parts.
fn repaired_authorization(text: &str) -> String {
    let mut text = text.trim().trim_matches(['"', '\'']).trim();
    while let Some(rest) = text
        .get(..14)
        .filter(|head| head.eq_ignore_ascii_case("authorization:"))
        .map(|_| text.get(14..).unwrap_or_default())
    {
        text = rest.trim();
    }
    let mut repaired = text.replace(['"', '\''], "");
    for part in ["Credential", "SignedHeaders", "Signature"] {
        repaired = repaired
            .replace(&format!(" {part}="), &format!(",{part}="))
            .replace(&format!(";{part}="), &format!(",{part}="));
    }
    let (algorithm, parts) = repaired.split_once(|c: char| c.is_whitespace() || c == ',').unwrap_or((&repaired, ""));
    format!("{algorithm} {}", parts.replace(",,", ",").trim_matches([',', ' ']))
}

fn with_authorization(request: &Request, authorization: &str) -> Request {
    let mut repaired = request.clone();
    repaired.headers.remove("authorization");
    repaired.headers.push_unchecked("Authorization", authorization);
    repaired
}

/// The request reconstructed from the server's canonical request, or otherwise from the client's. It has lost
/// encodings, order and spelling, but not what was signed.
fn read_back(evidence: &Evidence<'_>) -> Option<(Request, PayloadHash)> {
    let reply = evidence.reply;
    let of_server = reply.and_then(|reply| reply.canonical_request.as_deref().zip(reply.string_to_sign.as_deref()));
    let of_client = evidence.client.and_then(|client| client.canonical_request.zip(client.string_to_sign));
    let (canonical_request, string_to_sign) = of_server.or(of_client)?;
    let text = CanonicalText::parse(canonical_request)?;
    let string_to_sign = std::str::from_utf8(string_to_sign).ok()?;
    let mut lines = string_to_sign.lines();
    let (algorithm, timestamp, scope) = (lines.next()?, lines.next()?, lines.next()?);
    // No signed text contains the key. If the server does not name it either, the known key is assumed to be right.
    let own = || evidence.credentials.map(|credentials| credentials.access_key_id.as_str());
    let id = reply.and_then(|reply| reply.access_key_id.as_deref()).or_else(own).unwrap_or(NOT_TOLD);
    let provided = reply.and_then(|reply| reply.signature_provided.as_deref());
    let signature = provided.or(evidence.client.and_then(|client| client.signature)).unwrap_or(NOT_TOLD);
    let (provider, word) = match Scheme::from_algorithm(algorithm)?.0 {
        "AWS4" => (Dialect::AWS4, "Amz"),
        "GOOG4" => (Dialect::GOOG4, "Goog"),
        _ => return None,
    };
    let mut headers = Headers::default();
    for (name, value) in text.header_lines() {
        headers.push_unchecked(&String::from_utf8_lossy(name), value);
    }
    let stores_objects = scope.rsplit('/').nth(1).is_some_and(|service| provider.stores_objects(service));
    // Services other than the object stores encode the wire path again.
    let path = if stores_objects { text.path().to_vec() } else { decode(text.path(), Plus::Literal) };
    let mut query = text.query().to_vec();
    let is_presigned = query.windows(10).any(|bytes| bytes == b"-Algorithm");
    if is_presigned {
        query.extend_from_slice(format!("&X-{word}-Signature={signature}").as_bytes());
    } else {
        let list = String::from_utf8_lossy(text.signed_headers()).into_owned();
        let authorization = format!("{algorithm} Credential={id}/{scope}, SignedHeaders={list}, Signature={signature}");
        headers.push_unchecked("authorization", authorization);
        if !headers.contains(&provider.date_header) {
            headers.push_unchecked(&provider.date_header, timestamp);
        }
    }
    let target = join_target(&path, (!query.is_empty()).then_some(query.as_slice()));
    let method = String::from_utf8_lossy(text.method()).into_owned();
    let payload = PayloadHash::declared(&String::from_utf8_lossy(text.payload()));
    Some((captured_request(method, target, headers, Body::Unknown), payload))
}
