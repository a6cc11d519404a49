//! Signature Version 2 of S3: an HMAC-SHA1 over a few header fields and the resource, with the secret itself as the
//! key.
//!
//! It has no canonical request, no scope and no region: a [`StringToSign`] is the only step between request and
//! signature. [`Terms`] are what signer and verifier agree on, apart from the request; [`prepare`] decides them,
//! [`Claim`] reads them. As in Version 4 a dialect is a set of [`Names`]. Follows *Signing and authenticating REST
//! requests* of S3's API reference.

mod names;
pub(crate) mod resource;
mod claim;
mod regions;
mod string_to_sign;
mod prepare;
#[cfg(test)]
mod tests;

pub use claim::Claim;
pub use names::Names;
pub use prepare::{Settings, prepare};
pub use regions::takes_version_2;
pub use resource::{SubResources, is_sub_resource};
pub use string_to_sign::StringToSign;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::credentials::Secret;
use crate::crypto::hmac_sha1;
use crate::request::Request;
use crate::scheme::Signature;
use crate::time::Timestamp;

/// The terms of a signature: what signer and verifier must agree on, apart from the request itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The names that the provider uses.
    pub names: &'static Names,
    /// The access key ID.
    pub access_key_id: String,
    /// Where the signature goes: header or query.
    pub placement: Placement,
    /// The bucket that the host names; `None` if the bucket is in the path, or there is none.
    pub bucket: Option<String>,
    /// Which parameters of the query are signed.
    pub sub_resources: SubResources,
}

/// Where a signature goes, and the time that it is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the `Authorization` header; the request has a date.
    Header {
        /// The time in `x-amz-date`; otherwise in `Date`.
        signed_at: Timestamp,
    },
    /// In the query, as in a presigned URL.
    Query {
        /// When the URL expires; the parameter `Expires` has it in seconds since 1970.
        expires_at: Timestamp,
    },
}

impl Terms {
    /// Derives the string to sign of a request.
    pub fn derive(&self, request: &Request) -> StringToSign {
        StringToSign::derive(request, self)
    }
}

/// Signs a string to sign. The secret itself is the key.
pub fn sign(secret: &Secret, string_to_sign: &[u8]) -> Signature {
    Signature::presented(STANDARD.encode(hmac_sha1(secret.expose_secret().as_bytes(), string_to_sign)))
}
