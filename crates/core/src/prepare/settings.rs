//! How to sign a request: what the caller chooses, and what follows from region and service.

use std::time::Duration;

use crate::canonical::PathRule;
use crate::derivation::{Placement, TokenTravel};
use crate::scheme::{Dialect, Scheme};
#[cfg(feature = "x509")]
use crate::x509::CertificateHeaders;

/// How to sign a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Settings {
    /// The signature scheme, which determines the procedure.
    pub scheme: Scheme,
    /// The names that the provider uses.
    pub dialect: Dialect,
    /// The region, `eu-central-1`. In Version 4A the region set: `*`, or comma-separated regions, each of which may end
    /// in `*`.
    pub region: String,
    /// The service as in the credential scope, `s3`.
    pub service: String,
    /// The rule for the canonical path.
    pub path_rule: PathRule,
    /// How the payload is signed.
    pub payload: PayloadChoice,
    /// Whether the payload's hash is sent as a header.
    pub content_sha256: ContentSha256,
    /// Where the signature goes: header or query.
    pub placement: Placement,
    /// Whether the session token is signed.
    pub token: TokenTravel,
    /// Which headers are signed.
    pub signed_headers: HeaderSelection,
    /// The header values for the signing certificate and its chain, if a certificate's key signs.
    #[cfg(feature = "x509")]
    pub certificates: Option<CertificateHeaders>,
}

/// How to sign the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadChoice {
    /// As the service expects: the hash, or `UNSIGNED-PAYLOAD` for presigned URLs of the S3 family and for services
    /// that do not accept a hash.
    ByService,
    /// Sign its hash.
    Hashed,
    /// Do not sign it: `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// Use this value: a hash computed elsewhere, or a word of the protocol.
    Declared(String),
}

/// Whether `x-amz-content-sha256` is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentSha256 {
    /// If the service requires it, or the payload is not simply hashed.
    AsNeeded,
    /// Always, if the signature goes in a header.
    Always,
}

/// Which headers to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderSelection {
    /// All headers of the request except those that are [never signed](super::is_never_signed).
    All,
    /// The named headers, if the request has them; `host` and the provider's own (`x-amz-*`) are always signed.
    Named(Vec<String>),
}

impl Settings {
    /// The defaults for a region and service: signature in a header, hashed payload, the service's path rule.
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self::for_dialect(Dialect::AWS4, region, service)
    }

    /// The defaults for a region and service, with another provider's names.
    pub fn for_dialect(dialect: Dialect, region: impl Into<String>, service: impl Into<String>) -> Self {
        let service = service.into();
        Self {
            scheme: Scheme::V4,
            region: region.into(),
            path_rule: PathRule::for_service(&dialect, &service),
            token: TokenTravel::for_service(&service),
            dialect,
            service,
            payload: PayloadChoice::ByService,
            content_sha256: ContentSha256::AsNeeded,
            placement: Placement::Header,
            signed_headers: HeaderSelection::All,
            #[cfg(feature = "x509")]
            certificates: None,
        }
    }

    /// Makes a presigned URL with this expiry instead of a header.
    pub fn presigned(mut self, expires: Duration) -> Self {
        self.placement = Placement::Query { expires };
        self
    }
}
