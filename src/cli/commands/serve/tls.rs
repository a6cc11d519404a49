//! The TLS certificate that the options ask for.

use std::sync::Arc;

use rustls::ServerConfig;

use crate::cli::failure::{Exit, Failure};
use crate::cli::options::gateway::ListenOptions;
use crate::gateway::certificate::{self, CertificateError};

/// The TLS configuration, if TLS is enabled.
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
        certificate::write_authority(file, &made.authority).map_err(explain)?;
    }
    Ok(made.server)
}

/// Explains a problem with a certificate or its file.
pub fn explain(error: CertificateError) -> Failure {
    match error {
        CertificateError::NotOwn { .. } => Failure::usage(error.to_string())
            .hint("name another file: sigvet makes a CA of its own and writes its certificate there"),
        CertificateError::Unwritten { .. } => Failure::from_error(Exit::CannotWrite, error),
        CertificateError::Certificate { .. } | CertificateError::Key { .. } => {
            Failure::invalid(error).hint("expected PEM files: the certificate chain, and its key without a password")
        }
        _ => Failure::invalid(error),
    }
}
