//! Why IAM Roles Anywhere provides no session.

use super::aws_cause::AwsCause;
use super::roles_anywhere::InvalidSession;
use super::x509::CertificateError;

/// Why IAM Roles Anywhere provides no session. No error contains any part of a key or a passphrase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The session cannot be requested.
    #[error(transparent)]
    Invalid(#[from] InvalidSession),
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The passphrase is not where it should be.
    #[error("{0}")]
    Passphrase(String),
    /// The service refused the session.
    #[error(transparent)]
    Refused(#[from] AwsCause),
}
