//! What to sign with: credentials, a key that was derived before, or nothing.

use std::time::Duration;

use crate::cli::credentials::signing_key::ScopedKey;
use sigvet_core::credentials::{Credentials, is_temporary_key_id};
use sigvet_core::derivation::Terms;
use sigvet_core::prepare::Identity;
use sigvet_core::scheme::{KeyTrace, Scope, SigningKey};
use sigvet_core::x509::CertifiedKey;

/// The maximum session duration of a role (*AssumeRole* of the STS API reference). For `GetSessionToken` it is 36
/// hours.
const LONGEST_ROLE: Duration = Duration::from_secs(12 * 60 * 60);

const UNKNOWN_END: &str = "stops working when these temporary credentials expire, which is after 12 hours at most for a role \
    and 36 hours for a session";

/// What to sign with: credentials, or a key that was derived from them.
#[derive(Debug)]
pub enum Signer {
    /// Credentials, valid for every scope.
    Credentials(Credentials),
    /// A derived key, valid for one scope.
    Key(ScopedKey),
    /// The key of a certificate, which is sent with the request.
    Certified(Box<CertifiedKey>),
    /// Nothing: the request is sent unsigned.
    Nobody,
}

impl Signer {
    /// The identity that the signature is made for.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Credentials(credentials) => Identity::from(credentials),
            Self::Key(key) => key.identity(),
            Self::Certified(key) => {
                Identity { access_key_id: key.certificate().serial.clone(), session_token: None, expires_at: None }
            }
            Self::Nobody => Identity { access_key_id: String::new(), session_token: None, expires_at: None },
        }
    }

    /// The credentials, if available.
    pub fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::Credentials(credentials) => Some(credentials),
            Self::Key(_) | Self::Certified(_) | Self::Nobody => None,
        }
    }

    /// The certificate and its key, if that key signs.
    pub fn certified(&self) -> Option<&CertifiedKey> {
        if let Self::Certified(key) = self { Some(key) } else { None }
    }

    /// The scope that the key was derived for.
    pub fn key_scope(&self) -> Option<&Scope> {
        match self {
            Self::Key(key) => Some(&key.scope),
            Self::Credentials(_) | Self::Certified(_) | Self::Nobody => None,
        }
    }

    /// A warning if the temporary credentials have no known expiry and could expire before what they sign.
    pub fn warning_of_unknown_end(&self, signed: &str, lasting: Duration) -> Option<String> {
        let Identity { session_token, expires_at, .. } = self.identity();
        let may_end_first = lasting > LONGEST_ROLE && session_token.is_some() && expires_at.is_none();
        may_end_first.then(|| format!("{signed} {UNKNOWN_END}"))
    }

    /// A warning if the access key ID is that of temporary credentials, and their session token is missing.
    pub fn warning_of_missing_token(&self) -> Option<String> {
        let Identity { access_key_id, session_token, .. } = self.identity();
        (is_temporary_key_id(&access_key_id) && session_token.is_none()).then(|| {
            format!(
                "access key ID {access_key_id} is one of temporary credentials, which AWS refuses without their session token; \
                 set AWS_SESSION_TOKEN, or aws_session_token in the profile"
            )
        })
    }

    /// The signing key for these terms.
    pub fn key(&self, terms: &Terms) -> Option<SigningKey> {
        match self {
            Self::Credentials(credentials) => {
                Some(SigningKey::for_scheme(terms.scheme, credentials, &terms.dialect, &terms.scope))
            }
            Self::Key(key) => Some(key.signing_key()),
            Self::Certified(key) => Some(SigningKey::for_certificate(key.private_key(), terms.scope.clone())),
            Self::Nobody => None,
        }
    }

    /// The derivation of the Version 4 key; for a key that was derived before, it is unknown.
    pub fn trace(&self, terms: &Terms) -> Option<KeyTrace> {
        let secret = &self.credentials()?.secret_access_key;
        Some(KeyTrace::derive(secret, &terms.dialect.secret_prefix, &terms.scope))
    }
}
