//! How to connect: proxies, timeouts, trusted certificates, and the HTTP version.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Proxies, Reach, Rerouting, Resolution};
use crate::profiles::Environment;

/// Default connect timeout, the same as curl's.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(300);

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// The proxies, and which requests they are used for.
    pub proxies: Proxies,
    /// Addresses to use instead of resolving a name (`--resolve`).
    pub resolutions: Vec<Resolution>,
    /// Hosts to connect to instead of the URL's host (`--connect-to`).
    pub reroutings: Vec<Rerouting>,
    /// A Unix domain socket to connect to, whatever the URL says.
    pub unix_socket: Option<PathBuf>,
    /// Time limit for connecting.
    pub connect_timeout: Duration,
    /// Time limit for the whole request.
    pub max_time: Option<Duration>,
    /// The CA certificates to trust.
    pub trust: Trust,
    /// The CA certificates to trust for a proxy that is reached over TLS.
    pub proxy_trust: Trust,
    /// The client certificate to present if the server asks for one.
    pub identity: Option<Identity>,
    /// The IP versions to use.
    pub family: Family,
    /// The addresses that may be connected to.
    pub reach: Reach,
    /// Maximum upload rate in bytes per second.
    pub rate: Option<NonZeroU64>,
    /// The HTTP version to use over TLS; without TLS it is always HTTP/1.1.
    pub version: HttpVersion,
    /// Is called with the number of bytes of each piece of a body file that is sent.
    pub meter: Meter,
}

/// Environment variables with a file of CA certificates: those of AWS, curl, OpenSSL, and Python's requests, which
/// botocore reads.
const CA_BUNDLES: [&str; 4] = ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

impl Options {
    /// The defaults without any options: the proxies and the CA certificates from the environment.
    pub fn of_environment(environment: &Environment) -> Self {
        let trust = ca_bundle(environment).map_or(Trust::Platform, Trust::File);
        let proxies = Proxies::new(None, None, environment);
        Self { proxies, proxy_trust: trust.clone(), trust, ..Self::default() }
    }

    /// Trusts the CA certificates in `file`, unless the options already name other ones.
    #[must_use]
    pub fn trusting(mut self, file: Option<&str>) -> Self {
        if let (Trust::Platform, Some(file)) = (&self.trust, file) {
            self.trust = Trust::File(file.into());
        }
        self
    }
}

/// The file of CA certificates that an environment variable names.
pub fn ca_bundle(environment: &Environment) -> Option<PathBuf> {
    CA_BUNDLES.iter().find_map(|name| environment.get(name)).map(PathBuf::from)
}

/// A listener for the number of bytes sent.
#[derive(Clone, Default)]
pub struct Meter(Option<Arc<dyn Fn(u64) + Send + Sync>>);

impl Meter {
    /// Calls `listener` with the number of bytes sent.
    pub fn new(listener: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(super) fn tell(&self, bytes: u64) {
        if let Some(listener) = &self.0 {
            listener(bytes);
        }
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Meter(told)" } else { "Meter(nobody)" })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            resolutions: Vec::new(),
            reroutings: Vec::new(),
            unix_socket: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            max_time: None,
            trust: Trust::Platform,
            proxy_trust: Trust::Platform,
            identity: None,
            family: Family::Any,
            reach: Reach::Any,
            rate: None,
            version: HttpVersion::Http1,
            meter: Meter::default(),
        }
    }
}

/// Which CA certificates are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The CA certificates of the operating system.
    Platform,
    /// The CA certificates in this PEM file.
    File(PathBuf),
    /// Any certificate: it is not verified.
    Anybody,
}

/// A client certificate with its key, in PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, with any intermediate certificates.
    pub certificate: PathBuf,
    /// The private key; it may be in the same file as the certificate.
    pub key: PathBuf,
}

/// Which IP versions to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// Both.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Family {
    /// Whether `address` is of this IP version.
    pub fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// The HTTP versions that can be requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2 if the server supports it, otherwise HTTP/1.1.
    Http2,
}
