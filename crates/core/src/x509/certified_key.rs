//! A certificate with its private key, to sign requests to IAM Roles Anywhere.

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

/// The private key does not belong to the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the private key does not belong to the certificate: their public keys differ")]
#[non_exhaustive]
pub struct KeyMismatch;

impl CertifiedKey {
    /// Combines a certificate with its chain and its key. The chain begins with the certificate's issuer; it may be
    /// empty.
    ///
    /// # Errors
    /// The key does not belong to the certificate.
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

    /// The certificates between [`certificate`](Self::certificate) and its trust anchor.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The private key.
    pub fn private_key(&self) -> &PrivateKey {
        &self.key
    }

    /// The signature algorithm of the key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.key.algorithm()
    }

    /// The header values with which requests carry the certificate and its chain.
    pub fn headers(&self) -> CertificateHeaders {
        CertificateHeaders::new(&self.certificate, &self.chain)
    }
}
