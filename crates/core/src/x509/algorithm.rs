//! The two signature algorithms of the schemes for certificates, and the names of other kinds of keys.

use std::fmt;

/// The signature algorithm of a certificate's key. It is part of the scheme's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: `AWS4-X509-RSA-SHA256`.
    Rsa,
    /// ECDSA with SHA-256 on any of the curves, in DER: `AWS4-X509-ECDSA-SHA256`.
    Ecdsa,
}

impl KeyAlgorithm {
    /// The part of the algorithm's name after the provider's prefix, such as `AWS4`.
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

/// Object identifiers, as the content of their DER elements.
pub(super) mod oid {
    pub(in crate::x509) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    pub(in crate::x509) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    pub(in crate::x509) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    pub(in crate::x509) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    pub(in crate::x509) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
    pub(in crate::x509) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
    pub(in crate::x509) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
    pub(in crate::x509) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
    pub(in crate::x509) const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
    pub(in crate::x509) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
}

/// The keys that can sign requests, for error messages.
#[doc(hidden)]
pub const ACCEPTED_KEYS: &str = "RSA with 2048 to 4096 bits, or EC on curve P-256, P-384 or P-521";

/// Unsupported kinds of keys, with their names. Ed25519 is only supported in an issuer's signature.
const OTHERS: [(&[u8], &str); 15] = [
    (&[0x2b, 0x81, 0x04, 0x00, 0x21], "EC on curve P-224"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01], "EC on curve P-192"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07], "EC on curve brainpoolP256r1"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b], "EC on curve brainpoolP384r1"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d], "EC on curve brainpoolP512r1"),
    (&[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d], "EC on curve SM2"),
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], "EC on curve secp256k1"),
    (oid::ED25519, "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "RSA-PSS"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11], "ML-DSA-44"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12], "ML-DSA-65"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13], "ML-DSA-87"),
];

/// The name of an unsupported kind of key, or of its curve.
pub(super) fn name_of(identifier: &[u8]) -> &'static str {
    OTHERS.iter().find(|(other, _)| *other == identifier).map_or("of an unknown kind", |(_, name)| name)
}
