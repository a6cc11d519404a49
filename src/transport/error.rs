//! Why a request did not get through, in the terms that curl's exit codes tell apart.

use std::error::Error;
use std::path::PathBuf;

/// A request that did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The HTTP library would send another target than the one that was signed.
    #[error("the path '{presented}' would be sent as '{rewritten}', and so the signature would not hold")]
    TargetRewritten {
        /// The path as it was signed.
        presented: String,
        /// What it would become.
        rewritten: String,
    },
    /// The request cannot be written as HTTP.
    #[error("the request cannot be sent: {reason}")]
    Request {
        /// Why.
        reason: String,
    },
    /// The body's file cannot be opened.
    #[error("cannot read {}: {reason}", .file.display())]
    ReadBody {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// The host name does not resolve.
    #[error("cannot find host {host}: {reason}")]
    HostNotFound {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// Nobody answers at the host.
    #[error("cannot connect to {host}: {reason}")]
    CannotConnect {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The TLS handshake failed.
    #[error("no TLS with {host}: {reason}")]
    Tls {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The server's certificate is not trusted.
    #[error("the certificate of {host} is not trusted: {reason}")]
    Certificate {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// It took too long.
    #[error("{host} took too long: {reason}")]
    TimedOut {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The server closed the connection without an answer.
    #[error("{host} closed the connection without an answer: {reason}")]
    NothingReceived {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The connection broke in the middle.
    #[error("the transfer with {host} broke off: {reason}")]
    Transfer {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// The client itself could not be set up.
    #[error("cannot set up the HTTP client: {reason}")]
    Setup {
        /// Why.
        reason: String,
    },
}

/// Sorts an error of the library by its causes.
pub(super) fn classify(error: &reqwest::Error, host: &str) -> TransportError {
    let (host, reason) = (host.to_owned(), innermost(error));
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    let says = |words: &str| causes(error).any(|cause| cause.to_string().contains(words));
    match tls {
        Some(rustls::Error::InvalidCertificate(_)) => return TransportError::Certificate { host, reason },
        Some(_) => return TransportError::Tls { host, reason },
        None => {}
    }
    if error.is_timeout() {
        TransportError::TimedOut { host, reason }
    } else if says("dns error") {
        TransportError::HostNotFound { host, reason }
    } else if says("InvalidCertificate") || says("invalid peer certificate") {
        TransportError::Certificate { host, reason }
    } else if error.is_connect() {
        TransportError::CannotConnect { host, reason }
    } else if error.is_request() && says("closed before message completed") {
        TransportError::NothingReceived { host, reason }
    } else {
        TransportError::Transfer { host, reason }
    }
}

/// The text of the innermost cause, which says most.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&(dyn Error + 'static)| (*error).source())
}
