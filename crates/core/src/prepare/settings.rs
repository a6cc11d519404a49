//! How a request is to be signed: what the signer decides, and what a region and a service decide for it.

use std::time::Duration;

use crate::canonical::PathRule;
use crate::derivation::{Placement, TokenTravel};
use crate::scheme::{Dialect, Scheme};
#[cfg(feature = "x509")]
use crate::x509::CertificateHeaders;

/// How a request is to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Settings {
    /// The procedure.
    pub scheme: Scheme,
    /// The provider's names.
    pub dialect: Dialect,
    /// The region, `eu-central-1`; in Version 4A the set of regions, `*` or names with commas between, which may end in `*`.
    pub region: String,
    /// The service as credential scopes name it, `s3`.
    pub service: String,
    /// How the path becomes canonical.
    pub path_rule: PathRule,
    /// What is signed of the payload.
    pub payload: PayloadChoice,
    /// Whether the payload's hash is sent as a header.
    pub content_sha256: ContentSha256,
    /// Where the signature goes.
    pub placement: Placement,
    /// How the session token travels.
    pub token: TokenTravel,
    /// Which headers are signed.
    pub signed_headers: HeaderSelection,
    /// The certificate whose key signs, as the request carries it, and the certificates above it.
    #[cfg(feature = "x509")]
    pub certificates: Option<CertificateHeaders>,
}

/// What to sign of the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadChoice {
    /// Its hash; for presigned URLs of the S3 family and for services that take no hash, `UNSIGNED-PAYLOAD`.
    ByService,
    /// Its hash.
    Hashed,
    /// Nothing: `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// What the caller says: a hash made elsewhere, or a word of the protocol.
    Declared(String),
}

/// Whether `x-amz-content-sha256` is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentSha256 {
    /// Where the service asks for it, and where the payload is not simply hashed.
    AsNeeded,
    /// Always, in the header form.
    Always,
}

/// Which headers to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderSelection {
    /// All that the request has, but for [`NEVER_SIGNED`](super::NEVER_SIGNED).
    All,
    /// The named ones that the request has; `host` and the provider's own (`x-amz-*`) are signed in any case.
    Named(Vec<String>),
}

impl Settings {
    /// The settings of a region and service that need no thought: signed headers, hashed payload, the service's path rule.
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self::for_dialect(Dialect::AWS4, region, service)
    }

    /// The same in another provider's names.
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

    /// The same for a presigned URL of that life.
    pub fn presigned(mut self, expires: Duration) -> Self {
        self.placement = Placement::Query { expires };
        self
    }
}
