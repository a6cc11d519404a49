//! Turns a verdict into a decision: who signed the request, or why it is refused.

use super::{Claimed, Finding, Severity, Verdict};
use crate::canonical::PayloadHash;
use crate::scheme::Scope;

/// What the signature of an accepted request vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The ID of the key that signed it.
    pub access_key_id: String,
    /// The credential scope; `None` for Version 2, which is not bound to a region or service.
    pub scope: Option<Scope>,
    /// The signed payload line; `None` for Version 2 and forms, which do not sign the payload.
    pub payload: Option<PayloadHash>,
    /// The whole claim as it was verified, with the path rule that gave its signature.
    pub claimed: Claimed,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// There was no key to recompute the signature with.
    #[error("no credentials to verify the signature")]
    NoCredentials,
    /// The findings against the request, in the order in which they were found.
    #[error("{}", listed(.0))]
    Findings(Vec<Finding>),
}

impl Verdict {
    /// Accepts the request if its signature is valid, all of it was seen, and no finding speaks against it.
    ///
    /// # Errors
    /// See [`Rejection`].
    pub fn accept(self) -> Result<Accepted, Rejection> {
        self.accept_unless(speaks_against)
    }

    /// Whether [`accept`](Self::accept) accepts the request.
    pub fn is_acceptable(&self) -> bool {
        self.expected.is_some() && !self.findings.iter().any(speaks_against)
    }

    /// Accepts the request before its body has arrived. The caller must then compare the body with
    /// [`Accepted::payload`], or verify the signatures of its chunks: until then nothing vouches for the body.
    ///
    /// # Errors
    /// See [`Rejection`].
    pub fn accept_before_body(self) -> Result<Accepted, Rejection> {
        self.accept_unless(speaks_against_head)
    }

    /// Whether [`accept_before_body`](Self::accept_before_body) accepts the request.
    pub fn is_acceptable_before_body(&self) -> bool {
        self.expected.is_some() && !self.findings.iter().any(speaks_against_head)
    }

    fn accept_unless(self, speaks_against: impl Fn(&Finding) -> bool) -> Result<Accepted, Rejection> {
        let against: Vec<Finding> = self.findings.into_iter().filter(speaks_against).collect();
        match self.expected {
            _ if !against.is_empty() => Err(Rejection::Findings(against)),
            None => Err(Rejection::NoCredentials),
            Some(_) => Ok(Accepted::from_claim(self.claimed)),
        }
    }
}

fn speaks_against(finding: &Finding) -> bool {
    finding.severity() != Severity::Note
}

fn speaks_against_head(finding: &Finding) -> bool {
    speaks_against(finding) && !matches!(finding, Finding::PayloadUnseen | Finding::ChunksUnseen)
}

impl Accepted {
    fn from_claim(claimed: Claimed) -> Self {
        let payload = match &claimed {
            Claimed::V4(claim) => Some(claim.terms.payload.clone()),
            #[cfg(feature = "v2")]
            Claimed::V2(_) => None,
            #[cfg(feature = "form")]
            Claimed::Form(_) => None,
        };
        Self { access_key_id: claimed.access_key_id().to_owned(), scope: claimed.scope().cloned(), payload, claimed }
    }
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("; ")
}
