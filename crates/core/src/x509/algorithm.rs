//! The two algorithms of certificates' keys, by which the schemes are named, and the names of others.

use std::fmt;

/// How a certificate's key signs; the name of its scheme has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: `AWS4-X509-RSA-SHA256`.
    Rsa,
    /// ECDSA with SHA-256, whatever the curve, as DER: `AWS4-X509-ECDSA-SHA256`.
    Ecdsa,
}

impl KeyAlgorithm {
    /// What stands behind the provider's name in the algorithm.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Rsa => "-X509-RSA-SHA256",
            Self::Ecdsa => "-X509-ECDSA-SHA256",
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::Ecdsa => "ECDSA",
        })
    }
}

/// Object identifiers, as their contents in DER.
pub(super) mod oid {
    pub(in crate::x509) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    pub(in crate::x509) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    pub(in crate::x509) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    pub(in crate::x509) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    pub(in crate::x509) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
    pub(in crate::x509) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
}

/// Kinds of keys that nothing here signs or verifies with, by what they are called.
const OTHERS: [(&[u8], &str); 9] = [
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], "EC on curve P-521"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], "EC on curve secp256k1"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "RSA-PSS"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11], "ML-DSA-44"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12], "ML-DSA-65"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13], "ML-DSA-87"),
];

/// What a kind of key is called.
pub(super) fn name_of(identifier: &[u8]) -> &'static str {
    OTHERS.iter().find(|(other, _)| *other == identifier).map_or("of an unknown kind", |(_, name)| name)
}
