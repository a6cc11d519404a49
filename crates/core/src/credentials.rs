//! The keys a signature is made with.
//!
//! A [`Secret`] never shows itself: `Debug` redacts it, dropping wipes it, comparing takes constant time. Where
//! credentials come from (files, the environment, a chain) is not known here; that is `profiles`.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::time::Timestamp;

/// Text that must not be shown: a secret access key.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text as the secret, to the last byte.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Shows the secret. The name is long so that every use of it is seen in review.
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

/// An access key: its public id, its secret, and what comes with temporary ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Credentials {
    /// Names the key to the server: `AKIDEXAMPLE`. Not secret.
    pub access_key_id: String,
    /// What signing keys are derived from.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials. Redacted like the secret: it is half of what an impostor needs.
    pub session_token: Option<Secret>,
    /// When temporary credentials stop working, where that is known.
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

    /// The same credentials with a session token.
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
    fn secrets_compare_by_every_byte() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("abc "));
    }
}
