//! Verifies a signed request of any scheme, as the server would.
//!
//! [`verify`] recomputes the signature, compares it in constant time, and checks the clock, the scope and the rest,
//! with a separate finding for each. A mismatch is a [`Verdict`], not an error; [`Verdict::accept`] turns it into one.
//! Each scheme is judged in its own file. The cause of a mismatch is not searched here.

mod claimed;
mod readings;
#[cfg(feature = "x509")]
mod certificate_fault;
#[cfg(feature = "x509")]
mod certificates;
mod finding;
mod finding_id;
pub(crate) mod unknown;
mod key;
mod scope;
mod texts;
mod verdict;
mod accept;
mod once;
mod written;
pub(crate) mod framing;
mod payload;
pub(crate) mod addressed;
#[cfg(feature = "v2")]
mod v2;
#[cfg(feature = "x509")]
mod x509;
mod v4;
#[cfg(feature = "form")]
mod form;
pub(crate) mod judgement;
mod alike;

pub use accept::{Accepted, Rejection};
#[doc(hidden)]
pub use alike::{Alike, Matching, is_plain_path};
#[cfg(feature = "x509")]
pub use certificate_fault::CertificateFault;
#[cfg(feature = "x509")]
pub use certificates::judge_certificates;
pub use claimed::{Claimed, VerifyError};
pub use finding::{Finding, ListFault, Severity};
pub use finding_id::FindingId;
pub use readings::Reading;
pub use scope::ExpectedScope;
pub use texts::SignedTexts;
pub use verdict::{Outcome, Verdict};
#[cfg(feature = "x509")]
pub use x509::is_judged_by_certificate;

use std::time::Duration;

use crate::canonical::PathRule;
use crate::credentials::Credentials;
use crate::derivation::TokenTravel;
use crate::endpoint::BucketRule;
use crate::request::Request;
use crate::time::Timestamp;
#[cfg(feature = "x509")]
use crate::x509::Certificate;

/// Maximum difference between the clocks of client and server: 15 minutes, as at S3 and most services.
pub const DEFAULT_WINDOW: Duration = Duration::from_secs(900);

/// What the server knows and expects.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Judge<'a> {
    /// The credentials that the client should have signed with. If `None`, the signature is not recomputed.
    pub credentials: Option<&'a Credentials>,
    /// The server's clock.
    pub now: Timestamp,
    /// Maximum difference to the client's clock.
    pub window: Duration,
    /// The region and the service that the signature must be for.
    pub scope: ExpectedScope<'a>,
    /// How to find the bucket in a host, for Version 2 and forms.
    pub buckets: BucketRule<'a>,
    /// The rule for paths, if it is not the one for the service: a request does not show it.
    pub path_rule: Option<PathRule>,
    /// Whether session tokens are signed, if not as the service usually does: a URL does not show it.
    pub token: Option<TokenTravel>,
    /// Which parts of the request are known.
    pub known: Known,
    /// The trusted CA certificates, for signatures with the key of a certificate. If `None`, trust is not checked; if
    /// empty, no certificate is trusted.
    #[cfg(feature = "x509")]
    pub anchors: Option<&'a [Certificate]>,
}

/// Which parts of a request are known: all of them if the request arrived; for a URL alone, neither the method nor the
/// headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Known {
    /// Whether the method is the one that was sent.
    pub method: bool,
    /// Whether the headers are all that were sent.
    pub headers: bool,
}

impl Known {
    /// A whole request.
    pub const WHOLE: Self = Self { method: true, headers: true };
    /// A URL, whose method and headers may be any.
    pub const URL: Self = Self { method: false, headers: false };
    /// A URL that serves as an authentication token: its method is known, its headers are not.
    pub const TOKEN: Self = Self { method: true, headers: false };
}

impl<'a> Judge<'a> {
    /// Makes a judge with the usual window of 15 minutes. The expected scope has no default.
    pub fn new(credentials: Option<&'a Credentials>, now: Timestamp, scope: ExpectedScope<'a>) -> Self {
        let (window, buckets, path_rule, token) = (DEFAULT_WINDOW, BucketRule::default(), None, None);
        Self {
            credentials,
            now,
            window,
            scope,
            buckets,
            path_rule,
            token,
            known: Known::WHOLE,
            #[cfg(feature = "x509")]
            anchors: None,
        }
    }

    /// Sets the maximum difference between the clocks.
    #[must_use]
    pub fn with_window(self, window: Duration) -> Self {
        Self { window, ..self }
    }

    /// Sets how to find the bucket in a host.
    #[must_use]
    pub fn with_buckets(self, buckets: BucketRule<'a>) -> Self {
        Self { buckets, ..self }
    }

    /// Sets which parts of the request are known.
    #[must_use]
    pub fn with_known(self, known: Known) -> Self {
        Self { known, ..self }
    }

    /// Sets the trusted CA certificates: a certificate is trusted if a chain of signatures leads from it to one of
    /// them. Issuer names, key usages and validity are checked as in RFC 5280 §6.1. Revocation is not checked. Name
    /// constraints are not supported, so a chain with a certificate that has them is not trusted. To know who signed,
    /// use the issuer together with the serial number, because serial numbers are unique only for one issuer.
    #[cfg(feature = "x509")]
    #[must_use]
    pub fn with_trust_anchors(self, anchors: &'a [Certificate]) -> Self {
        Self { anchors: Some(anchors), ..self }
    }

    /// The same judge with another rule for paths than the service's own.
    #[must_use]
    pub fn with_path_rule(self, path_rule: PathRule) -> Self {
        Self { path_rule: Some(path_rule), ..self }
    }

    /// Sets whether session tokens are signed, if not as the service usually does.
    #[must_use]
    pub fn with_token(self, token: TokenTravel) -> Self {
        Self { token: Some(token), ..self }
    }
}

/// Judges a signed request of any scheme.
///
/// # Errors
/// The request makes no claim that could be checked: see [`VerifyError`].
pub fn verify(request: &Request, judge: &Judge<'_>) -> Result<Verdict, VerifyError> {
    Ok(judgement::judge_claim(request, Claimed::extract(request, judge.buckets)?, judge))
}

#[cfg(test)]
mod tests;
