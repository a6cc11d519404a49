//! Why an accepted request is not signed again.

use std::fmt;

use crate::prepare::PrepareError;

/// Why an accepted request is not signed again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResignError {
    /// A header of the provider's own is not covered by the client's signature. Whoever added it on the way would have it signed
    /// by a key that is not theirs (*confused deputy*).
    #[error("the header {name} is not covered by the client's signature and would be signed with the gateway's key")]
    UnsignedHeader {
        /// The header.
        name: String,
    },
    /// A request signed with the key of a certificate: its next hop wants the same key, which the gateway does not have.
    #[error("a request signed with the key of a certificate cannot be signed again with an access key")]
    Certified,
    /// The request is not the one that was accepted.
    #[error("the request is not the one that was accepted: its signature differs")]
    OtherRequest,
    /// The payload comes in signed frames that are not chunks, such as an event stream: each is signed after the one before it, and
    /// nobody here reads them.
    #[error("a payload declared as '{word}' cannot be signed again frame by frame")]
    Frames {
        /// What the request says of its payload.
        word: String,
    },
    /// A presigned URL that expired between being accepted and being signed.
    #[error("the presigned URL has expired")]
    Expired,
    /// A session of S3 Express is signed with the token that `CreateSession` gave, and the outbound credentials have none.
    #[error("the request belongs to an S3 Express session, but the outbound credentials have no session token")]
    SessionTokenMissing,
    /// The outbound credentials or scope cannot sign.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The policy of a form cannot be read, so the credential in it cannot be replaced.
    #[error("the form cannot be signed again: {problem}")]
    Form {
        /// What is wrong with it.
        problem: String,
    },
    /// Something of the client's key is still in the outbound request. The value is not quoted.
    #[error("the client's {part} is in the {place} of the outbound request")]
    Leak {
        /// What is left of the client's key.
        part: InboundPart,
        /// Where: `target`, `header referer`, `field key`.
        place: String,
    },
}

/// What of the client's key must not reach the next hop.
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
