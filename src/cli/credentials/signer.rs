//! What signs: credentials, a key that was derived before, or nobody.

use crate::cli::credentials::signing_key::ScopedKey;
use sigvet_core::credentials::Credentials;
use sigvet_core::derivation::Terms;
use sigvet_core::prepare::Identity;
use sigvet_core::scheme::{KeyTrace, Scope, SigningKey};

/// What signs: credentials, or a key derived from them before.
#[derive(Debug)]
pub enum Signer {
    /// A secret, good for every scope.
    Credentials(Credentials),
    /// A key, good for one scope.
    Key(ScopedKey),
    /// Nothing: the request goes unsigned.
    Nobody,
}

impl Signer {
    /// Whose signature it will be.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Credentials(credentials) => Identity::from(credentials),
            Self::Key(key) => key.identity(),
            Self::Nobody => Identity { access_key_id: String::new(), session_token: None, expires_at: None },
        }
    }

    /// The credentials, where they are at hand.
    pub fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::Credentials(credentials) => Some(credentials),
            Self::Key(_) | Self::Nobody => None,
        }
    }

    /// The scope that a key was derived for.
    pub fn key_scope(&self) -> Option<&Scope> {
        match self {
            Self::Key(key) => Some(&key.scope),
            Self::Credentials(_) | Self::Nobody => None,
        }
    }

    /// The key that signs by these terms.
    pub fn key(&self, terms: &Terms) -> Option<SigningKey> {
        match self {
            Self::Credentials(credentials) => {
                Some(SigningKey::for_scheme(terms.scheme, credentials, &terms.dialect, &terms.scope))
            }
            Self::Key(key) => Some(key.signing_key()),
            Self::Nobody => None,
        }
    }

    /// The chain that leads to the key of Version 4; nothing but its end is known of a key that was derived before.
    pub fn trace(&self, terms: &Terms) -> Option<KeyTrace> {
        let secret = &self.credentials()?.secret_access_key;
        Some(KeyTrace::derive(secret, &terms.dialect.secret_prefix, &terms.scope))
    }
}
