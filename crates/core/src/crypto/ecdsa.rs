//! ECDSA over P-256 with SHA-256 and signatures in DER, as used by Signature Version 4A.
//!
//! Signatures are deterministic (RFC 6979): the same request gets the same signature. This module does not know how
//! keys are derived. The `p256` crate wipes the private key on drop.

use std::fmt;

use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};

/// A private key with its public key.
#[derive(Clone)]
pub struct EcdsaKey(SigningKey);

/// The public half of a key pair on P-256: the coordinates of a point. Not secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl EcdsaKey {
    /// Makes a key from a private number, most significant byte first; `None` if the number is zero or not below the
    /// order of the group.
    pub(crate) fn new(number: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(number).ok().map(Self)
    }

    /// Signs a message, in DER.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.sign(message);
        signature.as_bytes().to_vec()
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }
}

impl PublicKey {
    /// Makes a public key from the coordinates of a point, most significant byte first; `None` if the point is not on
    /// the curve.
    pub fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let sec1 = [&[4], x.as_slice(), y.as_slice()].concat();
        VerifyingKey::from_sec1_bytes(&sec1).ok().map(Self)
    }

    /// The point in the uncompressed form of SEC 1 §2.3.3: `04`, then x and y, 65 bytes.
    pub fn to_sec1_bytes(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    /// The coordinates x and y, in lower-case hex.
    pub fn coordinates(&self) -> (String, String) {
        let bytes = self.to_sec1_bytes();
        (hex::encode(&bytes[1..33]), hex::encode(&bytes[33..]))
    }

    /// Whether a signature in DER was made over this message by the private half.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        DerSignature::from_bytes(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for EcdsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcdsaKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6979 appendix A.2.5 (P-256, SHA-256, `sample`). Catches a different nonce and a different byte order.
    #[test]
    fn a_signature_is_repeatable() {
        let number = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
        let key = EcdsaKey::new(&hex::decode(number).unwrap().try_into().unwrap()).unwrap();
        let signature = key.sign(b"sample");
        let r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
        let s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
        assert_eq!(hex::encode(&signature), format!("3046022100{r}022100{s}"));
        assert!(key.public_key().verifies(b"sample", &signature));
        assert!(!key.public_key().verifies(b"Sample", &signature));
        assert!(!key.public_key().verifies(b"sample", &signature[1..]));
        assert!(!format!("{key:?}").contains("c9af"));
    }

    #[test]
    fn numbers_outside_the_group_are_not_keys() {
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        assert!(EcdsaKey::new(&hex::decode(order).unwrap().try_into().unwrap()).is_none());
        assert!(EcdsaKey::new(&[0; 32]).is_none());
    }
}
