//! Reads what a signed request claims about its signature, in any scheme, or why that cannot be read.

use crate::claim::{Claim, ClaimError};
use crate::endpoint::BucketRule;
#[cfg(feature = "form")]
use crate::form::{FormClaim, FormClaimError, FormScheme};
use crate::request::Request;
use crate::scheme::{Dialect, Scheme, Scope, Signature};
use crate::time::Timestamp;
#[cfg(feature = "v2")]
use crate::v2;

/// What a signed request claims. Claims are unverified input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    all(feature = "v2", not(feature = "form")),
    expect(clippy::large_enum_variant, reason = "a request makes one claim, and nobody keeps many")
)]
#[non_exhaustive]
pub enum Claimed {
    /// Signature Version 4 or 4A.
    V4(Claim),
    /// Signature Version 2.
    #[cfg(feature = "v2")]
    V2(v2::Claim),
    /// The policy of a presigned POST.
    #[cfg(feature = "form")]
    Form(FormClaim),
}

/// Why a request makes no claim that could be checked, by the scheme that it seems to be signed with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Signature Version 4 or 4A, or no signature at all.
    #[error(transparent)]
    V4(ClaimError),
    /// Signature Version 2.
    #[cfg(feature = "v2")]
    #[error(transparent)]
    V2(ClaimError),
    /// The policy of a presigned POST.
    #[cfg(feature = "form")]
    #[error(transparent)]
    Form(FormClaimError),
}

impl Claimed {
    /// Reads the claim of a signed request, so that the key can be looked up before the request is judged.
    ///
    /// # Errors
    /// See [`VerifyError`].
    #[cfg_attr(not(feature = "v2"), expect(unused_variables, reason = "Version 4 does not ask for the bucket"))]
    pub fn extract(request: &Request, buckets: BucketRule<'_>) -> Result<Self, VerifyError> {
        #[cfg(feature = "form")]
        if let Some(claim) = FormClaim::extract(request) {
            let is_signed = Claim::extract(request) != Err(ClaimError::NotSigned) || v2::Claim::is_made_by(request);
            if is_signed {
                return Err(VerifyError::V4(ClaimError::SignedTwice));
            }
            return claim.map(Self::Form).map_err(VerifyError::Form);
        }
        let claim = Claim::extract(request);
        #[cfg(feature = "v2")]
        if let Some(other) = v2::Claim::extract(request, buckets) {
            return match claim {
                // No server accepts two signatures, and none may choose the weaker one.
                Ok(_) | Err(ClaimError::SignedTwice) => Err(VerifyError::V4(ClaimError::SignedTwice)),
                // In Version 2, the header names no algorithm of Version 4, and the query has none of its parameters.
                Err(ClaimError::NotSigned | ClaimError::Algorithm { .. }) => {
                    other.map(Self::V2).map_err(VerifyError::V2)
                }
                Err(_) => Err(VerifyError::V4(ClaimError::SignedTwice)),
            };
        }
        claim.map(Self::V4).map_err(VerifyError::V4)
    }

    /// The name of the scheme: `Signature Version 4`.
    pub fn scheme_name(&self) -> &'static str {
        match self {
            Self::V4(claim) => match claim.terms.scheme {
                Scheme::V4 => "Signature Version 4",
                #[cfg(feature = "v4a")]
                Scheme::V4a => "Signature Version 4A",
                #[cfg(feature = "x509")]
                Scheme::X509(_) => "Signature Version 4 with an X.509 certificate",
            },
            #[cfg(feature = "v2")]
            Self::V2(_) => "Signature Version 2",
            #[cfg(feature = "form")]
            Self::Form(claim) => match claim.scheme {
                FormScheme::V4 { .. } => "a POST policy of Signature Version 4",
                FormScheme::V2 { .. } => "a POST policy of Signature Version 2",
            },
        }
    }

    /// The access key ID that the request claims to be signed with.
    pub fn access_key_id(&self) -> &str {
        match self {
            Self::V4(claim) => &claim.terms.access_key_id,
            #[cfg(feature = "v2")]
            Self::V2(claim) => &claim.terms.access_key_id,
            #[cfg(feature = "form")]
            Self::Form(claim) => &claim.access_key_id,
        }
    }

    /// The signature that the request presents.
    pub fn signature(&self) -> &Signature {
        match self {
            Self::V4(claim) => &claim.signature,
            #[cfg(feature = "v2")]
            Self::V2(claim) => &claim.signature,
            #[cfg(feature = "form")]
            Self::Form(claim) => &claim.signature,
        }
    }

    /// The credential scope, in schemes that have one.
    pub fn scope(&self) -> Option<&Scope> {
        match self {
            Self::V4(claim) => Some(&claim.terms.scope),
            #[cfg(feature = "form")]
            Self::Form(FormClaim { scheme: FormScheme::V4 { scope, .. }, .. }) => Some(scope),
            #[cfg(feature = "v2")]
            Self::V2(_) => None,
            #[cfg(feature = "form")]
            Self::Form(_) => None,
        }
    }

    /// The dialect whose names the request uses.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::V4(claim) => claim.terms.dialect.clone(),
            #[cfg(feature = "v2")]
            Self::V2(claim) => claim.terms.names.dialect(),
            #[cfg(feature = "form")]
            Self::Form(claim) => match &claim.scheme {
                FormScheme::V4 { dialect, .. } => dialect.clone(),
                FormScheme::V2 { names } => names.dialect(),
            },
        }
    }

    /// The time of the signature, if the request contains it: a policy and a URL of Version 2 contain only their
    /// expiry.
    pub fn signed_at(&self) -> Option<Timestamp> {
        match self {
            Self::V4(claim) => Some(claim.terms.timestamp),
            #[cfg(feature = "v2")]
            Self::V2(claim) => match claim.terms.placement {
                v2::Placement::Header { signed_at } => Some(signed_at),
                v2::Placement::Query { .. } => None,
            },
            #[cfg(feature = "form")]
            Self::Form(_) => None,
        }
    }

    /// The expiry of a presigned URL or of a policy.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::V4(claim) => claim.held_until(),
            #[cfg(feature = "v2")]
            Self::V2(claim) => match claim.terms.placement {
                v2::Placement::Header { .. } => None,
                v2::Placement::Query { expires_at } => Some(expires_at),
            },
            #[cfg(feature = "form")]
            Self::Form(claim) => claim.policy.as_ref().ok().map(|policy| policy.expiration),
        }
    }
}
