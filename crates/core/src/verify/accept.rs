//! From a verdict to a decision: who signed the request, or why it is refused.

use super::{Claimed, Finding, Severity, Verdict};
use crate::canonical::PayloadHash;
use crate::scheme::Scope;

/// A request that was accepted, with what its signature vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The ID of the key that signed it.
    pub access_key_id: String,
    /// What the signature is for; none in Version 2, which is bound to neither region nor service.
    pub scope: Option<Scope>,
    /// What the signature says of the payload; none in Version 2 and forms, which sign no payload.
    pub payload: Option<PayloadHash>,
    /// The whole claim, as it was verified: by the rule for paths that gave its signature.
    pub claimed: Claimed,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// There was no key to recompute its signature with.
    #[error("no credentials to verify the signature")]
    NoCredentials,
    /// The findings that speak against it, in the order in which they were found.
    #[error("{}", listed(.0))]
    Findings(Vec<Finding>),
}

impl Verdict {
    /// Accepts the request if its signature is right, all of it was seen, and nothing speaks against it.
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

    /// Accepts the request before its body has arrived. The caller compares the body with [`Accepted::payload`] afterwards,
    /// or its chunks with the signature: until then nothing vouches for it.
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
