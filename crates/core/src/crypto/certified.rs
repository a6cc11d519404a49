//! The kinds of keys in X.509 certificates: RSA, and ECDSA over P-256, P-384 and P-521. All sign with SHA-256.
//!
//! RSA comes from *ring*, whose private key operations take constant time; the crate `rsa` has an open advisory about
//! its own (RUSTSEC-2023-0071). No signature here needs randomness: ECDSA follows RFC 6979, and PKCS #1 v1.5 has no
//! random part. This module knows nothing about certificates.

use std::fmt;
use std::sync::Arc;

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{self as p256_ecdsa};
use p384::ecdsa as p384_ecdsa;
use p521::ecdsa as p521_ecdsa;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{
    KeyPair as _, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_SHA256, UnparsedPublicKey,
};

use sha1::Sha1;
use sha2::{Digest, Sha224, Sha384, Sha512};

use super::sha256;

/// A private key. Clones share it.
#[derive(Clone)]
pub(crate) enum CertifiedPrivate {
    /// RSA of 2048 to 4096 bits.
    Rsa(Arc<KeyPair>),
    /// ECDSA on P-256.
    P256(Arc<p256_ecdsa::SigningKey>),
    /// ECDSA on P-384.
    P384(Arc<p384_ecdsa::SigningKey>),
    /// ECDSA on P-521.
    P521(Arc<p521_ecdsa::SigningKey>),
}

/// A public key. Not secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum CertifiedPublic {
    /// `RSAPublicKey` in DER (RFC 8017 appendix A.1.1).
    Rsa(Vec<u8>),
    /// ECDSA on P-256.
    P256(p256_ecdsa::VerifyingKey),
    /// ECDSA on P-384.
    P384(p384_ecdsa::VerifyingKey),
    /// ECDSA on P-521.
    P521(p521_ecdsa::VerifyingKey),
}

impl CertifiedPrivate {
    /// Reads an RSA key in PKCS #1 DER. `None` if *ring* does not accept the key.
    pub(crate) fn rsa(pkcs1: &[u8]) -> Option<Self> {
        KeyPair::from_der(pkcs1).ok().map(|key| Self::Rsa(Arc::new(key)))
    }

    /// The P-256 key with this private number (big-endian).
    pub(crate) fn p256(number: &[u8]) -> Option<Self> {
        p256_ecdsa::SigningKey::from_slice(number).ok().map(|key| Self::P256(Arc::new(key)))
    }

    /// The P-384 key with this private number (big-endian).
    pub(crate) fn p384(number: &[u8]) -> Option<Self> {
        p384_ecdsa::SigningKey::from_slice(number).ok().map(|key| Self::P384(Arc::new(key)))
    }

    /// The P-521 key with this private number (big-endian).
    pub(crate) fn p521(number: &[u8]) -> Option<Self> {
        p521_ecdsa::SigningKey::from_slice(number).ok().map(|key| Self::P521(Arc::new(key)))
    }

    /// The public half.
    pub(crate) fn public(&self) -> CertifiedPublic {
        match self {
            Self::Rsa(key) => CertifiedPublic::Rsa(key.public_key().as_ref().to_vec()),
            Self::P256(key) => CertifiedPublic::P256(*key.verifying_key()),
            Self::P384(key) => CertifiedPublic::P384(*key.verifying_key()),
            Self::P521(key) => CertifiedPublic::P521(*key.verifying_key()),
        }
    }

    /// Signs a message: PKCS #1 v1.5 for RSA, DER for ECDSA.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                // The padding has no random part, so the random source is not used.
                let signed = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
                signed.expect("the signature has the length of the modulus, and 2048 bits have room for the hash");
                signature
            }
            Self::P256(key) => {
                let signed: Result<p256_ecdsa::DerSignature, _> = key.sign_prehash(&sha256(message).0);
                signed.expect("a hash of 32 bytes is signed on every curve").as_bytes().to_vec()
            }
            Self::P384(key) => {
                let signed: Result<p384_ecdsa::DerSignature, _> = key.sign_prehash(&sha256(message).0);
                signed.expect("a hash of 32 bytes is signed on every curve").as_bytes().to_vec()
            }
            Self::P521(key) => {
                let signed: Result<p521_ecdsa::DerSignature, _> = key.sign_prehash(&sha256(message).0);
                signed.expect("a hash of 32 bytes is signed on every curve").as_bytes().to_vec()
            }
        }
    }
}

impl CertifiedPublic {
    /// Reads a point on P-256 (SEC 1 §2.3.3).
    pub(crate) fn p256(sec1: &[u8]) -> Option<Self> {
        p256_ecdsa::VerifyingKey::from_sec1_bytes(sec1).ok().map(Self::P256)
    }

    /// Reads a point on P-384 (SEC 1 §2.3.3).
    pub(crate) fn p384(sec1: &[u8]) -> Option<Self> {
        p384_ecdsa::VerifyingKey::from_sec1_bytes(sec1).ok().map(Self::P384)
    }

    /// Reads a point on P-521 (SEC 1 §2.3.3).
    pub(crate) fn p521(sec1: &[u8]) -> Option<Self> {
        p521_ecdsa::VerifyingKey::from_sec1_bytes(sec1).ok().map(Self::P521)
    }

    /// Whether the private half made this signature of the message. RSA keys may have 1024 to 8192 bits: whether a key
    /// is long enough to be trusted is decided elsewhere.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, key)
                .verify(message, signature)
                .is_ok(),
            _ => self.verifies_hash(&sha256(message).0, signature) == Some(true),
        }
    }

    /// Whether the private half made this ECDSA signature (DER) of the hash. `None` if the key is RSA.
    pub(crate) fn verifies_hash(&self, hash: &[u8], signature: &[u8]) -> Option<bool> {
        Some(match self {
            Self::Rsa(_) => return None,
            Self::P256(key) => p256_ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok()),
            Self::P384(key) => p384_ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok()),
            Self::P521(key) => p521_ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok()),
        })
    }
}

/// Hashes a message.
type Hash = fn(&[u8]) -> Vec<u8>;

/// The hash functions other than SHA-256 that are found in signatures, by their names.
const OTHER_HASHES: [(&str, Hash); 4] = [
    ("SHA-384", |message| Sha384::digest(message).to_vec()),
    ("SHA-512", |message| Sha512::digest(message).to_vec()),
    ("SHA-1", |message| Sha1::digest(message).to_vec()),
    ("SHA-224", |message| Sha224::digest(message).to_vec()),
];
/// The length of the shortest hash that is verified on every curve. Zeros in front of a shorter one do not change the
/// number that is signed (FIPS 186-5 §6.4.1).
const SHORTEST_HASH: usize = 32;

impl CertifiedPublic {
    /// The name of the hash function, other than SHA-256, with which the private half made this ECDSA signature (DER)
    /// of the message.
    pub(crate) fn other_hash(&self, message: &[u8], signature: &[u8]) -> Option<&'static str> {
        let found = OTHER_HASHES.iter().find(|(_, hash)| {
            let hash = hash(message);
            let padded = [vec![0; SHORTEST_HASH.saturating_sub(hash.len())], hash].concat();
            self.verifies_hash(&padded, signature) == Some(true)
        });
        found.map(|(name, _)| *name)
    }
}

impl fmt::Debug for CertifiedPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertifiedPrivate").finish_non_exhaustive()
    }
}
