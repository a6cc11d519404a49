//! A finding taken apart, for those who render it in columns or as data: place, both sides, and what to change.
//!
//! The sentence of a finding is its `Display`; nothing here is parsed back out of that.

use std::fmt;

use super::chunks;
use super::finding::Finding;

/// Where a finding lies, what stands there, what should, and what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The part of the request.
    pub place: &'static str,
    /// What stands there.
    pub presented: String,
    /// What should, or the bound that was passed.
    pub expected: String,
    /// What to change; empty if it takes a diagnosis to know.
    pub fix: String,
}

impl Finding {
    /// The finding, taken apart.
    pub fn facts(&self) -> Facts {
        let facts = |place, presented: &dyn fmt::Display, expected: &dyn fmt::Display, fix: &str| {
            let (presented, expected, fix) = (presented.to_string(), expected.to_string(), fix.to_owned());
            Facts { place, presented, expected, fix }
        };
        match self {
            Self::SignatureMismatch => facts("signature", &"", &"", ""),
            Self::AccessKeyUnknown { expected, presented } => facts(
                "credential",
                presented,
                expected,
                "sign with the key that the server knows, or judge by the other key",
            ),
            Self::TimeSkewed { now, presented, .. } => facts("date", presented, now, "set the clock of the signer"),
            Self::Expired { at, now } => {
                facts("expires", &at.to_rfc3339(), &now.to_rfc3339(), "make a new URL, or a longer life")
            }
            Self::NotYetValid { from, now } => {
                facts("date", &from.to_rfc3339(), &now.to_rfc3339(), "set the clock of the signer, or wait")
            }
            Self::ExpiresOutOfBounds { presented } => {
                facts("expires", presented, &"1 to 604800", "choose a life of at most 7 days")
            }
            Self::ScopeDate { expected, presented } => {
                facts("scope", presented, expected, "take the scope's day from the very timestamp that is sent")
            }
            Self::ScopeTerminator { expected, presented } => {
                facts("scope", presented, expected, "end the credential scope as the provider does")
            }
            Self::RegionSetMissing { name } => {
                facts("scope", &"", name, "name the regions that the signature is for, or *, and sign that")
            }
            Self::TokenMissing { name } => {
                facts("token", &"", name, "send the session token with the request, and sign it")
            }
            Self::TokenDiffers { name } => facts("token", &"", name, "send the token that came with the access key"),
            Self::ChunksUnseen => facts("payload", &"", &"", "give the request with all of its body"),
            Self::TokenUnknown => facts("token", &"", &"", "give the credentials with their session token"),
            Self::PayloadMismatch { expected, presented } => {
                facts("payload", presented, expected, "hash the very bytes that are sent")
            }
            Self::ChecksumMismatch { expected, presented, .. } => {
                facts("payload", presented, expected, "make the checksum of the very bytes that are sent")
            }
            Self::PayloadHeaderMissing { name } => facts("payload", &"", name, "send the header and sign it"),
            Self::HostNotSigned => facts("signed-headers", &"", &"host", "sign the host header"),
            Self::HeaderUnsigned { name } => {
                facts("signed-headers", &"", name, "sign every header of the provider's own")
            }
            Self::HeaderMissing { name } => {
                facts("headers", &"", name, "send the header as it was signed, or do not sign it")
            }
            Self::Policy(violation) => {
                let (presented, expected) = violation.sides();
                facts("policy", &presented, &expected, "send what the policy allows, or sign another policy")
            }
            Self::Stream(fault) => chunks::facts(fault),
        }
    }
}
