//! Maps failed requests to curl's exit codes.

use crate::cli::failure::{Exit, Failure};
use crate::transport::{InvalidProxy, TransportError};

/// The failure for a request that failed, with curl's exit code.
pub fn explain_transport(error: TransportError) -> Failure {
    let exit = match &error {
        TransportError::Request(_) => Exit::Usage,
        TransportError::ReadBody(_) => Exit::CannotRead,
        TransportError::BadProxy { source: InvalidProxy::Scheme, .. } => Exit::CannotConnect,
        TransportError::BadProxy { .. } | TransportError::ProxyNotFound { .. } => Exit::ProxyNotFound,
        TransportError::Socks { .. } => Exit::ProxyRefused,
        TransportError::HostNotFound { .. } => Exit::HostNotFound,
        TransportError::CannotConnect { .. } | TransportError::Setup(_) => Exit::CannotConnect,
        TransportError::Tls { .. } => Exit::TlsHandshake,
        TransportError::Certificate { .. } | TransportError::ProxyCertificate { .. } => Exit::TlsCertificate,
        TransportError::BadRoots { .. } => Exit::BadRoots,
        TransportError::BadIdentity { .. } => Exit::ClientCertificate,
        TransportError::TimedOut { .. } => Exit::TimedOut,
        TransportError::NothingReceived { .. } => Exit::NothingReceived,
        TransportError::CutOff { .. } => Exit::CutOff,
        TransportError::Transfer { .. } => Exit::TransferFailed,
    };
    let hint = match &error {
        TransportError::Certificate { .. } => {
            Some("trust another CA with --cacert FILE, or disable verification with -k")
        }
        TransportError::ProxyCertificate { .. } => Some(
            "trust another CA for the proxy with --proxy-cacert FILE, or disable verification with --proxy-insecure",
        ),
        TransportError::TimedOut { .. } => {
            Some("retry with --retry, or change the limits with -m and --connect-timeout")
        }
        _ => None,
    };
    Failure::from_error(exit, error).with_hints(hint)
}
