//! The nouns of Signature Version 4: dialect, credential scope, signing key, signature.
//!
//! A dialect is data, a row of names; the procedure around it is the same for all. What is signed is not known here.

mod dialect;
mod key;
mod scope;
mod signature;

pub use dialect::{Dialect, UnknownDialect};
pub(crate) use key::AbsorbedKey;
pub use key::{KeyScopeMismatch, KeyTrace, SigningKey};
pub use scope::{InvalidScopePart, Scope};
pub use signature::Signature;

/// The procedures that sigvet knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// Signature Version 4: HMAC-SHA256 with a key derived for one day, region and service.
    #[default]
    V4,
}
