//! Certificates and their keys, for signing requests to IAM Roles Anywhere.
//!
//! `AWS4-X509-RSA-SHA256` and `AWS4-X509-ECDSA-SHA256` differ from Version 4 in three ways: the certificate's serial
//! number replaces the access key ID, the certificate is sent in headers of its own, and the string to sign is signed
//! with the certificate's private key. This module does not decide whether a certificate is trusted.
//!
//! Follows *The IAM Roles Anywhere authentication signing process* of the IAM Roles Anywhere user guide.

mod der;
mod algorithm;
mod key;
mod extensions;
mod issuer;
mod certificate;
mod presented;
mod certified_key;

#[doc(hidden)]
pub use algorithm::ACCEPTED_KEYS;
pub use algorithm::KeyAlgorithm;
pub use certificate::{Certificate, InvalidCertificate};
pub use certified_key::{CertifiedKey, KeyMismatch};
pub use key::{CertificateKey, InvalidPrivateKey, PrivateKey};
#[doc(hidden)]
pub use presented::read_leniently;
pub use presented::{CertificateForm, CertificateHeaders, parse_chain, parse_presented};

pub(crate) fn sign(key: &PrivateKey, message: &[u8]) -> Vec<u8> {
    key.0.sign(message)
}
