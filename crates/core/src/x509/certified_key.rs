//! A certificate with its private key: what signs for IAM Roles Anywhere.

use super::algorithm::KeyAlgorithm;
use super::certificate::Certificate;
use super::key::PrivateKey;
use super::presented::CertificateHeaders;

/// A certificate, the certificates between it and its trust anchor, and its private key.
#[derive(Debug, Clone)]
pub struct CertifiedKey {
    certificate: Certificate,
    chain: Vec<Certificate>,
    key: PrivateKey,
}

/// A private key that is not the certificate's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the private key does not belong to the certificate: their public keys differ")]
#[non_exhaustive]
pub struct KeyMismatch;

impl CertifiedKey {
    /// Joins a certificate and its key. The chain begins with the issuer of the certificate; it may be empty.
    ///
    /// # Errors
    /// The key is another certificate's.
    pub fn new(certificate: Certificate, chain: Vec<Certificate>, key: PrivateKey) -> Result<Self, KeyMismatch> {
        match certificate.key == key.public_key() {
            true => Ok(Self { certificate, chain, key }),
            false => Err(KeyMismatch),
        }
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificates between it and its trust anchor.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The private key.
    pub fn private_key(&self) -> &PrivateKey {
        &self.key
    }

    /// How the key signs.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.key.algorithm()
    }

    /// What requests carry of certificate and chain.
    pub fn headers(&self) -> CertificateHeaders {
        CertificateHeaders::new(&self.certificate, &self.chain)
    }
}
