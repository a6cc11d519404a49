//! The certificate that the options ask for.

use std::sync::Arc;

use rustls::ServerConfig;

use super::ServeArgs;
use crate::cli::failure::{Exit, Failure};
use crate::gateway::certificate::{self, CertificateError};

/// The configuration of TLS, if TLS is to be spoken.
pub fn configure(args: &ServeArgs) -> Result<Option<Arc<ServerConfig>>, Failure> {
    match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => certificate::read(certificate, key).map(Some).map_err(explain),
        _ if args.tls || args.tls_ca.is_some() => make(args).map(Some),
        _ => Ok(None),
    }
}

fn make(args: &ServeArgs) -> Result<Arc<ServerConfig>, Failure> {
    let made = certificate::make(args.listen).map_err(explain)?;
    if let Some(file) = &args.tls_ca {
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
