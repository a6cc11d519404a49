//! A certificate and its private key in files, read for whoever signs with them.
//!
//! Where a passphrase comes from is not known here: whoever has none is told that the key is encrypted.

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

/// The files of a certificate, its private key, and the certificates above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, in PEM. Of several the first counts.
    pub certificate: PathBuf,
    /// Its private key, in PEM. It may be the same file.
    pub private_key: PathBuf,
    /// The certificates between it and the trust anchor, in PEM, its issuer first.
    pub intermediates: Option<PathBuf>,
}

/// A certificate with its key, and what the user should know of them.
pub struct LoadedKey {
    /// What signs.
    pub key: CertifiedKey,
    /// What the user should know.
    pub warnings: Vec<CertificateWarning>,
}

/// What the user should know of a certificate and its key. It carries no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateWarning {
    /// Others can read the private key.
    KeyTooOpen {
        /// The file.
        path: PathBuf,
        /// Its mode, the lowest nine bits.
        mode: u32,
    },
    /// The file of the certificate has more than one.
    FirstCounts {
        /// The file.
        path: PathBuf,
        /// How many it has.
        count: usize,
    },
    /// The file of the certificates above it begins with the certificate itself, which is left out there.
    LeftOut {
        /// The file.
        path: PathBuf,
    },
    /// The service refuses the certificate, or finds no way through the chain.
    Fault {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: CertificateFault,
    },
}

/// How keys outside of files are named.
const NOT_FILES: [&str; 2] = ["pkcs11:", "handle:"];

/// The content type that PKCS #12 files begin with, behind their version: `data` of PKCS #7.
const PKCS12_CONTENT: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

impl CertificateFiles {
    /// Reads the files. `now` is when the certificate should be good.
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

    /// The certificates above this one. A file that begins with it, as ACME clients write it, is taken without it.
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

    /// `owner` is where in the file the certificate of the key stands, if it does.
    fn mismatch(&self, owner: Option<usize>) -> CertificateError {
        let (certificate, key) = (self.certificate.clone(), self.private_key.clone());
        match owner {
            Some(at) => CertificateError::NotFirst { certificate, key, number: at + 1 },
            None => CertificateError::Mismatch { certificate, key },
        }
    }
}

/// Reads the certificates of a PEM file.
///
/// # Errors
/// See [`CertificateError`].
pub fn load_certificates(path: &Path) -> Result<Vec<Certificate>, CertificateError> {
    certificates(path).map(|(certificates, _)| certificates)
}

/// All certificates of a file: one at least.
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

/// The blocks of a file.
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

/// Whether the content type stands near the beginning: in a certificate it stands nowhere.
fn holds(bytes: &[u8], content: &[u8]) -> bool {
    bytes.get(..64).unwrap_or(bytes).windows(content.len()).any(|window| window == content)
}
