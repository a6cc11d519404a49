//! Why a request did not get through, in curl's exit codes.

use crate::cli::failure::{Exit, Failure};
use crate::transport::TransportError;

/// The failure of a request that did not get through, by curl's exit codes.
pub fn explain_transport(error: TransportError) -> Failure {
    let exit = match &error {
        TransportError::Request { .. } => Exit::Usage,
        TransportError::ReadBody { .. } => Exit::CannotRead,
        TransportError::HostNotFound { .. } => Exit::HostNotFound,
        TransportError::CannotConnect { .. } | TransportError::Setup { .. } => Exit::CannotConnect,
        TransportError::Tls { .. } => Exit::TlsHandshake,
        TransportError::Certificate { .. } => Exit::TlsCertificate,
        TransportError::BadRoots { .. } => Exit::BadRoots,
        TransportError::TimedOut { .. } => Exit::TimedOut,
        TransportError::NothingReceived { .. } => Exit::NothingReceived,
        TransportError::CutOff { .. } => Exit::CutOff,
        TransportError::Transfer { .. } => Exit::TransferFailed,
    };
    let failure = Failure::new(exit, error.to_string());
    match error {
        TransportError::Certificate { .. } => {
            failure.hint("--cacert FILE names another authority to believe; -k believes anybody")
        }
        TransportError::TimedOut { .. } => failure.hint("--retry tries again; -m and --connect-timeout set the limits"),
        _ => failure,
    }
}
