//! Why files are no certificate and key. What the files hold is never shown.

use std::io;
use std::path::PathBuf;

use super::derivation_cost::ExcessiveDerivation;
use sigvet_core::x509::{ACCEPTED_KEYS, InvalidPrivateKey};

/// Why files are no certificate and key that sign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A key in a token, a TPM or a certificate store, as AWS's helper names it.
    #[error("{} names a key outside of files; expected the name of a PEM file", path.display())]
    NotFile {
        /// What was given for a file.
        path: PathBuf,
    },
    /// A file holds everything in one, as browsers and Windows export it.
    #[error("{} is a PKCS#12 file; expected PEM", path.display())]
    Pkcs12 {
        /// The file.
        path: PathBuf,
    },
    /// A file is in DER.
    #[error("{} is DER; expected PEM", path.display())]
    Der {
        /// The file.
        path: PathBuf,
    },
    /// A file has no certificate in it.
    #[error("{} contains no certificate; expected PEM with a BEGIN CERTIFICATE line", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A block that should be a certificate is none.
    #[error("certificate {number} in {} cannot be read: not an X.509 certificate", path.display())]
    BrokenCertificate {
        /// The file.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
    },
    /// A file has no private key in it.
    #[error("{} contains no private key; expected PEM with a BEGIN PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY line", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// A key in a form that is not read.
    #[error("the private key in {} is in the form {label}; expected PKCS#8, PKCS#1 or SEC1", path.display())]
    OtherForm {
        /// The file.
        path: PathBuf,
        /// What its block is called.
        label: String,
    },
    /// A key that cannot be used.
    #[error("the private key in {} cannot be used: {problem}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: InvalidPrivateKey,
    },
    /// An encrypted key without a passphrase.
    #[error("the private key in {} is encrypted, and there is no passphrase for it", path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// Another passphrase than the key's.
    #[error("the passphrase for the private key in {} is wrong", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// A key that is encrypted in a way that is not read.
    #[error("the private key in {} is encrypted in a way that is not supported; expected PKCS#8 with PBES2 and AES", path.display())]
    Encryption {
        /// The file.
        path: PathBuf,
    },
    /// A key that is encrypted so that it takes too much work to decrypt it.
    #[error("the private key in {} is encrypted with {excess}", path.display())]
    Derivation {
        /// The file.
        path: PathBuf,
        /// How much work.
        excess: ExcessiveDerivation,
    },
    /// A certificate whose key signs no requests.
    #[error("the certificate in {} has a key that cannot sign requests: {kind}; expected {ACCEPTED_KEYS}", path.display())]
    KeyKind {
        /// The file.
        path: PathBuf,
        /// What kind of key it is.
        kind: String,
    },
    /// The key is that of a further certificate of the file.
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
        /// Which certificate, from 1.
        number: usize,
    },
    /// The key is another certificate's.
    #[error("the private key in {} does not belong to the certificate in {}", key.display(), certificate.display())]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
}
