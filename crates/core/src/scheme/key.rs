//! The signing key. In Version 4 it is derived from the secret for one day, region and service, by a chain of four
//! HMACs; in Version 4A it is the private half of a key pair.
//!
//! A key knows its scope and refuses to sign for another. The chain is shown only if requested explicitly
//! ([`KeyTrace`]). Follows *Derive a signing key* of AWS's signing reference.

use std::fmt;

use zeroize::Zeroizing;

#[cfg(feature = "v4a")]
use super::key_pair;
use super::{Dialect, Scheme, Scope, Signature};
use crate::credentials::{Credentials, Secret};
#[cfg(feature = "v4a")]
use crate::crypto::{EcdsaKey, PublicKey};
use crate::crypto::{Hex, Midstate, hmac_sha256};
use crate::texts::Texts;
#[cfg(feature = "x509")]
use crate::x509::{self, PrivateKey};

/// A key that signs within one scope. `Debug` shows only the scope.
#[derive(Clone)]
pub struct SigningKey {
    kind: Kind,
    scope: Scope,
}

#[derive(Clone)]
enum Kind {
    Hmac(Midstate),
    #[cfg(feature = "v4a")]
    Ecdsa(EcdsaKey),
    #[cfg(feature = "x509")]
    Certified(PrivateKey),
    /// No key: its signature is empty, and no request can present that.
    #[cfg(feature = "x509")]
    Absent,
}

/// The error for a signing key that was asked to sign outside its scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signing key is for scope {expected} and cannot sign for {presented}")]
#[non_exhaustive]
pub struct KeyScopeMismatch {
    /// The scope of the key.
    pub expected: Box<Scope>,
    /// The scope to sign for.
    pub presented: Box<Scope>,
}

/// Every step of the key derivation. All of it is secret: kSigning signs for one day, region and service, the other
/// keys for more.
pub struct KeyTrace {
    k_date: Zeroizing<[u8; 32]>,
    k_region: Zeroizing<[u8; 32]>,
    k_service: Zeroizing<[u8; 32]>,
    k_signing: Zeroizing<[u8; 32]>,
}

impl KeyTrace {
    /// Derives all keys for a scope.
    pub fn derive(secret: &Secret, secret_prefix: &str, scope: &Scope) -> Self {
        let mut k_secret = Zeroizing::new(Vec::with_capacity(secret_prefix.len() + secret.expose_secret().len()));
        k_secret.extend_from_slice(secret_prefix.as_bytes());
        k_secret.extend_from_slice(secret.expose_secret().as_bytes());
        let k_date = link(&k_secret, &scope.date);
        let k_region = link(&*k_date, scope.region());
        let k_service = link(&*k_region, &scope.service);
        let k_signing = link(&*k_service, &scope.terminator);
        Self { k_date, k_region, k_service, k_signing }
    }

    /// HMAC(prefix + secret, day).
    pub fn k_date(&self) -> &[u8; 32] {
        &self.k_date
    }

    /// HMAC(kDate, region).
    pub fn k_region(&self) -> &[u8; 32] {
        &self.k_region
    }

    /// HMAC(kRegion, service).
    pub fn k_service(&self) -> &[u8; 32] {
        &self.k_service
    }

    /// HMAC(kService, terminator): the signing key.
    pub fn k_signing(&self) -> &[u8; 32] {
        &self.k_signing
    }

    /// Signs a string to sign; its scope must be the one that the chain was derived for.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> Signature {
        Signature::from_digest(&hmac_sha256(&*self.k_signing, string_to_sign))
    }
}

fn link(key: &[u8], message: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac_sha256(key, message.as_bytes()).0)
}

impl SigningKey {
    /// Derives the key with which a scheme signs within a scope. The key of a certificate cannot be derived from a
    /// secret access key: for `Scheme::X509` the signatures are empty and match no request; see
    /// [`for_certificate`](Self::for_certificate).
    pub fn for_scheme(scheme: Scheme, credentials: &Credentials, dialect: &Dialect, scope: &Scope) -> Self {
        let secret = &credentials.secret_access_key;
        match scheme {
            Scheme::V4 => Self::derive(secret, dialect, scope),
            #[cfg(feature = "v4a")]
            Scheme::V4a => Self::derive_pair(secret, &credentials.access_key_id, dialect, scope),
            #[cfg(feature = "x509")]
            Scheme::X509(_) => Self { kind: Kind::Absent, scope: scope.clone() },
        }
    }

    /// Makes a signing key for one scope from the private key of a certificate.
    #[cfg(feature = "x509")]
    pub fn for_certificate(key: &PrivateKey, scope: Scope) -> Self {
        Self { kind: Kind::Certified(key.clone()), scope }
    }

    /// Derives the key of Version 4A, bound to one scope. The key pair is the same for every scope; deriving it takes
    /// some hundred times as long as deriving a key of Version 4.
    #[cfg(feature = "v4a")]
    pub fn derive_pair(secret: &Secret, access_key_id: &str, dialect: &Dialect, scope: &Scope) -> Self {
        let key = key_pair::of_secret(secret, &dialect.secret_prefix, access_key_id);
        Self { kind: Kind::Ecdsa(key), scope: scope.clone() }
    }

    /// Derives the key of Version 4 for a scope from a secret.
    pub fn derive(secret: &Secret, dialect: &Dialect, scope: &Scope) -> Self {
        let trace = KeyTrace::derive(secret, &dialect.secret_prefix, scope);
        Self::from_bytes(&trace.k_signing, scope.clone())
    }

    /// Makes a signing key from one that was derived elsewhere, and the scope it was derived for.
    pub fn from_bytes(k_signing: &[u8; 32], scope: Scope) -> Self {
        Self { kind: Kind::Hmac(Midstate::new(k_signing)), scope }
    }

    /// The scope in which the key signs.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Signs a string to sign of the given scope.
    ///
    /// # Errors
    /// The scope is not that of the key.
    pub fn sign(&self, scope: &Scope, string_to_sign: &[u8]) -> Result<Signature, KeyScopeMismatch> {
        self.check(scope)?;
        Ok(self.sign_unchecked(string_to_sign))
    }

    /// Signs a string to sign whose scope is known to be that of the key.
    pub(crate) fn sign_unchecked(&self, string_to_sign: &[u8]) -> Signature {
        match &self.kind {
            Kind::Hmac(key) => Signature::from_digest(&key.finish(&[string_to_sign])),
            #[cfg(feature = "v4a")]
            Kind::Ecdsa(key) => Signature::presented(hex::encode(key.sign(string_to_sign))),
            #[cfg(feature = "x509")]
            Kind::Certified(key) => Signature::presented(hex::encode(x509::sign(key, string_to_sign))),
            #[cfg(feature = "x509")]
            Kind::Absent => Signature::presented(""),
        }
    }

    /// The signature that should be presented. In Version 4A many signatures are valid, so a valid one is returned
    /// unchanged.
    #[doc(hidden)]
    #[cfg_attr(not(feature = "v4a"), expect(unused_variables, reason = "in Version 4 one signature alone is right"))]
    pub fn expected(&self, string_to_sign: &[u8], presented: &Signature) -> Signature {
        match &self.kind {
            #[cfg(feature = "v4a")]
            Kind::Ecdsa(key) if is_right(presented, &key.public_key(), string_to_sign) => presented.clone(),
            _ => self.sign_unchecked(string_to_sign),
        }
    }

    /// The public half of a key of Version 4A; `None` for other keys.
    #[cfg(feature = "v4a")]
    pub fn public_key(&self) -> Option<PublicKey> {
        match &self.kind {
            Kind::Ecdsa(key) => Some(key.public_key()),
            _ => None,
        }
    }

    /// Checks that a scope is that of the key.
    ///
    /// # Errors
    /// The scopes differ; the error contains both.
    pub fn check(&self, scope: &Scope) -> Result<(), KeyScopeMismatch> {
        if self.scope == *scope {
            return Ok(());
        }
        Err(KeyScopeMismatch { expected: Box::new(self.scope.clone()), presented: Box::new(scope.clone()) })
    }

    /// A key for messages that all begin with `head`.
    pub(crate) fn absorb(&self, head: &[u8]) -> AbsorbedKey {
        match &self.kind {
            Kind::Hmac(key) => AbsorbedKey::Hmac(key.clone().absorb(head)),
            #[cfg(feature = "v4a")]
            Kind::Ecdsa(key) => AbsorbedKey::Ecdsa { key: key.clone(), head: head.to_vec() },
            #[cfg(feature = "x509")]
            Kind::Certified(_) | Kind::Absent => AbsorbedKey::Whole { key: self.clone(), head: head.to_vec() },
        }
    }
}

/// Whether a signature of Version 4A is valid and written in lower case.
#[cfg(feature = "v4a")]
fn is_right(presented: &Signature, key: &PublicKey, string_to_sign: &[u8]) -> bool {
    let is_lower = !presented.as_str().bytes().any(|byte| byte.is_ascii_uppercase());
    let bytes = hex::decode(presented.as_str());
    is_lower && bytes.is_ok_and(|signature| key.verifies(string_to_sign, &signature))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("scope", &self.scope.to_string()).finish_non_exhaustive()
    }
}

/// A signing key that has absorbed the beginning of its messages.
#[derive(Clone)]
pub(crate) enum AbsorbedKey {
    Hmac(Midstate),
    #[cfg(feature = "v4a")]
    Ecdsa {
        key: EcdsaKey,
        head: Vec<u8>,
    },
    /// A key that can only sign whole messages.
    #[cfg(feature = "x509")]
    Whole {
        key: SigningKey,
        head: Vec<u8>,
    },
}

impl AbsorbedKey {
    /// Appends the signature of the message that ends in `rest`.
    pub(crate) fn write_signature(&self, rest: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Hmac(key) => out.extend_from_slice(Hex::new(&key.finish(&[rest])).as_bytes()),
            #[cfg(feature = "v4a")]
            Self::Ecdsa { key, head } => {
                let message = [head, rest].concat();
                out.extend_from_slice(hex::encode(key.sign(&message)).as_bytes());
            }
            #[cfg(feature = "x509")]
            Self::Whole { key, head } => {
                out.extend_from_slice(key.sign_unchecked(&[head, rest].concat()).as_str().as_bytes());
            }
        }
    }

    /// The signatures of many messages, each of which ends in one of these hashes.
    pub(crate) fn sign_each(&self, rests: &[Hex]) -> Texts {
        let mut signatures = Texts::with_capacity(rests.len(), 64);
        match self {
            Self::Hmac(key) => {
                let codes = key.finish_each(rests.iter().map(Hex::as_bytes), b"");
                codes.iter().for_each(|code| signatures.push(|out| out.extend_from_slice(Hex::new(code).as_bytes())));
            }
            #[cfg(any(feature = "v4a", feature = "x509"))]
            _ => {
                rests.iter().for_each(|rest| signatures.push(|out| self.write_signature(rest.as_bytes(), out)));
            }
        }
        signatures
    }
}
