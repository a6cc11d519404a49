//! A signature as text, compared in constant time.

use std::fmt;

use crate::crypto::{self, Hex, Sha256Digest};

/// A signature as it stands in a request: lower-case hex where it is sound, 64 digits of Version 4 and some 140 of
/// Version 4A; any text where it was presented.
/// Comparing takes a time that depends on the lengths alone.
#[derive(Clone)]
pub struct Signature(String);

impl Signature {
    pub(crate) fn from_digest(digest: &Sha256Digest) -> Self {
        Self(Hex::new(digest).as_str().to_owned())
    }

    /// Takes a signature as someone presented it.
    pub fn presented(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        crypto::constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Signature {}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
