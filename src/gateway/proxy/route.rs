//! Which requests go where, signed with whose credentials.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::Settings;
use sigvet_core::request::{Request, RequestUrl, UriScheme};
use sigvet_core::signer::Signer;

use super::pattern::HostPattern;
use super::rules::{Allowance, Edits, Forbidden};
use crate::gateway::CredentialSource;
use crate::transport::{Options, Upstream};

/// Hosts of which connections and keys are kept, for a route that serves many.
const KEPT_HOSTS: usize = 64;

/// Says how to sign for a host, without its port.
pub type ScopeOf = dyn Fn(&str) -> Result<Settings, String> + Send + Sync;

/// Which requests a route takes. What is not given takes all.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// By their `Host`.
    pub host: Option<HostPattern>,
    /// By the beginning of their path, up to a slash.
    pub path_prefix: Option<String>,
    /// By the port that they came to.
    pub port: Option<u16>,
}

/// Where a route leads.
#[derive(Debug)]
pub enum Destination {
    /// To one server.
    Fixed(Arc<Upstream>),
    /// To the host that the request names, if it is one of these.
    Named {
        /// The hosts.
        allowed: Vec<HostPattern>,
        /// How they are spoken to.
        scheme: UriScheme,
        /// How they are connected to.
        options: Box<Options>,
        /// Those that were spoken to lately.
        kept: Mutex<Vec<(String, Arc<Upstream>)>>,
    },
}

/// A route.
pub struct Route {
    /// Its name, for logs and metrics.
    pub name: String,
    /// What it takes.
    pub selector: Selector,
    /// Where it leads.
    pub destination: Destination,
    /// The credentials that requests are signed with.
    pub source: Arc<CredentialSource>,
    /// How to sign for a host.
    pub scope_of: Arc<ScopeOf>,
    /// The `Host` that is signed and sent, if it is not that of the server.
    pub sign_host: Option<String>,
    /// Whether bodies are signed by a word, and not by their hash.
    pub is_payload_unsigned: bool,
    /// What may pass.
    pub allowance: Allowance,
    /// What changes.
    pub edits: Edits,
    /// Time for the server to begin its answer.
    pub limit: Duration,
    /// Signers of the credentials that are in use.
    pub signers: Signers,
}

/// The signers of a route: one for each host, of the credentials that are in use.
#[derive(Debug, Default)]
pub struct Signers(Mutex<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
    host: String,
    credentials: Arc<Credentials>,
    signer: Arc<Signer>,
}

impl Selector {
    /// Whether a request that came to this port is taken.
    pub fn takes(&self, request: &Request, port: u16) -> bool {
        let host = request.host().unwrap_or_default();
        self.port.is_none_or(|own| own == port)
            && self.host.as_ref().is_none_or(|pattern| pattern.matches(host))
            && self.path_prefix.as_ref().is_none_or(|prefix| is_below(request.path(), prefix.as_bytes()))
    }

    /// How much it says: of two that take a request, the one that says more has it.
    pub fn rank(&self) -> (bool, usize, usize) {
        let host = self.host.as_ref().map_or(0, HostPattern::rank);
        (self.port.is_some(), host, self.path_prefix.as_ref().map_or(0, String::len))
    }
}

/// Whether a path is this one, or one below it.
fn is_below(path: &[u8], prefix: &[u8]) -> bool {
    let rest = path.strip_prefix(prefix.strip_suffix(b"/").unwrap_or(prefix));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

impl Destination {
    /// Leads to hosts by their names.
    pub fn named(allowed: Vec<HostPattern>, scheme: UriScheme, options: Options) -> Self {
        Self::Named { allowed, scheme, options: Box::new(options), kept: Mutex::default() }
    }

    /// The server that a request goes to.
    ///
    /// # Errors
    /// The request names a host that is not allowed.
    pub fn upstream(&self, request: &Request) -> Result<Arc<Upstream>, Forbidden> {
        match self {
            Self::Fixed(upstream) => Ok(Arc::clone(upstream)),
            Self::Named { allowed, scheme, options, kept } => {
                let host = request.host().unwrap_or_default().to_ascii_lowercase();
                let url =
                    allowed.iter().any(|pattern| pattern.matches(&host)).then(|| url_of(*scheme, &host)).flatten();
                let url = url.ok_or_else(|| Forbidden::Host { host: host.clone() })?;
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((_, upstream)) = kept.iter().find(|(name, _)| *name == host) {
                    return Ok(Arc::clone(upstream));
                }
                let upstream = Arc::new(Upstream::new(url, (**options).clone()));
                if kept.len() == KEPT_HOSTS {
                    kept.remove(0);
                }
                kept.push((host, Arc::clone(&upstream)));
                Ok(upstream)
            }
        }
    }
}

/// A host that is nothing but a host: no path, no user.
fn url_of(scheme: UriScheme, host: &str) -> Option<RequestUrl> {
    let url = RequestUrl::parse(&format!("{}://{host}/", scheme.as_str())).ok()?;
    let is_host = url.target() == b"/" && host.len() <= url.host_header().len() + ":443".len();
    is_host.then_some(url)
}

impl Route {
    /// What signs for a host with these credentials. Keys of the day are kept with it.
    ///
    /// # Errors
    /// It is not known for which region or service to sign.
    pub fn signer(&self, host: &str, credentials: &Arc<Credentials>) -> Result<Arc<Signer>, String> {
        let Signers(kept) = &self.signers;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|kept| kept.host == host && Arc::ptr_eq(&kept.credentials, credentials));
        if let Some(found) = found {
            return Ok(Arc::clone(&found.signer));
        }
        let settings = (self.scope_of)(host)?;
        let signer = Arc::new(Signer::from_settings((**credentials).clone(), settings));
        // Of other credentials nobody asks any more.
        kept.retain(|kept| kept.host != host);
        if kept.len() == KEPT_HOSTS {
            kept.remove(0);
        }
        let credentials = Arc::clone(credentials);
        kept.push(Kept { host: host.to_owned(), credentials, signer: Arc::clone(&signer) });
        Ok(signer)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("name", &self.name).field("selector", &self.selector).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, target: &str) -> Request {
        let url = RequestUrl::parse(&format!("http://{host}{target}")).unwrap();
        Request::new("GET", &url).unwrap()
    }

    #[test]
    fn a_route_takes_what_its_selector_says() {
        let selector = Selector {
            host: Some(HostPattern::new("search.local")),
            path_prefix: Some("/logs".to_owned()),
            port: Some(8081),
        };
        assert!(selector.takes(&request("search.local:8081", "/logs"), 8081));
        assert!(selector.takes(&request("search.local", "/logs/a?b"), 8081));
        assert!(!selector.takes(&request("search.local", "/logsx"), 8081));
        assert!(!selector.takes(&request("search.local", "/logs"), 8082));
        assert!(!selector.takes(&request("other.local", "/logs"), 8081));
        assert!(Selector::default().takes(&request("any", "/"), 1));
    }

    /// Catches a request that is sent, with credentials, to a host that somebody made up.
    #[test]
    fn a_named_host_has_to_be_allowed() {
        let named = Destination::named(vec![HostPattern::new("*.amazonaws.com")], UriScheme::Https, Options::default());
        let upstream = named.upstream(&request("s3.us-east-1.amazonaws.com", "/")).unwrap();
        assert_eq!(upstream.url().origin(), "https://s3.us-east-1.amazonaws.com");
        assert!(Arc::ptr_eq(&upstream, &named.upstream(&request("S3.us-east-1.amazonaws.com", "/b")).unwrap()));
        let mut forged = request("h", "/");
        for host in
            ["evil.example", "evil.example#.amazonaws.com", "evil.example/.amazonaws.com", "u@evil.amazonaws.com", ""]
        {
            forged.headers.remove("host");
            forged.headers.push_unchecked("host", host);
            assert!(named.upstream(&forged).is_err(), "{host}");
        }
    }
}
