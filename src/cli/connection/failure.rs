//! Why a request did not get through, in curl's exit codes.

use crate::cli::failure::{Exit, Failure};
use crate::transport::{InvalidProxy, TransportError};

/// The failure of a request that did not get through, by curl's exit codes.
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
            Some("--cacert FILE names another authority to believe; -k believes anybody")
        }
        TransportError::ProxyCertificate { .. } => Some(
            "--proxy-cacert FILE names the CA certificates to trust for the proxy; --proxy-insecure trusts anybody",
        ),
        TransportError::TimedOut { .. } => Some("--retry tries again; -m and --connect-timeout set the limits"),
        _ => None,
    };
    Failure::from_error(exit, error).with_hints(hint)
}
