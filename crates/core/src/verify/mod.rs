//! The server's way out: a signed request, judged as the server would judge it.
//!
//! The signature is recomputed and compared in constant time; the clock and the rest are looked at besides, each finding
//! by itself. A mismatch is a verdict, not an error. What caused it is not asked here.

mod chunks;
mod facts;
mod finding;
mod form;
mod inspect;
mod plain;
mod token;
mod v2;

pub use facts::Facts;
pub use finding::Finding;
pub use plain::{PlainClaim, PlainError, PlainJudge, PlainVerdict, is_plain, judge_plain, plain_claim};

use std::time::Duration;

use crate::claim::{Claim, ClaimError};
use crate::credentials::Credentials;
use crate::derivation::Derivation;
use crate::request::Request;
use crate::scheme::{Signature, SigningKey};
use crate::stream;
use crate::time::Timestamp;

/// How far the clocks of client and server may be apart: 15 minutes, as at S3 and most services.
pub const DEFAULT_WINDOW: Duration = Duration::from_secs(900);

/// What the server knows.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The key that the client should have signed with.
    pub credentials: &'a Credentials,
    /// The server's clock.
    pub now: Timestamp,
    /// How far the client's clock may be off.
    pub window: Duration,
}

/// The judgement of one request, with all that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What the request claims.
    pub claim: Claim,
    /// What was derived from it.
    pub derivation: Derivation,
    /// The signature that it should have presented.
    pub expected: Signature,
    /// What is wrong with it, or noteworthy.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether the server would let the request pass.
    pub fn is_valid(&self) -> bool {
        !self.findings.iter().any(Finding::is_fatal)
    }
}

/// Judges a signed request.
///
/// # Errors
/// A request that makes no claim that could be checked.
pub fn verify(request: &Request, judge: Judge<'_>) -> Result<Verdict, ClaimError> {
    Ok(verify_claim(request, Claim::extract(request)?, judge))
}

/// Judges a signed request by a claim that was read from it, and perhaps altered since: no request says by which rule its
/// path was signed.
pub fn verify_claim(request: &Request, claim: Claim, judge: Judge<'_>) -> Verdict {
    let derivation = claim.derive(request);
    let terms = &claim.terms;
    let key = SigningKey::for_scheme(terms.scheme, judge.credentials, &terms.dialect, &terms.scope);
    let expected = key.expected(derivation.string_to_sign.as_bytes(), &claim.signature);
    let mut findings = Vec::new();
    if terms.access_key_id != judge.credentials.access_key_id {
        let expected = judge.credentials.access_key_id.clone();
        findings.push(Finding::AccessKeyUnknown { expected, presented: terms.access_key_id.clone() });
    }
    if expected != claim.signature {
        findings.push(Finding::SignatureMismatch);
    }
    findings.extend(stream::check(request, terms, &claim.signature, &key).map(Finding::Stream));
    findings.extend(token::judge_token(request, &claim, judge.credentials.session_token.as_ref()));
    findings.extend(inspect::inspect(request, &claim, judge.now, judge.window));
    Verdict { claim, derivation, expected, findings }
}

/// Looks at a signed request without any key: the clock, and what the request alone shows.
pub fn inspect(request: &Request, claim: &Claim, now: Timestamp, window: Duration) -> Vec<Finding> {
    inspect::inspect(request, claim, now, window)
}
