//! How a connection is made: by which way, for how long, trusting whom, speaking what.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Proxies, Rerouting, Resolution};
use crate::profiles::Environment;

/// How long to wait for a connection where nobody says, as curl does.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(300);

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which requests go by way of a proxy.
    pub proxies: Proxies,
    /// Addresses in place of what names resolve to.
    pub resolutions: Vec<Resolution>,
    /// Other hosts to connect to in place of those that URLs name.
    pub reroutings: Vec<Rerouting>,
    /// A local socket to connect to, whatever the URL says.
    pub unix_socket: Option<PathBuf>,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long the whole of a request may take.
    pub max_time: Option<Duration>,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Whose certificates are believed of a proxy that is spoken to over TLS.
    pub proxy_trust: Trust,
    /// The certificate to show to a server that asks for one.
    pub identity: Option<Identity>,
    /// Which addresses of a name are tried.
    pub family: Family,
    /// How many bytes may go out in a second.
    pub rate: Option<NonZeroU64>,
    /// What is spoken over TLS; without TLS it is HTTP/1.1.
    pub version: HttpVersion,
    /// Told how many bytes of a body in a file went out, piece by piece.
    pub meter: Meter,
}

/// Variables that name a file of CA certificates: AWS's, curl's, OpenSSL's, and that of Python's requests, which botocore reads.
const CA_BUNDLES: [&str; 4] = ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

impl Options {
    /// How to connect where nothing was typed: the proxies and the CA certificates that the environment names.
    pub fn of_environment(environment: &Environment) -> Self {
        let trust = ca_bundle(environment).map_or(Trust::Platform, Trust::File);
        let proxies = Proxies::new(None, None, environment);
        Self { proxies, proxy_trust: trust.clone(), trust, ..Self::default() }
    }

    /// The same, trusting the CA certificates in a file where nothing else was said.
    #[must_use]
    pub fn trusting(mut self, file: Option<&str>) -> Self {
        if let (Trust::Platform, Some(file)) = (&self.trust, file) {
            self.trust = Trust::File(file.into());
        }
        self
    }
}

/// The file of CA certificates that the environment names.
pub fn ca_bundle(environment: &Environment) -> Option<PathBuf> {
    CA_BUNDLES.iter().find_map(|name| environment.get(name)).map(PathBuf::from)
}

/// Who is told of bytes that went out.
#[derive(Clone, Default)]
pub struct Meter(Option<Arc<dyn Fn(u64) + Send + Sync>>);

impl Meter {
    /// Tells `listener`.
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
            rate: None,
            version: HttpVersion::Http1,
            meter: Meter::default(),
        }
    }
}

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The authorities of this system.
    Platform,
    /// The authorities in this file of PEM.
    File(PathBuf),
    /// Anybody: the certificate is not looked at.
    Anybody,
}

/// A certificate of the client's own, with its key, as files of PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// The private key; it may stand in the same file.
    pub key: PathBuf,
}

/// Which addresses of a name are tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// All.
    #[default]
    Any,
    /// Those of IPv4.
    V4,
    /// Those of IPv6.
    V6,
}

impl Family {
    /// Whether an address is one of them.
    pub fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// The versions of HTTP that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2 where the server speaks it, else HTTP/1.1.
    Http2,
}
