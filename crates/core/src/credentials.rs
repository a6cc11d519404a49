//! The keys that signatures are made with.
//!
//! A [`Secret`] never reveals itself: `Debug` redacts it, drop wipes it, and comparison takes constant time. Where
//! credentials come from (files, the environment, a chain) is not known here; see `profiles`.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::time::Timestamp;

/// Text that must not be shown, such as a secret access key.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Makes a secret of the text, unchanged.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the secret. The name is long so that every use stands out in review.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

/// Whether AWS issues access key IDs of this form only together with a session token (*IAM identifiers*, unique
/// prefixes): `ASIA` and 16 more characters.
pub fn is_temporary_key_id(access_key_id: &str) -> bool {
    access_key_id.len() == 20 && access_key_id.starts_with("ASIA")
}

/// An access key: access key ID, secret access key, and for temporary credentials a session token and an expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Credentials {
    /// The access key ID, which tells the server which key was used: `AKIDEXAMPLE`. Not secret.
    pub access_key_id: String,
    /// The secret access key, from which signing keys are derived.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials. `Debug` redacts it like the secret, because it is half of what an
    /// impostor needs.
    pub session_token: Option<Secret>,
    /// When temporary credentials expire, if known.
    pub expires_at: Option<Timestamp>,
}

impl Credentials {
    /// Makes long-term credentials: no session token, no expiry.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: Secret::new(secret_access_key),
            session_token: None,
            expires_at: None,
        }
    }

    /// Returns the credentials with a session token.
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(Secret::new(token));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let credentials = Credentials::new("AKID", "hush-hush").with_session_token("whisper");
        let shown = format!("{credentials:?}");
        assert!(shown.contains("AKID"));
        assert!(!shown.contains("hush") && !shown.contains("whisper"), "{shown}");
    }

    #[test]
    fn secrets_are_compared_by_every_byte() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("abc "));
    }
}
