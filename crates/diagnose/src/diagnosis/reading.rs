//! The request to judge: as it was captured, repaired where its signature could not be read otherwise, or read back from
//! the canonical request that the server or the client printed.

use super::alternatives::text::replaced;
use super::catalogue::{AUTHORIZATION_MALFORMED, Mistake, QUERY_HTML_ESCAPED, QUERY_JSON_ESCAPED};
use super::evidence::Evidence;
use super::outcome::{Judged, Made};
use super::texts::CanonicalText;
use sigvet_core::canonical::PayloadHash;
use sigvet_core::claim::{Claim, ClaimError};
use sigvet_core::internal::captured_request;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::join_target;
use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::scheme::{Dialect, Scheme};
use sigvet_core::verify::{self, Judge, Verdict};

/// What stands for a key and a signature that a request is read back without.
const NOT_TOLD: &str = "unknown";

/// What could be read of the evidence.
pub(super) enum Reading {
    /// A request with its claim, and what had to be repaired to read it.
    Claimed { judged: Box<Judged>, repairs: Vec<Made> },
    /// A request that makes no claim.
    Unclaimed { request: Request, error: ClaimError },
    /// There is no request, and nothing that one could be read back from.
    Nothing,
}

/// Reads the request that the evidence is about.
pub(super) fn read(evidence: &Evidence<'_>) -> Reading {
    let Some(request) = evidence.request else {
        return match read_back(evidence) {
            Some((request, payload)) => read_claim(evidence, request, Some(payload), Vec::new()),
            None => Reading::Nothing,
        };
    };
    if Claim::extract(request).is_err() {
        for (mistake, repaired) in repairs(request) {
            if Claim::extract(&repaired).is_ok() {
                let made = Made::new(mistake, request.target().to_vec(), repaired.target().to_vec());
                let made = if request.target() == repaired.target() { Made::new(mistake, "", "") } else { made };
                return read_claim(evidence, repaired, None, vec![made]);
            }
        }
    }
    read_claim(evidence, request.clone(), None, Vec::new())
}

fn read_claim(evidence: &Evidence<'_>, request: Request, payload: Option<PayloadHash>, repairs: Vec<Made>) -> Reading {
    let mut claim = match Claim::extract(&request) {
        Ok(claim) => claim,
        Err(error) => return Reading::Unclaimed { request, error },
    };
    if let Some(rule) = evidence.path_rule {
        claim.terms.path_rule = rule;
    }
    let is_at_hand = payload.is_none();
    if let Some(payload) = payload {
        claim.terms.payload = payload;
    }
    Reading::Claimed { judged: Box::new(judge(evidence, request, claim, is_at_hand)), repairs }
}

fn judge(evidence: &Evidence<'_>, request: Request, claim: Claim, is_at_hand: bool) -> Judged {
    let (now, window) = (evidence.now, evidence.window);
    let is_told = is_signature_told(&claim, is_at_hand);
    match evidence.credentials {
        Some(credentials) => {
            let Verdict { claim, derivation, expected, findings } =
                verify::verify_claim(&request, claim, Judge { credentials, now, window });
            let findings = if is_told { findings } else { verify::inspect(&request, &claim, now, window) };
            Judged { request, claim, derivation, expected: Some(expected), findings, is_at_hand }
        }
        None => {
            let findings = verify::inspect(&request, &claim, now, window);
            let derivation = claim.derive(&request);
            Judged { request, claim, derivation, expected: None, findings, is_at_hand }
        }
    }
}

/// Whether there is a signature that may be wrong: of a log, only the texts may be known.
fn is_signature_told(claim: &Claim, is_at_hand: bool) -> bool {
    is_at_hand || claim.signature.as_str() != NOT_TOLD
}

impl Judged {
    /// Whether the signature is the right one; none without a key, or where only texts are known, and no signature.
    pub fn is_signature_right(&self) -> Option<bool> {
        let expected = self.expected.as_ref().filter(|_| is_signature_told(&self.claim, self.is_at_hand));
        expected.map(|expected| *expected == self.claim.signature)
    }
}

type Repair = (&'static Mistake, Request);

/// The request as it was before something damaged it, by each way that is known.
fn repairs(request: &Request) -> Vec<Repair> {
    let mut found = Vec::new();
    let html = replaced(&replaced(request.target(), b"&amp;", b"&"), b"&#38;", b"&");
    let json = replaced(&replaced(request.target(), b"\\u0026", b"&"), b"\\u003d", b"=");
    for (mistake, target) in [(&QUERY_HTML_ESCAPED, html), (&QUERY_JSON_ESCAPED, json)] {
        if target != request.target() {
            let Request { headers, body, .. } = request.clone();
            found.push((mistake, captured_request(request.method(), target, headers, body)));
        }
    }
    if let Some(authorization) = request.headers.first_text("authorization") {
        let repaired = repaired_authorization(authorization);
        if repaired != authorization {
            found.push((&AUTHORIZATION_MALFORMED, with_authorization(request, &repaired)));
        }
    }
    found
}

/// Without a second `Authorization:`, without quotes, with a comma between the parts.
fn repaired_authorization(text: &str) -> String {
    let mut text = text.trim().trim_matches(['"', '\'']).trim();
    while let Some(rest) =
        text.get(..14).filter(|head| head.eq_ignore_ascii_case("authorization:")).map(|_| &text[14..])
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

/// The request that the server's canonical request, or else the client's, was made of. Encodings, order and spelling are
/// lost in it; what was signed is not.
fn read_back(evidence: &Evidence<'_>) -> Option<(Request, PayloadHash)> {
    let reply = evidence.reply;
    let of_server = reply.and_then(|reply| reply.canonical_request.as_deref().zip(reply.string_to_sign.as_deref()));
    let of_client = evidence.client.and_then(|client| client.canonical_request.zip(client.string_to_sign));
    let (canonical_request, string_to_sign) = of_server.or(of_client)?;
    let text = CanonicalText::parse(canonical_request)?;
    let string_to_sign = std::str::from_utf8(string_to_sign).ok()?;
    let mut lines = string_to_sign.lines();
    let (algorithm, timestamp, scope) = (lines.next()?, lines.next()?, lines.next()?);
    // No text that is signed names the key: where the server does not either, nothing is wrong with the one at hand.
    let own = || evidence.credentials.map(|credentials| credentials.access_key_id.as_str());
    let id = reply.and_then(|reply| reply.access_key_id.as_deref()).or_else(own).unwrap_or(NOT_TOLD);
    let signature = reply.and_then(|reply| reply.signature_provided.as_deref()).unwrap_or(NOT_TOLD);
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
