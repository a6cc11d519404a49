//! The basic types of Signature Version 4 and 4A: dialect, credential scope, signing key, signature.
//!
//! A dialect is data, a set of names; the procedure is the same for all. This module does not know what is signed.

mod dialect;
#[cfg(feature = "v4a")]
pub(crate) mod key_pair;
mod scope;
mod signature;
mod key;

pub use dialect::{Dialect, UnknownDialect};
pub(crate) use key::AbsorbedKey;
pub use key::{KeyScopeMismatch, KeyTrace, SigningKey};
pub(crate) use scope::is_day;
pub use scope::{InvalidScope, InvalidScopePart, Scope};
pub use signature::{InvalidSignature, Signature};

#[cfg(feature = "x509")]
use crate::x509::KeyAlgorithm;

/// A signature scheme that this crate supports.
// A feature adds a variant: only callers who turned it on may match exhaustively.
#[cfg_attr(not(all(feature = "v4a", feature = "x509")), non_exhaustive)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Signature Version 4: HMAC-SHA256 with a key derived for one day, region and service.
    #[default]
    V4,
    /// Signature Version 4A: ECDSA over P-256, with a key pair that is valid in every region; the request names the
    /// region set for which it is meant.
    #[cfg(feature = "v4a")]
    V4a,
    /// Version 4 with the key of an X.509 certificate, for IAM Roles Anywhere: the request carries the certificate, and
    /// the credential has its serial number in place of the access key ID.
    #[cfg(feature = "x509")]
    X509(KeyAlgorithm),
}

impl Scheme {
    const ALL: &[Self] = &[
        Self::V4,
        #[cfg(feature = "v4a")]
        Self::V4a,
        #[cfg(feature = "x509")]
        Self::X509(KeyAlgorithm::Rsa),
        #[cfg(feature = "x509")]
        Self::X509(KeyAlgorithm::Ecdsa),
    ];

    /// The part of the algorithm after the provider's name: `-HMAC-SHA256`.
    const fn algorithm_suffix(self) -> &'static str {
        match self {
            Self::V4 => "-HMAC-SHA256",
            #[cfg(feature = "v4a")]
            Self::V4a => "-ECDSA-P256-SHA256",
            #[cfg(feature = "x509")]
            Self::X509(key) => key.suffix(),
        }
    }

    /// Splits an algorithm into the provider with its number, `AWS4`, and the scheme.
    pub fn from_algorithm(algorithm: &str) -> Option<(&str, Self)> {
        let named = |scheme: Self| Some((algorithm.strip_suffix(scheme.algorithm_suffix())?, scheme));
        Self::ALL.iter().copied().find_map(named)
    }

    /// Whether the scope has no region and a region set is sent instead, as in Version 4A.
    pub(crate) fn has_region_set(self) -> bool {
        match self {
            Self::V4 => false,
            #[cfg(feature = "v4a")]
            Self::V4a => true,
            #[cfg(feature = "x509")]
            Self::X509(_) => false,
        }
    }

    /// Whether the key of a certificate signs; the request then carries the certificate.
    pub fn is_certified(self) -> bool {
        match self {
            #[cfg(feature = "x509")]
            Self::X509(_) => true,
            _ => false,
        }
    }
}
