//! The judgement of one request: what it claims, what is expected, and what was found.

use super::{Claimed, Finding, SignedTexts};
use crate::claim::Claim;
use crate::derivation::Derivation;
use crate::scheme::{Scheme, Signature};

/// The judgement of one request, with everything that led to it.
///
/// A verdict that is not checked lets every request pass: authenticators must call [`accept`](Verdict::accept).
#[must_use = "a verdict that nobody reads lets every request pass: call accept()"]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// What the request claims.
    pub claimed: Claimed,
    /// The texts that are signed for it.
    pub texts: SignedTexts,
    /// The signature that it should present; `None` without a key.
    pub expected: Option<Signature>,
    /// What is wrong with it or worth knowing.
    pub findings: Vec<Finding>,
}

/// A verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server would let the request pass.
    Valid,
    /// The server would refuse it.
    Invalid,
    /// No fault was found, but there is no key to recompute the signature with, or something else that the verdict
    /// depends on is unknown.
    Unknown,
}

impl Outcome {
    /// The word in the JSON contract: `valid`, `invalid`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
        }
    }
}

impl Verdict {
    /// The verdict in one word. A body that was not given does not change it, but [`accept`](Self::accept) refuses that
    /// too.
    pub fn outcome(&self) -> Outcome {
        match self.expected {
            _ if self.has_fatal_finding() => Outcome::Invalid,
            _ if self.undecided().is_some() => Outcome::Unknown,
            Some(_) => Outcome::Valid,
            None => Outcome::Unknown,
        }
    }

    /// The finding on which the verdict depends, if the judge was not given what is needed to decide.
    pub fn undecided(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.is_undecided())
    }

    /// The finding that keeps the verdict open although there was a key.
    pub fn open_question(&self) -> Option<&Finding> {
        let takes_key = |finding: &&Finding| matches!(finding, Finding::NotKnown { .. });
        self.undecided().filter(|finding| self.expected.is_some() || takes_key(finding))
    }

    /// Whether the signature was recomputed and nothing was found for which a server refuses the request.
    pub fn is_valid(&self) -> bool {
        self.outcome() == Outcome::Valid
    }

    /// Whether something was found for which a server refuses the request.
    pub fn has_fatal_finding(&self) -> bool {
        self.findings.iter().any(Finding::is_fatal)
    }

    /// Whether the signature is the expected one; `None` without a key. Only the holder of a certificate's key could
    /// make the right signature, so for a wrong one no signature is expected.
    pub fn is_signature_right(&self) -> Option<bool> {
        match &self.expected {
            Some(expected) => Some(expected == self.claimed.signature()),
            None if self.claimed_scheme().is_some_and(Scheme::is_certified) => {
                self.findings.contains(&Finding::SignatureMismatch).then_some(false)
            }
            None => None,
        }
    }

    /// The scheme of a claim of the Version 4 family; `None` for other claims.
    pub(super) fn claimed_scheme(&self) -> Option<Scheme> {
        match &self.claimed {
            Claimed::V4(claim) => Some(claim.terms.scheme),
            #[cfg(any(feature = "v2", feature = "form"))]
            _ => None,
        }
    }

    /// The claim and derivation of a request of the Version 4 family, the only one with a canonical request.
    pub fn as_v4(&self) -> Option<(&Claim, &Derivation)> {
        match (&self.claimed, &self.texts) {
            (Claimed::V4(claim), SignedTexts::Canonical(derivation)) => Some((claim, derivation)),
            _ => None,
        }
    }
}
