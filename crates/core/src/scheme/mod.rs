//! The nouns of Signature Version 4 and 4A: dialect, credential scope, signing key, signature.
//!
//! A dialect is data, a row of names; the procedure around it is the same for all. What is signed is not known here.

mod dialect;
#[cfg(feature = "v4a")]
pub(crate) mod key_pair;
mod scope;
mod signature;
mod key;

pub use dialect::{Dialect, UnknownDialect};
pub(crate) use key::AbsorbedKey;
pub use key::{KeyScopeMismatch, KeyTrace, SigningKey};
pub use scope::{InvalidScope, InvalidScopePart, Scope};
pub use signature::{InvalidSignature, Signature};

#[cfg(feature = "x509")]
use crate::x509::KeyAlgorithm;

/// The procedures that sigvet knows.
// A feature adds a variant: only who has turned it on may match on all of them.
#[cfg_attr(not(all(feature = "v4a", feature = "x509")), non_exhaustive)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Signature Version 4: HMAC-SHA256 with a key derived for one day, region and service.
    #[default]
    V4,
    /// Signature Version 4A: ECDSA over P-256, with a key pair that is good for every region; the request names the set of
    /// regions that it is meant for.
    #[cfg(feature = "v4a")]
    V4a,
    /// Version 4 with the key of an X.509 certificate, for IAM Roles Anywhere: the certificate goes along, and its serial number
    /// stands where the access key id does.
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

    /// What stands behind the provider's name in the algorithm: `-HMAC-SHA256`.
    const fn algorithm_suffix(self) -> &'static str {
        match self {
            Self::V4 => "-HMAC-SHA256",
            #[cfg(feature = "v4a")]
            Self::V4a => "-ECDSA-P256-SHA256",
            #[cfg(feature = "x509")]
            Self::X509(key) => key.suffix(),
        }
    }

    /// Reads an algorithm: the provider with its number, `AWS4`, and the scheme.
    pub fn from_algorithm(algorithm: &str) -> Option<(&str, Self)> {
        let named = |scheme: Self| Some((algorithm.strip_suffix(scheme.algorithm_suffix())?, scheme));
        Self::ALL.iter().copied().find_map(named)
    }

    /// Whether a set of regions stands beside a scope without a region, as in Version 4A.
    pub(crate) fn has_region_set(self) -> bool {
        match self {
            Self::V4 => false,
            #[cfg(feature = "v4a")]
            Self::V4a => true,
            #[cfg(feature = "x509")]
            Self::X509(_) => false,
        }
    }

    /// Whether the key of a certificate signs, which goes along with the request.
    pub fn is_certified(self) -> bool {
        match self {
            #[cfg(feature = "x509")]
            Self::X509(_) => true,
            _ => false,
        }
    }
}
