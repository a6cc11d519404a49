//! Loads a certificate and its private key from files, for signing.
//!
//! This module does not know where a passphrase comes from. Without one it reports that the key is encrypted.

mod derivation_cost;
mod error;
mod pem;
mod key_file;

pub use derivation_cost::ExcessiveDerivation;
pub use error::CertificateError;

use std::io;
use std::path::{Path, PathBuf};

use crate::files::{self, Bounded, SETTINGS_LIMIT};
use crate::platform::{Access, mode_open_to};
use pem::Block;
use sigvet_core::credentials::Secret;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{CertificateFault, judge_certificates};
use sigvet_core::x509::{Certificate, CertifiedKey};

/// The files of a certificate, its private key, and its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, in PEM. If the file has several, the first is used.
    pub certificate: PathBuf,
    /// The private key, in PEM. This may be the same file.
    pub private_key: PathBuf,
    /// The certificates between the first one and the trust anchor, in PEM, the issuer first.
    pub intermediates: Option<PathBuf>,
}

/// A certificate with its key, and the warnings about them.
pub struct LoadedKey {
    /// The certificate and its key.
    pub key: CertifiedKey,
    /// Problems that do not prevent signing.
    pub warnings: Vec<CertificateWarning>,
}

/// A warning about a certificate or its key. It contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateWarning {
    /// Other users can read the private key.
    KeyTooOpen {
        /// The file.
        path: PathBuf,
        /// The lowest nine bits of its mode.
        mode: u32,
    },
    /// The certificate file contains several certificates, and only the first is used.
    FirstCounts {
        /// The file.
        path: PathBuf,
        /// Number of certificates in the file.
        count: usize,
    },
    /// The file of the intermediate certificates begins with the certificate itself, which is left out of the chain.
    LeftOut {
        /// The file.
        path: PathBuf,
    },
    /// The service will refuse the certificate, or may not find a path through the chain.
    Fault {
        /// The file.
        path: PathBuf,
        /// The fault of the certificate or chain.
        fault: CertificateFault,
    },
}

/// Prefixes in AWS's helper for keys that are not in files.
const NOT_FILES: [&str; 2] = ["pkcs11:", "handle:"];

/// The content type that follows the version in a PKCS #12 file: `data` of PKCS #7.
const PKCS12_CONTENT: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

impl CertificateFiles {
    /// Loads the files. Warns if the certificate is not valid at `now`.
    ///
    /// # Errors
    /// See [`CertificateError`]; an encrypted key without a passphrase is [`CertificateError::Encrypted`].
    pub fn load(&self, passphrase: Option<&Secret>, now: Timestamp) -> Result<LoadedKey, CertificateError> {
        let (certificates, _) = certificates(&self.certificate)?;
        let certificate = certificates.first().cloned().expect("a file without certificates is an error");
        if !certificate.key.can_sign() {
            let kind = certificate.key.description();
            return Err(CertificateError::KeyKind { path: self.certificate.clone(), kind });
        }
        let mut warnings = Vec::new();
        let chain = self.chain(&certificate, &mut warnings)?;
        let (blocks, read) = read(&self.private_key)?;
        let key = key_file::parse(&self.private_key, &blocks, passphrase)?;
        if let Some(mode) = mode_open_to(Access::Read, &read.metadata) {
            warnings.push(CertificateWarning::KeyTooOpen { path: self.private_key.clone(), mode });
        }
        if certificates.len() > 1 && self.intermediates.is_none() {
            warnings
                .push(CertificateWarning::FirstCounts { path: self.certificate.clone(), count: certificates.len() });
        }
        warnings.extend(self.faults(&certificate, &chain, now));
        let owner = certificates.iter().position(|certificate| certificate.key == key.public_key());
        let key = CertifiedKey::new(certificate, chain, key).map_err(|_| self.mismatch(owner))?;
        Ok(LoadedKey { key, warnings })
    }

    /// Loads the chain. If the file begins with the certificate itself, as ACME clients write it, that one is left out.
    fn chain(
        &self,
        certificate: &Certificate,
        warnings: &mut Vec<CertificateWarning>,
    ) -> Result<Vec<Certificate>, CertificateError> {
        let Some(path) = &self.intermediates else { return Ok(Vec::new()) };
        let mut chain = certificates(path)?.0;
        if chain.first() == Some(certificate) {
            chain.remove(0);
            warnings.push(CertificateWarning::LeftOut { path: path.clone() });
        }
        Ok(chain)
    }

    fn faults(&self, certificate: &Certificate, chain: &[Certificate], now: Timestamp) -> Vec<CertificateWarning> {
        let file_of = |fault: &CertificateFault| match &self.intermediates {
            Some(path) if fault.is_about_chain() => path.clone(),
            _ => self.certificate.clone(),
        };
        let faults = judge_certificates(certificate, chain, now).into_iter();
        faults.map(|fault| CertificateWarning::Fault { path: file_of(&fault), fault }).collect()
    }

    /// The error for a key that does not belong to the first certificate. `owner` is the index of the certificate that
    /// it belongs to, if that is in the file.
    fn mismatch(&self, owner: Option<usize>) -> CertificateError {
        let (certificate, key) = (self.certificate.clone(), self.private_key.clone());
        match owner {
            Some(at) => CertificateError::NotFirst { certificate, key, number: at + 1 },
            None => CertificateError::Mismatch { certificate, key },
        }
    }
}

/// Loads all certificates in a PEM file.
///
/// # Errors
/// See [`CertificateError`].
pub fn load_certificates(path: &Path) -> Result<Vec<Certificate>, CertificateError> {
    certificates(path).map(|(certificates, _)| certificates)
}

/// Loads all certificates in a file. There is at least one.
fn certificates(path: &Path) -> Result<(Vec<Certificate>, Bounded), CertificateError> {
    let (blocks, read) = read(path)?;
    let ders = blocks.iter().filter(|block| block.label == "CERTIFICATE").map(|block| block.der.as_ref());
    let parsed = (1..).zip(ders).map(|(number, der)| {
        let broken = || CertificateError::BrokenCertificate { path: path.to_owned(), number };
        Certificate::from_der(der.ok_or_else(broken)?).map_err(|_| broken())
    });
    let certificates = parsed.collect::<Result<Vec<_>, _>>()?;
    match certificates.is_empty() {
        true => Err(CertificateError::NoCertificate { path: path.to_owned() }),
        false => Ok((certificates, read)),
    }
}

/// Reads the PEM blocks of a file.
fn read(path: &Path) -> Result<(Vec<Block>, Bounded), CertificateError> {
    let owned = || path.to_owned();
    let name = path.to_string_lossy();
    if NOT_FILES.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(CertificateError::NotFile { path: owned() });
    }
    let unreadable = |source: io::Error| CertificateError::Unreadable { path: owned(), source };
    let read = files::read(path, SETTINGS_LIMIT).map_err(unreadable)?;
    let blocks = std::str::from_utf8(&read.bytes).map(pem::blocks).unwrap_or_default();
    match blocks.is_empty() && read.bytes.first() == Some(&0x30) {
        true if holds(&read.bytes, PKCS12_CONTENT) => Err(CertificateError::Pkcs12 { path: owned() }),
        true => Err(CertificateError::Der { path: owned() }),
        false => Ok((blocks, read)),
    }
}

/// Whether the bytes have this content type near the beginning. A certificate does not contain it.
fn holds(bytes: &[u8], content: &[u8]) -> bool {
    bytes.get(..64).unwrap_or(bytes).windows(content.len()).any(|window| window == content)
}
