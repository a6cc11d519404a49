//! The nouns of Signature Version 4 and 4A: dialect, credential scope, signing key, signature.
//!
//! A dialect is data, a row of names; the procedure around it is the same for all. What is signed is not known here.

mod dialect;
pub(crate) mod key_pair;
mod scope;
mod signature;
mod key;

pub use dialect::{Collapsed, Dialect, UnknownDialect};
pub(crate) use key::AbsorbedKey;
pub use key::{KeyScopeMismatch, KeyTrace, SigningKey};
pub use scope::{InvalidScope, InvalidScopePart, Scope};
pub use signature::{InvalidSignature, Signature};

/// The procedures that sigvet knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Signature Version 4: HMAC-SHA256 with a key derived for one day, region and service.
    #[default]
    V4,
    /// Signature Version 4A: ECDSA over P-256, with a key pair that is good for every region; the request names the set of
    /// regions that it is meant for.
    V4a,
}

impl Scheme {
    /// What stands behind the provider's name in the algorithm: `-HMAC-SHA256`.
    const fn algorithm_suffix(self) -> &'static str {
        match self {
            Self::V4 => "-HMAC-SHA256",
            Self::V4a => "-ECDSA-P256-SHA256",
        }
    }

    /// Reads an algorithm: the provider with its number, `AWS4`, and the scheme.
    pub fn from_algorithm(algorithm: &str) -> Option<(&str, Self)> {
        let named = |scheme: Self| Some((algorithm.strip_suffix(scheme.algorithm_suffix())?, scheme));
        [Self::V4, Self::V4a].into_iter().find_map(named)
    }
}
