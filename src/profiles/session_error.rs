//! Why there is no session of IAM Roles Anywhere.

use super::aws_cause::AwsCause;
use super::roles_anywhere::InvalidSession;
use super::x509::CertificateError;

/// Why there is no session of IAM Roles Anywhere. No part of a key or a passphrase is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// It cannot be asked for.
    #[error(transparent)]
    Invalid(#[from] InvalidSession),
    /// The files of certificate and key.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Where the passphrase should be there is none.
    #[error("{0}")]
    Passphrase(String),
    /// The service gives none.
    #[error(transparent)]
    Refused(#[from] AwsCause),
}
