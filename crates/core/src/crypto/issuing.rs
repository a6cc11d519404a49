//! The signatures of certificate issuers. They use more algorithms than the signatures of requests.
//!
//! This module knows nothing about certificates, nor whether an algorithm is good enough. An algorithm that is not
//! supported here has no [`IssuerScheme`], because an unverifiable signature is not the same as a wrong one.

use ring::signature::{
    ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, UnparsedPublicKey,
};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::CertifiedPublic;

/// The hash function in an issuer's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IssuerHash {
    Sha256,
    Sha384,
    Sha512,
}

/// How an issuer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IssuerScheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(IssuerHash),
    /// RSASSA-PSS, with a salt as long as the hash.
    RsaPss(IssuerHash),
    /// ECDSA, in DER.
    Ecdsa(IssuerHash),
    /// Ed25519.
    Ed25519,
}

impl IssuerHash {
    /// The length of the hash in bytes.
    pub(crate) const fn length(self) -> u8 {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    const fn pkcs1(self) -> &'static RsaParameters {
        match self {
            Self::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
        }
    }

    const fn pss(self) -> &'static RsaParameters {
        match self {
            Self::Sha256 => &RSA_PSS_2048_8192_SHA256,
            Self::Sha384 => &RSA_PSS_2048_8192_SHA384,
            Self::Sha512 => &RSA_PSS_2048_8192_SHA512,
        }
    }
}

impl CertifiedPublic {
    /// Whether this key made the issuer's signature of the message; false if the scheme is for another kind of key.
    pub(crate) fn has_issued(&self, scheme: IssuerScheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme) {
            (Self::Rsa(key), IssuerScheme::RsaPkcs1(hash)) => verify_rsa(hash.pkcs1(), key, message, signature),
            (Self::Rsa(key), IssuerScheme::RsaPss(hash)) => verify_rsa(hash.pss(), key, message, signature),
            (key, IssuerScheme::Ecdsa(hash)) => key.verifies_hash(&hash.of(message), signature) == Some(true),
            _ => false,
        }
    }
}

fn verify_rsa(parameters: &'static RsaParameters, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(parameters, key).verify(message, signature).is_ok()
}

/// Whether this key made the Ed25519 signature of the message.
pub(crate) fn verifies_ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
}
