//! Options for the trust anchors of requests that are signed with the key of a certificate.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::failure::{Exit, Failure};
use crate::profiles::{SessionError, load_certificates};
use sigvet_core::x509::Certificate;

/// The CA certificates that are trusted.
#[derive(Debug, Clone, Default, Args)]
pub struct TrustOptions {
    /// Trust certificates that these CA certificates issued (PEM)
    ///
    /// They stand for the trust anchors of IAM Roles Anywhere: a request that is signed with the key of a certificate is valid
    /// only if a chain of signatures leads from it to one of them.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Judging")]
    trust_anchor: Option<PathBuf>,
}

impl TrustOptions {
    /// Loads the CA certificates, if the option was given.
    ///
    /// # Errors
    /// The file cannot be read, or contains no certificates.
    pub fn anchors(&self) -> Result<Option<Vec<Certificate>>, Failure> {
        let loaded = self.trust_anchor.as_deref().map(load_certificates).transpose();
        loaded.map_err(|error| Failure::from(SessionError::from(error)).with_exit(Exit::Usage))
    }
}
