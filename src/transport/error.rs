//! Why a request failed, with the same distinctions as curl's exit codes. The underlying cause is available as
//! `source()`.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use rustls::CertificateError;
use rustls::client::VerifierBuilderError;
use rustls::pki_types::{InvalidDnsNameError, pem};

use super::body_error::BodyError;
use super::proxy_address::InvalidProxy;

/// A request that failed.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The request cannot be written as HTTP.
    #[error(transparent)]
    Request(#[from] Unsendable),
    /// The body's file cannot be read.
    #[error(transparent)]
    ReadBody(#[from] BodyError),
    /// The file of trusted CA certificates cannot be used.
    #[error("no certificates in {}", .file.display())]
    BadRoots {
        /// The file.
        file: PathBuf,
        /// Why the file cannot be used.
        source: BadRoots,
    },
    /// The client certificate or its key cannot be used.
    #[error("the client certificate cannot be used: {}", .file.display())]
    BadIdentity {
        /// The file.
        file: PathBuf,
        /// Why the file cannot be used.
        source: BadIdentity,
    },
    /// The host name does not resolve.
    #[error("cannot find host {host}")]
    HostNotFound {
        /// The host.
        host: String,
        /// Why the name does not resolve.
        source: LookupError,
    },
    /// The proxy that was given cannot be used.
    #[error("the proxy{} cannot be used", .variable.map(|name| format!(" of {name}")).unwrap_or_default())]
    BadProxy {
        /// The environment variable with the proxy; `None` if the proxy comes from an option.
        variable: Option<&'static str>,
        /// Why the proxy cannot be used.
        source: InvalidProxy,
    },
    /// The proxy's name does not resolve.
    #[error("cannot find the proxy {host}")]
    ProxyNotFound {
        /// The proxy's host.
        host: String,
        /// Why the name does not resolve.
        source: LookupError,
    },
    /// The proxy's certificate is not trusted.
    #[error("the certificate of the proxy {host} is not trusted")]
    ProxyCertificate {
        /// The proxy's host.
        host: String,
        /// Why the certificate is not trusted.
        source: Untrusted,
    },
    /// The SOCKS proxy refused to connect to the host.
    #[error("the proxy {proxy} does not connect to {host}")]
    Socks {
        /// The proxy's host with its port.
        proxy: String,
        /// The host with its port.
        host: String,
        /// The error of hyper-util, whose type is not public.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No connection to the host could be made.
    #[error("cannot connect to {host}")]
    CannotConnect {
        /// The host with its port.
        host: String,
        /// Why the connection failed.
        source: ConnectError,
    },
    /// The TLS handshake failed.
    #[error("TLS handshake with {host} failed")]
    Tls {
        /// The host with its port.
        host: String,
        /// Why the handshake failed.
        source: io::Error,
    },
    /// The server's certificate is not trusted.
    #[error("the certificate of {host} is not trusted")]
    Certificate {
        /// The host with its port.
        host: String,
        /// Why the certificate is not trusted.
        source: Untrusted,
    },
    /// A time limit was exceeded.
    #[error("{host} took too long: {limit}")]
    TimedOut {
        /// The host with its port.
        host: String,
        /// The time limit that was exceeded.
        limit: TimeLimit,
    },
    /// The server closed the connection without an answer.
    #[error("{host} closed the connection without an answer")]
    NothingReceived {
        /// The host with its port.
        host: String,
        /// The error of hyper.
        source: hyper::Error,
    },
    /// The response ended before its announced length.
    #[error("the response of {host} was cut off")]
    CutOff {
        /// The host with its port.
        host: String,
        /// The error of hyper.
        source: hyper::Error,
    },
    /// The connection broke during the transfer.
    #[error("the transfer with {host} broke off")]
    Transfer {
        /// The host with its port.
        host: String,
        /// Why the transfer broke off.
        source: TransferError,
    },
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] SetupError),
}

/// Why a request cannot be written as HTTP.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// The URL is a WebSocket URL.
    #[error("the request cannot be sent: WebSockets are not supported")]
    WebSocket,
    /// hyper would send a different target than the signed one.
    #[error("the request cannot be sent: its target would be rewritten, so its signature would not match")]
    Target,
    /// The body is not in memory, and no body file was given.
    #[error("the request cannot be sent: it has no body")]
    BodyMissing,
    /// The URL's host is not a valid server name for TLS.
    #[error("the request cannot be sent")]
    HostName(#[from] InvalidDnsNameError),
    /// The target is not valid in HTTP.
    #[error("the request cannot be sent")]
    Uri(#[from] http::uri::InvalidUri),
    /// The method or a header is not valid in HTTP.
    #[error("the request cannot be sent")]
    Http(#[from] http::Error),
}

/// Why a file has no usable CA certificates.
#[derive(Debug, thiserror::Error)]
pub enum BadRoots {
    /// The file cannot be read, or is not PEM.
    #[error(transparent)]
    Pem(#[from] pem::Error),
    /// The file is PEM without a certificate.
    #[error("there is no certificate in it")]
    Empty,
    /// A certificate in the file is invalid.
    #[error(transparent)]
    Certificate(#[from] rustls::Error),
    /// No verifier can be built from the certificates.
    #[error(transparent)]
    Verifier(#[from] VerifierBuilderError),
}

/// Why files have no usable client certificate.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// The certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] BadRoots),
    /// The key cannot be read, or is not PEM.
    #[error(transparent)]
    Pem(#[from] pem::Error),
    /// The file contains no private key.
    #[error("there is no private key in it")]
    NoKey,
    /// The key is encrypted with a password.
    #[error("the private key is encrypted; expected one without a password")]
    Encrypted,
    /// The key does not match the certificate, or its type is not supported.
    #[error(transparent)]
    Key(#[from] rustls::Error),
}

/// Why a name could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The system's resolver failed.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The name has no address.
    #[error("the name has no address")]
    NoAddress,
    /// The name has no address of the requested IP version.
    #[error("the name has no address of that IP version")]
    NoneOfFamily,
    /// The name does not resolve to an address that may be connected to, or to none at all: which one is not said, or
    /// clients could learn the names of a private network.
    #[error("the name has no public address")]
    NotPublic,
    /// The name has only IPv6 addresses.
    #[error("the name has no IPv4 address, which SOCKS4 requires")]
    NoIpv4,
}

/// Why connecting failed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The last address of the host refused the connection.
    #[error("{source} ({address})")]
    Address {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The address is not of the requested IP version.
    #[error("its address is of the other IP version")]
    OtherFamily,
    /// The local socket refused the connection, or the system does not support local sockets.
    #[error(transparent)]
    Socket(io::Error),
    /// The connection to the proxy broke.
    #[error("the proxy {proxy} broke off")]
    ProxyLost {
        /// The proxy's host.
        proxy: String,
        /// The system's error.
        source: io::Error,
    },
    /// The response at the proxy's address is not one of a proxy.
    #[error("the proxy {proxy} does not respond like a proxy")]
    NotAProxy {
        /// The proxy's host.
        proxy: String,
    },
}

/// Why a certificate is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum Untrusted {
    /// The server presented a CA certificate as its own, but such a certificate identifies a CA and not a server.
    #[error("it is a CA certificate (CA:TRUE), which a server must not present as its own")]
    AuthorityOwn,
    /// No trusted CA signed the certificate.
    #[error("no trusted CA has signed it")]
    UnknownIssuer,
    /// Any other reason that rustls gives.
    #[error("{0}")]
    Other(Box<CertificateError>),
}

impl From<&CertificateError> for Untrusted {
    fn from(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            error if is_authority_own(error) => Self::AuthorityOwn,
            error => Self::Other(Box::new(error.clone())),
        }
    }
}

/// Whether a certificate was refused because it is a CA certificate. rustls has no variant for this error and
/// passes on webpki's.
pub(super) fn is_authority_own(problem: &CertificateError) -> bool {
    let CertificateError::Other(other) = problem else { return false };
    other.0.downcast_ref::<webpki::Error>() == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// A time limit that was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// The time limit for connecting.
    Connection,
    /// The time limit for the whole request.
    Request,
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "no connection was made",
            Self::Request => "the time for the request has run out",
        })
    }
}

/// Why a transfer broke off.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// An error of hyper.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// The proxy refused to open a tunnel to the host.
    #[error("the proxy {proxy} answered {status}")]
    Proxy {
        /// The proxy's host.
        proxy: String,
        /// The proxy's status code and reason.
        status: String,
    },
}

/// Why the HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The async runtime could not be started.
    #[error(transparent)]
    Runtime(#[from] io::Error),
    /// TLS could not be configured.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Classifies an error that occurred before the head of the response was received.
pub(super) fn classify(error: hyper::Error, host: &str) -> TransportError {
    if let Some(own) = own_error(&error) {
        return own.into();
    }
    let host = host.to_owned();
    let is_reset = causes(&error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_reset);
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() || is_reset {
        TransportError::NothingReceived { host, source: error }
    } else {
        TransportError::Transfer { host, source: error.into() }
    }
}

fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

/// Classifies an error that occurred while receiving the body of the response.
pub(super) fn classify_transfer(error: hyper::Error, host: &str) -> TransportError {
    let host = host.to_owned();
    let is_short = causes(&error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(is_end)
        || error.is_incomplete_message();
    if is_short {
        TransportError::CutOff { host, source: error }
    } else {
        TransportError::Transfer { host, source: error.into() }
    }
}

fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

/// Classifies an error of the TLS handshake.
pub(super) fn classify_tls(error: io::Error, host: &str) -> TransportError {
    let host = host.to_owned();
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(problem)) => {
            TransportError::Certificate { host, source: problem.into() }
        }
        _ => TransportError::Tls { host, source: error },
    }
}

/// The corresponding error for a proxy.
pub(super) fn is_of_proxy(error: TransportError) -> TransportError {
    match error {
        TransportError::HostNotFound { host, source } => TransportError::ProxyNotFound { host, source },
        TransportError::Certificate { host, source } => TransportError::ProxyCertificate { host, source },
        TransportError::Tls { host, source } => TransportError::Tls { host: format!("the proxy {host}"), source },
        error => error,
    }
}

/// The error of the request body, if that caused the hyper error.
fn own_error(error: &hyper::Error) -> Option<BodyError> {
    causes(error).find_map(|cause| cause.downcast_ref::<BodyError>().cloned())
}

fn causes(error: &hyper::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&(dyn Error + 'static)| (*error).source())
}
