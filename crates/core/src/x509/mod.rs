//! Certificates and their keys, as IAM Roles Anywhere has requests signed with them.
//!
//! `AWS4-X509-RSA-SHA256` and `AWS4-X509-ECDSA-SHA256` differ from Version 4 in three places: the serial number of the certificate
//! stands where the access key id does, the certificate goes along in headers of its own, and the string to sign is signed
//! with the certificate's private key. Whether anybody trusts the certificate is not judged here.
//!
//! Follows *The IAM Roles Anywhere authentication signing process* of its user guide.

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
