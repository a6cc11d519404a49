//! Why a request cannot be prepared.

use super::expiry::expires_limits;
use crate::scheme::InvalidScopePart;
use crate::time::InvalidTimestamp;

/// Why a request cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The request has no `Host`.
    #[error("the request has no host header")]
    MissingHost,
    /// The request is already signed.
    #[error("the request is already signed: it has {carrier}")]
    AlreadySigned {
        /// The part that carries the signature: `an Authorization header`, `the parameter X-Amz-Signature`.
        carrier: String,
    },
    /// The date header is not a date.
    #[error("header {name}: {source}; expected the form {expected}")]
    Date {
        /// The name of the header.
        name: String,
        /// The form in which the scheme writes a date.
        expected: &'static str,
        /// Why it could not be parsed.
        source: InvalidTimestamp,
    },
    /// The region set of Version 4A is invalid.
    #[error("invalid region set '{presented}'; expected * or comma-separated regions: us-east-1,eu-*")]
    RegionSet {
        /// The text as it was given.
        presented: String,
    },
    /// The region or the service cannot be part of a scope.
    #[error(transparent)]
    Scope(#[from] InvalidScopePart),
    /// The expiry of a presigned URL is not within [`EXPIRES_LIMITS`](super::EXPIRES_LIMITS).
    #[error("the expiry of a presigned URL must be {}, not {presented} s", expires_limits())]
    Expires {
        /// The expiry that was given, in seconds.
        presented: u64,
    },
    /// A presigned URL of Version 2 would expire at once.
    #[error("the expiry of a presigned URL must be at least 1 second")]
    ExpiresAtOnce,
    /// The payload must be hashed, but is unknown.
    #[error("the payload is unknown, so it cannot be hashed")]
    UnknownPayload,
    /// The access key ID is empty, or contains a character that cannot be in a credential.
    #[error("invalid access key ID: it is empty or contains spaces, quotes, commas or control characters")]
    AccessKeyId,
    /// The session token cannot be the value of a header. It is not quoted, because it is a secret.
    #[error("the session token contains a line break, a NUL or another control character")]
    SessionToken,
    /// The scheme signs with the key of a certificate, but there is no certificate.
    #[error("the request has no certificate, and it is to be signed with the key of one")]
    CertificateMissing,
    /// The request already has a certificate header, and its value differs from the signing certificate or its chain.
    #[error("the request has the header {name} already, with another value than the certificate that signs")]
    CertificateDiffers {
        /// The name of the header.
        name: String,
    },
    /// A URL was to be presigned with the key of a certificate, but the certificate can only travel in a header.
    #[error("a URL cannot be presigned with the key of a certificate: the certificate travels in a header")]
    CertificateInQuery,
    /// The declared payload hash cannot be the value of a header.
    #[error("the declared payload hash contains a line break, a NUL or another control character")]
    PayloadHash,
}
