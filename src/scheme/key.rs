//! The signing key: the secret, bound to one day, region and service by a chain of four HMACs.
//!
//! A key remembers its scope and refuses to sign for another. The chain is shown only when asked for by name
//! ([`KeyTrace`]). Follows *Derive a signing key* of AWS's signing reference.

use std::fmt;

use zeroize::Zeroizing;

use super::{Dialect, Scope, Signature};
use crate::credentials::Secret;
use crate::crypto::{HmacKey, Sha256Digest, hmac_sha256};

/// A key that signs within one scope. `Debug` shows the scope only.
#[derive(Clone)]
pub struct SigningKey {
    key: HmacKey,
    scope: Scope,
}

/// A signing key asked to sign outside its scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signing key is for scope {expected}, and cannot sign for {presented}")]
pub struct KeyScopeMismatch {
    /// The key's own scope.
    pub expected: Box<Scope>,
    /// The scope of what was to be signed.
    pub presented: Box<Scope>,
}

/// Every step of the derivation. All of it is secret: kSigning signs for a day, the others for more.
pub struct KeyTrace {
    /// HMAC(prefix + secret, day).
    pub k_date: Zeroizing<[u8; 32]>,
    /// HMAC(kDate, region).
    pub k_region: Zeroizing<[u8; 32]>,
    /// HMAC(kRegion, service).
    pub k_service: Zeroizing<[u8; 32]>,
    /// HMAC(kService, terminator): the signing key.
    pub k_signing: Zeroizing<[u8; 32]>,
}

impl KeyTrace {
    /// Derives the chain for a scope.
    pub fn derive(secret: &Secret, secret_prefix: &str, scope: &Scope) -> Self {
        let mut k_secret = Zeroizing::new(Vec::with_capacity(secret_prefix.len() + secret.expose_secret().len()));
        k_secret.extend_from_slice(secret_prefix.as_bytes());
        k_secret.extend_from_slice(secret.expose_secret().as_bytes());
        let k_date = link(&k_secret, &scope.date);
        let k_region = link(&*k_date, &scope.region);
        let k_service = link(&*k_region, &scope.service);
        let k_signing = link(&*k_service, &scope.terminator);
        Self { k_date, k_region, k_service, k_signing }
    }

    /// Signs a string to sign, of the scope that the chain was derived for.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> Signature {
        Signature::from_digest(&hmac_sha256(&*self.k_signing, string_to_sign))
    }
}

fn link(key: &[u8], message: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac_sha256(key, message.as_bytes()).0)
}

impl SigningKey {
    /// Derives the key of a scope from a secret.
    pub fn derive(secret: &Secret, dialect: &Dialect, scope: &Scope) -> Self {
        let trace = KeyTrace::derive(secret, &dialect.secret_prefix, scope);
        Self::from_bytes(&trace.k_signing, scope.clone())
    }

    /// Takes a key that was derived elsewhere, with the scope it was derived for.
    pub fn from_bytes(k_signing: &[u8; 32], scope: Scope) -> Self {
        Self { key: HmacKey::new(k_signing), scope }
    }

    /// What the key is good for.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Signs a string to sign of the given scope.
    ///
    /// # Errors
    /// A scope that is not the key's own.
    pub fn sign(&self, scope: &Scope, string_to_sign: &[u8]) -> Result<Signature, KeyScopeMismatch> {
        self.check(scope)?;
        Ok(self.sign_unchecked(string_to_sign))
    }

    /// Signs a string to sign whose scope is the key's own by construction.
    pub(crate) fn sign_unchecked(&self, string_to_sign: &[u8]) -> Signature {
        Signature::from_digest(&self.key.authenticate(&[string_to_sign]))
    }

    /// Refuses a scope that is not the key's own.
    ///
    /// # Errors
    /// Says both scopes.
    pub fn check(&self, scope: &Scope) -> Result<(), KeyScopeMismatch> {
        if self.scope == *scope {
            return Ok(());
        }
        Err(KeyScopeMismatch { expected: Box::new(self.scope.clone()), presented: Box::new(scope.clone()) })
    }

    /// The key for messages that all begin with `head`.
    pub(crate) fn absorb(&self, head: &[u8]) -> AbsorbedKey {
        AbsorbedKey(self.key.absorb(head))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("scope", &self.scope.to_string()).finish_non_exhaustive()
    }
}

/// A signing key that has read the beginning of its messages.
#[derive(Clone)]
pub(crate) struct AbsorbedKey(HmacKey);

impl AbsorbedKey {
    pub(crate) fn authenticate(&self, rest: &[u8]) -> Sha256Digest {
        self.0.authenticate(&[rest])
    }
}
