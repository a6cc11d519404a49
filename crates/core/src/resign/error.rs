//! Why an accepted request is not signed again.

use std::fmt;

use crate::prepare::PrepareError;

/// Why an accepted request cannot be signed again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResignError {
    /// One of the provider's own headers is not covered by the client's signature. Anyone on the way could have added
    /// it, to have it signed with a key that is not theirs (*confused deputy*).
    #[error("the header {name} is not covered by the client's signature and would be signed with the gateway's key")]
    UnsignedHeader {
        /// The name of the header.
        name: String,
    },
    /// Some servers do not distinguish `_` from `-` in the name of a header. They would read this one as another, which
    /// the client's signature does not cover under that name, or which the gateway itself sets.
    #[error("some servers read the header {name} as {read_as}, and the client's signature does not cover it as that")]
    LookalikeHeader {
        /// The name of the header.
        name: String,
        /// The name with hyphens.
        read_as: String,
    },
    /// The request was signed with the key of a certificate: the next hop expects the same key, which the gateway does
    /// not have.
    #[error("a request signed with the key of a certificate cannot be signed again with an access key")]
    Certified,
    /// The request is not the one that was accepted.
    #[error("the request is not the one that was accepted: its signature differs")]
    OtherRequest,
    /// The payload is in signed frames that are not chunks, such as an event stream: each signature covers the one
    /// before, and this crate does not read such frames.
    #[error("a payload declared as '{word}' cannot be signed again frame by frame")]
    Frames {
        /// The word that declares the payload.
        word: String,
    },
    /// The presigned URL expired between being accepted and being signed.
    #[error("the presigned URL has expired")]
    Expired,
    /// Requests in an S3 Express session are signed with the token from `CreateSession`, but the outbound credentials
    /// have no token.
    #[error("the request belongs to an S3 Express session, but the outbound credentials have no session token")]
    SessionTokenMissing,
    /// The request cannot be prepared with the outbound credentials or scope.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The policy of a form cannot be read, so the credential in it cannot be replaced.
    #[error("the form cannot be signed again: {problem}")]
    Form {
        /// What is wrong with the form.
        problem: String,
    },
    /// Part of the client's key is still in the outbound request. The value is not quoted.
    #[error("the client's {part} is in the {place} of the outbound request")]
    Leak {
        /// The part of the client's key.
        part: InboundPart,
        /// Where it is: `target`, `header referer`, `field key`.
        place: String,
    },
}

/// A part of the client's key that must not reach the next hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundPart {
    /// The access key ID.
    AccessKeyId,
    /// The signature.
    Signature,
    /// The session token.
    SessionToken,
}

impl fmt::Display for InboundPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessKeyId => "access key ID",
            Self::Signature => "signature",
            Self::SessionToken => "session token",
        })
    }
}
