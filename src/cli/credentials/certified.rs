//! Turns errors about certificates and IAM Roles Anywhere sessions into failures with exit codes and hints.

use crate::cli::failure::{Exit, Failure};
use crate::cli::shell::suggestion;
use crate::profiles::{CertificateError, SessionError};
use std::path::Path;

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let exit = match &error {
            SessionError::Invalid(_)
            | SessionError::Certificate(CertificateError::Unreadable { .. } | CertificateError::NotFile { .. }) => {
                Exit::Usage
            }
            _ => Exit::NoCredentials,
        };
        let hint = hint(&error);
        Self::from_error(exit, error).with_hints(hint)
    }
}

/// The hint for an error, if there is something the user can do.
pub fn hint(error: &SessionError) -> Option<String> {
    let SessionError::Certificate(error) = error else { return None };
    let converted = |words: &[&str], path: &Path| {
        suggestion(words, path.to_str())
            .map_or_else(|| "convert it with openssl".to_owned(), |line| format!("convert it: {line}"))
    };
    Some(match error {
        CertificateError::Pkcs12 { path } => converted(&["openssl", "pkcs12", "-out", "combined.pem", "-in"], path),
        CertificateError::Der { .. } => {
            "convert it with 'openssl x509 -inform DER' or 'openssl pkey -inform DER'".to_owned()
        }
        // openssl cannot read OpenSSH's form; ssh-keygen rewrites the file in another.
        CertificateError::OtherForm { path, label } if label.starts_with("OPENSSH") => {
            let line = suggestion(&["ssh-keygen", "-p", "-m", "PKCS8", "-f"], path.to_str());
            let line = line.unwrap_or_else(|| "ssh-keygen -p -m PKCS8".to_owned());
            format!("convert a copy of it, because ssh-keygen replaces the file: {line}")
        }
        CertificateError::Derivation { path, .. }
        | CertificateError::Encryption { path }
        | CertificateError::OtherForm { path, .. } => {
            converted(&["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-out", "key.pem", "-in"], path)
        }
        CertificateError::Encrypted { .. } => {
            "set SIGVET_KEY_PASSPHRASE, pass --passphrase-file, or run it on a terminal, which asks for it".to_owned()
        }
        CertificateError::Mismatch { .. } => {
            "sign with the key that the certificate was issued for; 'openssl x509 -noout -pubkey' and 'openssl pkey -pubout' show both"
                .to_owned()
        }
        CertificateError::NotFile { .. } => {
            "for keys in tokens, TPMs and certificate stores, set credential_process to aws_signing_helper".to_owned()
        }
        _ => return None,
    })
}
