//! Why a request cannot be prepared.

use crate::scheme::InvalidScopePart;
use crate::time::InvalidTimestamp;

/// Why a request cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The request has no `Host`.
    #[error("the request has no host header")]
    MissingHost,
    /// The request carries a signature.
    #[error("the request is already signed: it has {carrier}")]
    AlreadySigned {
        /// What carries it.
        carrier: String,
    },
    /// Its date header is not a date.
    #[error("header {name}: {source}; expected the form {expected}")]
    Date {
        /// The header.
        name: String,
        /// The form that its scheme writes.
        expected: &'static str,
        /// What it says.
        source: InvalidTimestamp,
    },
    /// The set of regions of Version 4A is none.
    #[error("invalid region set '{presented}'; expected * or comma-separated regions: us-east-1,eu-*")]
    RegionSet {
        /// The text as it was given.
        presented: String,
    },
    /// The region or the service cannot stand in a scope.
    #[error(transparent)]
    Scope(#[from] InvalidScopePart),
    /// The life of a presigned URL is out of bounds.
    #[error("the expiry of a presigned URL must be 1 to 604800 s (7 days), not {presented} s")]
    Expires {
        /// Seconds asked for.
        presented: u64,
    },
    /// A presigned URL of Version 2 that would expire at once.
    #[error("the expiry of a presigned URL must be at least 1 second")]
    ExpiresAtOnce,
    /// The payload is to be hashed and is not known.
    #[error("the payload is unknown, so it cannot be hashed")]
    UnknownPayload,
    /// The access key id cannot stand in a request.
    #[error("invalid access key ID: it is empty or contains spaces, quotes, commas or control characters")]
    AccessKeyId,
    /// The session token cannot be the value of a header. It is not quoted, because it is a secret.
    #[error("the session token contains a line break, a NUL or another control character")]
    SessionToken,
    /// The scheme signs with the key of a certificate, and the certificate is not there.
    #[error("the request has no certificate, and it is to be signed with the key of one")]
    CertificateMissing,
    /// The request has a certificate, and it is not that of the key that signs.
    #[error("the request has the header {name} already, with another value than the certificate that signs")]
    CertificateDiffers {
        /// The header.
        name: String,
    },
    /// A signature by the key of a certificate in a URL: the certificate travels in a header, which a URL has none of.
    #[error("a URL cannot be presigned with the key of a certificate: the certificate travels in a header")]
    CertificateInQuery,
    /// The declared payload hash cannot be the value of a header.
    #[error("the declared payload hash contains a line break, a NUL or another control character")]
    PayloadHash,
}
