//! Why a certificate and its key cannot be loaded. Errors never contain the content of a file.

use std::io;
use std::path::PathBuf;

use super::derivation_cost::ExcessiveDerivation;
use sigvet_core::x509::{ACCEPTED_KEYS, InvalidPrivateKey};

/// Why a certificate and its key cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error from the system.
        source: io::Error,
    },
    /// A name of a key in a token, a TPM or a certificate store, in the syntax of AWS's helper.
    #[error("{} names a key outside of files; expected the name of a PEM file", path.display())]
    NotFile {
        /// The name that was given instead of a file.
        path: PathBuf,
    },
    /// The file is in PKCS #12, the format that browsers and Windows export.
    #[error("{} is a PKCS#12 file; expected PEM", path.display())]
    Pkcs12 {
        /// The file.
        path: PathBuf,
    },
    /// The file is in DER.
    #[error("{} is DER; expected PEM", path.display())]
    Der {
        /// The file.
        path: PathBuf,
    },
    /// The file contains no certificate.
    #[error("{} contains no certificate; expected PEM with a BEGIN CERTIFICATE line", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A `CERTIFICATE` block cannot be parsed.
    #[error("certificate {number} in {} cannot be read: not an X.509 certificate", path.display())]
    BrokenCertificate {
        /// The file.
        path: PathBuf,
        /// The block's position among the certificates, starting at 1.
        number: usize,
    },
    /// The file contains no private key.
    #[error("{} contains no private key; expected PEM with a BEGIN PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY line", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is in an unsupported format.
    #[error("the private key in {} is in the form {label}; expected PKCS#8, PKCS#1 or SEC1", path.display())]
    OtherForm {
        /// The file.
        path: PathBuf,
        /// The label of its PEM block.
        label: String,
    },
    /// The key cannot be used.
    #[error("the private key in {} cannot be used: {problem}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why it cannot be used.
        problem: InvalidPrivateKey,
    },
    /// The key is encrypted, and there is no passphrase.
    #[error("the private key in {} is encrypted, and there is no passphrase for it", path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is wrong.
    #[error("the passphrase for the private key in {} is wrong", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The key is encrypted in an unsupported way.
    #[error("the private key in {} is encrypted in a way that is not supported; expected PKCS#8 with PBES2 and AES", path.display())]
    Encryption {
        /// The file.
        path: PathBuf,
    },
    /// Decrypting the key would take too much work.
    #[error("the private key in {} is encrypted with {excess}", path.display())]
    Derivation {
        /// The file.
        path: PathBuf,
        /// The key derivation that takes too much work.
        excess: ExcessiveDerivation,
    },
    /// The certificate's key is of a kind that cannot sign requests.
    #[error("the certificate in {} has a key that cannot sign requests: {kind}; expected {ACCEPTED_KEYS}", path.display())]
    KeyKind {
        /// The file.
        path: PathBuf,
        /// The kind of the key.
        kind: String,
    },
    /// The key belongs to another certificate in the file than the first.
    #[error(
        "the private key in {} belongs to certificate {number} in {}; expected that certificate first",
        key.display(),
        certificate.display()
    )]
    NotFirst {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// The position of the key's certificate, starting at 1.
        number: usize,
    },
    /// The key belongs to no certificate in the file.
    #[error("the private key in {} does not belong to the certificate in {}", key.display(), certificate.display())]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
}
