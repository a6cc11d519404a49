//! Signatures without a canonical request: labelled parts, a string to sign, and what a server finds wrong with them.
//!
//! Each scheme of that kind has an arm in [`plain_claim`] and in [`judge_plain`]; nothing else here, and nothing that shows
//! a [`PlainVerdict`], knows which schemes there are. The Version 4 family is judged by [`verify`](super::verify).

use std::fmt;
use std::time::Duration;

use super::Finding;
use super::{form, v2};
use crate::credentials::Credentials;
use crate::derivation::Part;
use crate::endpoint::BucketRule;
use crate::form::{FormClaim, FormClaimError};
use crate::request::Request;
use crate::scheme::Signature;
use crate::time::Timestamp;
use crate::v2::{Claim, ClaimError};

/// What a request says of a signature that has no canonical request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainClaim {
    /// What the scheme is called: `Signature Version 2`.
    pub scheme: &'static str,
    /// Whose key it is.
    pub access_key_id: String,
    /// The signature that is presented.
    pub presented: Signature,
    /// The instant of the signature, where the request tells it and it is not its end that it tells.
    pub signed_at: Option<Timestamp>,
}

/// The judgement of such a request, with all that led to it. `Debug` leaves out the texts, which may hold a session token.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainVerdict {
    /// What the request claims.
    pub claim: PlainClaim,
    /// What is signed, part by part.
    pub parts: Vec<Part>,
    /// The string to sign.
    pub string_to_sign: Vec<u8>,
    /// The signature that it should present, where a key was at hand.
    pub expected: Option<Signature>,
    /// What is wrong with it, or noteworthy.
    pub findings: Vec<Finding>,
}

/// What the server knows of such a request.
#[derive(Debug, Clone, Copy)]
pub struct PlainJudge<'a> {
    /// The key that the client should have signed with.
    pub credentials: Option<&'a Credentials>,
    /// The server's clock.
    pub now: Timestamp,
    /// How far the client's clock may be off.
    pub window: Duration,
    /// What is known of how buckets stand in hosts.
    pub buckets: BucketRule<'a>,
}

/// Why such a request makes no claim that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlainError {
    /// In Signature Version 2.
    #[error(transparent)]
    V2(#[from] ClaimError),
    /// In a form.
    #[error(transparent)]
    Form(#[from] FormClaimError),
}

impl PlainVerdict {
    /// Whether the server would let the request pass, as far as that was judged.
    pub fn is_valid(&self) -> bool {
        !self.findings.iter().any(Finding::is_fatal)
    }

    /// Whether the signature is the right one; none without a key.
    pub fn is_signature_right(&self) -> Option<bool> {
        self.expected.as_ref().map(|expected| *expected == self.claim.presented)
    }
}

impl fmt::Debug for PlainVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claim, parts, expected, findings, .. } = self;
        let mut shown = f.debug_struct("PlainVerdict");
        shown.field("claim", claim).field("parts", parts).field("expected", expected).field("findings", findings);
        shown.finish_non_exhaustive()
    }
}

/// What a request claims, where its scheme has no canonical request and the claim can be read.
pub fn plain_claim(request: &Request) -> Option<PlainClaim> {
    if let Some(claim) = FormClaim::extract(request) {
        return Some(form::plain(&claim.ok()?));
    }
    let claim = Claim::extract(request, BucketRule::default())?.ok()?;
    Some(v2::plain(&claim))
}

/// Whether a request is signed by a scheme that has no canonical request, soundly or not.
pub fn is_plain(request: &Request) -> bool {
    FormClaim::is_made_by(request) || Claim::is_made_by(request)
}

/// Judges a request whose scheme has no canonical request; none where it is signed by no such scheme.
pub fn judge_plain(request: &Request, judge: PlainJudge<'_>) -> Option<Result<PlainVerdict, PlainError>> {
    if let Some(claim) = FormClaim::extract(request) {
        return Some(claim.map(|claim| form::judge(request, &claim, judge)).map_err(PlainError::from));
    }
    let claim = Claim::extract(request, judge.buckets)?;
    Some(claim.map(|claim| v2::judge(request, &claim, judge)).map_err(PlainError::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a derived `Debug`: the amz headers of Version 2 have the token in a line, and a policy in its conditions.
    #[test]
    fn debug_shows_no_session_token() {
        let claim = PlainClaim {
            scheme: "test",
            access_key_id: "AKID".to_owned(),
            presented: Signature::presented("00"),
            signed_at: None,
        };
        let text = b"x-amz-security-token:whisper\n".to_vec();
        let parts = vec![Part::new("amz-headers", text.clone())];
        let verdict = PlainVerdict { claim, parts, string_to_sign: text.clone(), expected: None, findings: Vec::new() };
        let shown = format!("{verdict:?}");
        assert!(shown.contains("amz-headers") && !shown.contains("whisper"), "{shown}");
        assert!(!shown.contains(&format!("{text:?}")[1..40]), "{shown}");
    }
}
