//! Why a request did not get through, in the terms that curl's exit codes tell apart. What caused it stays behind it, as
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

/// A request that did not get through.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The request cannot be written as HTTP.
    #[error(transparent)]
    Request(#[from] Unsendable),
    /// The body's file cannot be read.
    #[error(transparent)]
    ReadBody(#[from] BodyError),
    /// The file of certificates to believe is not to be used.
    #[error("no certificates in {}", .file.display())]
    BadRoots {
        /// The file.
        file: PathBuf,
        /// Why.
        source: BadRoots,
    },
    /// The client's own certificate, or its key, cannot be used.
    #[error("the client certificate cannot be used: {}", .file.display())]
    BadIdentity {
        /// The file.
        file: PathBuf,
        /// Why.
        source: BadIdentity,
    },
    /// The host name does not resolve.
    #[error("cannot find host {host}")]
    HostNotFound {
        /// The host.
        host: String,
        /// Why.
        source: LookupError,
    },
    /// What was given as the proxy is none.
    #[error("the proxy{} cannot be used", .variable.map(|name| format!(" of {name}")).unwrap_or_default())]
    BadProxy {
        /// The variable that names it; none where it was given otherwise.
        variable: Option<&'static str>,
        /// Why.
        source: InvalidProxy,
    },
    /// The proxy's name does not resolve.
    #[error("cannot find the proxy {host}")]
    ProxyNotFound {
        /// The proxy's host.
        host: String,
        /// Why.
        source: LookupError,
    },
    /// The proxy's certificate is not trusted.
    #[error("the certificate of the proxy {host} is not trusted")]
    ProxyCertificate {
        /// The proxy's host.
        host: String,
        /// Why.
        source: Untrusted,
    },
    /// The SOCKS proxy does not connect to the host.
    #[error("the proxy {proxy} does not connect to {host}")]
    Socks {
        /// The proxy's host, with its port.
        proxy: String,
        /// The host, with its port.
        host: String,
        /// What hyper-util says, which has no name for its error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody answers at the host.
    #[error("cannot connect to {host}")]
    CannotConnect {
        /// The host, with its port.
        host: String,
        /// Why.
        source: ConnectError,
    },
    /// The TLS handshake failed.
    #[error("TLS handshake with {host} failed")]
    Tls {
        /// The host, with its port.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The server's certificate is not trusted.
    #[error("the certificate of {host} is not trusted")]
    Certificate {
        /// The host, with its port.
        host: String,
        /// Why.
        source: Untrusted,
    },
    /// It took too long.
    #[error("{host} took too long: {limit}")]
    TimedOut {
        /// The host, with its port.
        host: String,
        /// Which time ran out.
        limit: TimeLimit,
    },
    /// The server closed the connection without an answer.
    #[error("{host} closed the connection without an answer")]
    NothingReceived {
        /// The host, with its port.
        host: String,
        /// Why.
        source: hyper::Error,
    },
    /// The response ended before its length was reached.
    #[error("the response of {host} was cut off")]
    CutOff {
        /// The host, with its port.
        host: String,
        /// Why.
        source: hyper::Error,
    },
    /// The connection broke in the middle.
    #[error("the transfer with {host} broke off")]
    Transfer {
        /// The host, with its port.
        host: String,
        /// Why.
        source: TransferError,
    },
    /// The client itself could not be set up.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] SetupError),
}

/// Why a request cannot be written as HTTP.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// The URL is one of a WebSocket.
    #[error("the request cannot be sent: WebSockets are not supported")]
    WebSocket,
    /// hyper would send another target than the signed one.
    #[error("the request cannot be sent: its target would be rewritten, and so the signature would not hold")]
    Target,
    /// The request says that its body is elsewhere, and nobody said where.
    #[error("the request cannot be sent: it has no body")]
    BodyMissing,
    /// The URL's host is no name that TLS could ask for.
    #[error("the request cannot be sent")]
    HostName(#[from] InvalidDnsNameError),
    /// The target is none of HTTP's.
    #[error("the request cannot be sent")]
    Uri(#[from] http::uri::InvalidUri),
    /// The method or a header is none of HTTP's.
    #[error("the request cannot be sent")]
    Http(#[from] http::Error),
}

/// Why a file gives no certificates to believe.
#[derive(Debug, thiserror::Error)]
pub enum BadRoots {
    /// It cannot be read, or is not PEM.
    #[error(transparent)]
    Pem(#[from] pem::Error),
    /// It is PEM of something else.
    #[error("there is no certificate in it")]
    Empty,
    /// A certificate in it is none.
    #[error(transparent)]
    Certificate(#[from] rustls::Error),
    /// No verifier can be made of its certificates.
    #[error(transparent)]
    Verifier(#[from] VerifierBuilderError),
}

/// Why files give no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// There is no certificate.
    #[error(transparent)]
    Certificate(#[from] BadRoots),
    /// The key cannot be read, or is not PEM.
    #[error(transparent)]
    Pem(#[from] pem::Error),
    /// The file has no private key.
    #[error("there is no private key in it")]
    NoKey,
    /// The key takes a password.
    #[error("the private key is encrypted; expected one without a password")]
    Encrypted,
    /// The key is not that of the certificate, or of an unknown kind.
    #[error(transparent)]
    Key(#[from] rustls::Error),
}

/// Why a name has no address.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The system cannot resolve it.
    #[error(transparent)]
    System(#[from] io::Error),
    /// It resolves to nothing.
    #[error("the name has no address")]
    NoAddress,
    /// It has no address of the family that was asked for.
    #[error("the name has no address of that IP version")]
    NoneOfFamily,
    /// It resolves to addresses of IPv6 alone.
    #[error("the name has no IPv4 address, which SOCKS4 requires")]
    NoIpv4,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The last address of the host refused it.
    #[error("{source} ({address})")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The address is of the other version of IP than was asked for.
    #[error("its address is of the other IP version")]
    OtherFamily,
    /// The local socket refused it, or the system has none.
    #[error(transparent)]
    Socket(io::Error),
    /// The connection to the proxy broke.
    #[error("the proxy {proxy} broke off")]
    ProxyLost {
        /// The proxy's host.
        proxy: String,
        /// What the system says.
        source: io::Error,
    },
    /// What answers at the proxy's address is no proxy.
    #[error("the proxy {proxy} does not respond like a proxy")]
    NotAProxy {
        /// The proxy's host.
        proxy: String,
    },
}

/// Why the TLS of a server is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum Untrusted {
    /// An authority's certificate identifies the authority, and no server.
    #[error("it is a CA certificate (CA:TRUE), which a server must not present as its own")]
    AuthorityOwn,
    /// None of the authorities that are believed signed it.
    #[error("no trusted CA has signed it")]
    UnknownIssuer,
    /// What rustls finds wrong with it.
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

/// Whether a certificate was refused because it is an authority's. rustls has no name for that, and passes on webpki's error.
pub(super) fn is_authority_own(problem: &CertificateError) -> bool {
    let CertificateError::Other(other) = problem else { return false };
    other.0.downcast_ref::<webpki::Error>() == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// A time that ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// That for making a connection.
    Connection,
    /// That for the whole of a request.
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
    /// What hyper says.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// The proxy opens no tunnel to the host.
    #[error("the proxy {proxy} answered {status}")]
    Proxy {
        /// The proxy's host.
        proxy: String,
        /// Its status with the reason.
        status: String,
    },
}

/// Why there is no HTTP client.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is no runtime for it.
    #[error(transparent)]
    Runtime(#[from] io::Error),
    /// There is no TLS for it.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Sorts an error of the exchange up to the head of the response.
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

/// Sorts an error of the response's body.
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

/// Sorts an error of the TLS handshake.
pub(super) fn classify_tls(error: io::Error, host: &str) -> TransportError {
    let host = host.to_owned();
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(problem)) => {
            TransportError::Certificate { host, source: problem.into() }
        }
        _ => TransportError::Tls { host, source: error },
    }
}

/// The same error, known to be about the proxy.
pub(super) fn is_of_proxy(error: TransportError) -> TransportError {
    match error {
        TransportError::HostNotFound { host, source } => TransportError::ProxyNotFound { host, source },
        TransportError::Certificate { host, source } => TransportError::ProxyCertificate { host, source },
        TransportError::Tls { host, source } => TransportError::Tls { host: format!("the proxy {host}"), source },
        error => error,
    }
}

/// The error of our own body, where that is the cause.
fn own_error(error: &hyper::Error) -> Option<BodyError> {
    causes(error).find_map(|cause| cause.downcast_ref::<BodyError>().cloned())
}

fn causes(error: &hyper::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&(dyn Error + 'static)| (*error).source())
}
