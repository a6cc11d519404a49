//! Reads the private key of a PEM file, plain or encrypted with PKCS #8.

use std::path::Path;

use pkcs8::{EncryptedPrivateKeyInfoRef, Error as Pkcs8Error};
use sigvet_core::credentials::Secret;
use sigvet_core::x509::{InvalidPrivateKey, PrivateKey};

use super::derivation_cost;
use super::error::CertificateError;
use super::pem::Block;

/// Finds and parses the private key among the blocks of a file. `path` is only for errors.
pub(super) fn parse(
    path: &Path,
    blocks: &[Block],
    passphrase: Option<&Secret>,
) -> Result<PrivateKey, CertificateError> {
    let path = || path.to_owned();
    let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"));
    let block = block.ok_or_else(|| CertificateError::NoKey { path: path() })?;
    if block.is_encrypted_as_of_old {
        return Err(CertificateError::Encryption { path: path() });
    }
    let broken = |problem| CertificateError::Key { path: path(), problem };
    let der = block.der.as_ref().ok_or_else(|| broken(InvalidPrivateKey::Malformed))?;
    if let Some(excess) = derivation_cost::excessive(der) {
        return Err(CertificateError::Derivation { path: path(), excess });
    }
    match block.label.as_str() {
        "PRIVATE KEY" => PrivateKey::from_pkcs8(der).map_err(broken),
        "RSA PRIVATE KEY" => PrivateKey::from_pkcs1(der).map_err(broken),
        "EC PRIVATE KEY" => PrivateKey::from_sec1(der).map_err(broken),
        "ENCRYPTED PRIVATE KEY" => match passphrase {
            None => Err(CertificateError::Encrypted { path: path() }),
            Some(passphrase) => decrypt(der, passphrase).map_err(|problem| match problem {
                Problem::Passphrase => CertificateError::WrongPassphrase { path: path() },
                Problem::Encryption => CertificateError::Encryption { path: path() },
                Problem::Key(problem) => broken(problem),
            }),
        },
        label => Err(CertificateError::OtherForm { path: path(), label: label.to_owned() }),
    }
}

enum Problem {
    Passphrase,
    Encryption,
    Key(InvalidPrivateKey),
}

/// Decrypts a key. A wrong passphrase nearly always causes wrong padding. About once in 256 times the padding looks
/// right; then the decrypted bytes are not a key.
fn decrypt(der: &[u8], passphrase: &Secret) -> Result<PrivateKey, Problem> {
    let encrypted = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| Problem::Encryption)?;
    let decrypted = encrypted.decrypt(passphrase.expose_secret()).map_err(|error| match error {
        Pkcs8Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::DecryptFailed) => Problem::Passphrase,
        Pkcs8Error::Asn1(_) => Problem::Passphrase,
        _ => Problem::Encryption,
    })?;
    PrivateKey::from_pkcs8(decrypted.as_bytes()).map_err(|error| match error {
        InvalidPrivateKey::Malformed => Problem::Passphrase,
        other => Problem::Key(other),
    })
}
