//! The certificate that the options ask for.

use std::sync::Arc;

use rustls::ServerConfig;

use crate::cli::failure::{Exit, Failure};
use crate::cli::options::gateway::ListenOptions;
use crate::gateway::certificate::{self, CertificateError};

/// The configuration of TLS, if TLS is to be spoken.
pub fn configure(options: &ListenOptions) -> Result<Option<Arc<ServerConfig>>, Failure> {
    match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => certificate::read(certificate, key).map(Some).map_err(explain),
        _ if options.tls || options.tls_ca.is_some() => make(options).map(Some),
        _ => Ok(None),
    }
}

fn make(options: &ListenOptions) -> Result<Arc<ServerConfig>, Failure> {
    let made = certificate::make(options.listen).map_err(explain)?;
    if let Some(file) = &options.tls_ca {
        std::fs::write(file, made.authority)
            .map_err(|source| explain(CertificateError::Unwritten { file: file.clone(), source }))?;
    }
    Ok(made.server)
}

fn explain(error: CertificateError) -> Failure {
    match error {
        CertificateError::Unwritten { .. } => Failure::from_error(Exit::CannotWrite, error),
        CertificateError::Certificate { .. } | CertificateError::Key { .. } => {
            Failure::invalid(error).hint("expected PEM files: the certificate chain, and its key without a password")
        }
        _ => Failure::invalid(error),
    }
}
