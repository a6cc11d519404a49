//! Why a request did not get through, in the terms that curl's exit codes tell apart.

use std::error::Error;
use std::path::PathBuf;

/// A request that did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
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
    /// The file of certificates to believe is not to be used.
    #[error("no certificates in {}: {reason}", .file.display())]
    BadRoots {
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
    /// The response ended before its length was reached.
    #[error("the response of {host} was cut off: {reason}")]
    CutOff {
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

/// Sorts an error of the exchange up to the head of the response.
pub(super) fn classify(error: &hyper::Error, host: &str) -> TransportError {
    if let Some(own) = own_error(error) {
        return own;
    }
    let (host, reason) = (host.to_owned(), innermost(error));
    let is_reset = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(is_reset);
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() || is_reset {
        TransportError::NothingReceived { host, reason }
    } else {
        TransportError::Transfer { host, reason }
    }
}

fn is_reset(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

/// Sorts an error of the response's body.
pub(super) fn classify_transfer(error: &hyper::Error, host: &str) -> TransportError {
    let (host, reason) = (host.to_owned(), innermost(error));
    let is_short = causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(is_end)
        || error.is_incomplete_message();
    if is_short { TransportError::CutOff { host, reason } } else { TransportError::Transfer { host, reason } }
}

fn is_end(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}

/// Sorts an error of the TLS handshake.
pub(super) fn classify_tls(error: &std::io::Error, host: &str) -> TransportError {
    let host = host.to_owned();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => {
            TransportError::Certificate { host, reason: readable(&problem.to_string()) }
        }
        Some(inner) => TransportError::Tls { host, reason: inner.to_string() },
        None => TransportError::Tls { host, reason: error.to_string() },
    }
}

/// What people call a problem that rustls names by its type.
fn readable(problem: &str) -> String {
    let named = [
        ("CaUsedAsEndEntity", "it is an authority's own certificate (CA:TRUE), which no server may show as its own"),
        ("UnknownIssuer", "nobody who is believed has signed it"),
    ];
    let found = named.iter().find(|(name, _)| problem.contains(name));
    found.map_or_else(|| problem.to_owned(), |(_, words)| (*words).to_owned())
}

/// The error of our own body, where that is the cause.
fn own_error(error: &hyper::Error) -> Option<TransportError> {
    causes(error).find_map(|cause| cause.downcast_ref::<TransportError>().cloned())
}

/// The text of the innermost cause, which says most.
fn innermost(error: &hyper::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes(error: &hyper::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&(dyn Error + 'static)| (*error).source())
}
