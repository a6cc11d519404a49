//! Which requests go where, signed with whose credentials.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sigvet_core::credentials::Credentials;
use sigvet_core::endpoint;
use sigvet_core::prepare::Settings;
use sigvet_core::request::{Request, RequestUrl, UriScheme};
use sigvet_core::scheme::Scope;
use sigvet_core::signer::Signer;

use super::identities::Permission;
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
    /// To the host that the request names, if it may be that one.
    Named {
        /// The hosts.
        allowed: AllowedHosts,
        /// How they are spoken to.
        scheme: UriScheme,
        /// How they are connected to.
        options: Box<Options>,
        /// Those that were spoken to lately.
        kept: Mutex<Vec<(String, Arc<Upstream>)>>,
    },
}

/// Hosts that requests may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHosts {
    /// These.
    Listed(Vec<HostPattern>),
    /// Endpoints of AWS's services; those behind which customers run what they like only if that is said.
    Aws {
        /// API Gateway, Lambda URLs, `AppSync`, VPC Lattice: they pass headers on to whoever owns the host.
        with_customers: bool,
    },
}

/// Services whose endpoints are the customers' own.
const OF_CUSTOMERS: [&str; 6] =
    ["execute-api", "lambda", "appsync", "vpc-lattice", "vpc-lattice-svcs", "bedrock-agentcore"];

impl AllowedHosts {
    /// Whether a host, without its port, may be asked; `is_bound` tells whether a signature for it opens no other host.
    fn allows(&self, host: &str, is_bound: bool) -> bool {
        match self {
            Self::Listed(patterns) => patterns.iter().any(|pattern| pattern.matches(host)),
            Self::Aws { with_customers } => {
                let inferred = endpoint::infer(host).filter(|inferred| inferred.provider == "AWS");
                let service = inferred.and_then(|inferred| inferred.service);
                let is_own = |service: &String| *with_customers || !is_of_customers(service, host);
                // Static websites check no signature.
                let service = service.filter(|_| !host.contains(".s3-website"));
                let is_fitting = |service: &String| is_bound || service == "s3";
                service.is_some_and(|service| is_own(&service) && is_fitting(&service))
            }
        }
    }

    /// Whether a server may be asked: at its usual port, or at the one that is named with it.
    fn allow_url(&self, url: &RequestUrl, is_bound: bool) -> bool {
        let has_usual_port = url.port_or_default() == url.scheme().default_port();
        self.names_port(&url.host_header()) || (has_usual_port && self.allows(url.host(), is_bound))
    }

    /// Whether a port other than the scheme's own is named.
    fn names_port(&self, host: &str) -> bool {
        match self {
            Self::Listed(patterns) => patterns.iter().any(|pattern| pattern.names_port() && pattern.matches(host)),
            Self::Aws { .. } => false,
        }
    }
}

fn is_of_customers(service: &str, host: &str) -> bool {
    // Lambda's own API is AWS's; its function URLs are below on.aws.
    let is_api = service == "lambda" && !host.ends_with(".on.aws");
    OF_CUSTOMERS.contains(&service) && !is_api
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
    /// The scope that signatures of clients may have.
    pub inbound: Permission,
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
    /// Whether a request that came to this port is taken, if its path is read so.
    pub fn takes(&self, request: &Request, path: &[u8], port: u16) -> bool {
        self.may_take(request.host().unwrap_or_default(), port)
            && self.path_prefix.as_ref().is_none_or(|prefix| is_below(path, prefix.as_bytes()))
    }

    /// Whether some request for a host is taken that came to this port.
    pub fn may_take(&self, host: &str, port: u16) -> bool {
        self.port.is_none_or(|own| own == port) && self.host.as_ref().is_none_or(|pattern| pattern.matches(host))
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
    pub fn named(allowed: AllowedHosts, scheme: UriScheme, options: Options) -> Self {
        Self::Named { allowed, scheme, options: Box::new(options), kept: Mutex::default() }
    }

    /// The server that a request goes to. Version 2 and forms sign no host: what is signed for one opens another (`is_bound`).
    ///
    /// # Errors
    /// The request names a host that is not allowed.
    pub fn upstream(&self, request: &Request, is_bound: bool) -> Result<Arc<Upstream>, Forbidden> {
        match self {
            Self::Fixed(upstream) => Ok(Arc::clone(upstream)),
            Self::Named { scheme, .. } => self.named_upstream(*scheme, request.host().unwrap_or_default(), is_bound),
        }
    }

    /// The server of that name, if it may be asked so.
    fn named_upstream(&self, scheme: UriScheme, host: &str, is_bound: bool) -> Result<Arc<Upstream>, Forbidden> {
        let host = host.to_ascii_lowercase();
        let forbidden = || Forbidden::Host { host: host.clone() };
        let Self::Named { allowed, options, kept, .. } = self else { return Err(forbidden()) };
        let url = url_of(scheme, &host).filter(|url| allowed.allow_url(url, is_bound)).ok_or_else(forbidden)?;
        let origin = url.origin();
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, upstream)) = kept.iter().find(|(name, _)| *name == origin) {
            return Ok(Arc::clone(upstream));
        }
        let upstream = Arc::new(Upstream::new(url, (**options).clone()));
        if kept.len() == KEPT_HOSTS {
            kept.remove(0);
        }
        kept.push((origin, Arc::clone(&upstream)));
        Ok(upstream)
    }
}

/// Whether both have the same host and port, however they are spoken to.
fn is_at(one: &RequestUrl, other: &RequestUrl) -> bool {
    one.host().eq_ignore_ascii_case(other.host()) && one.port_or_default() == other.port_or_default()
}

/// A host that is nothing but a host: no path, no user.
fn url_of(scheme: UriScheme, host: &str) -> Option<RequestUrl> {
    let url = RequestUrl::parse(&format!("{}://{host}/", scheme.as_str())).ok()?;
    let is_host = url.target() == b"/" && host.len() <= url.host_header().len() + ":443".len();
    (is_host && !host.contains('@')).then_some(url)
}

impl Route {
    /// The server that a request goes to whose client asked a forward proxy for that one.
    ///
    /// # Errors
    /// The route does not lead there.
    pub fn upstream_for(&self, asked: &RequestUrl, is_bound: bool) -> Result<Arc<Upstream>, Forbidden> {
        let host = asked.host_header();
        match &self.destination {
            // Whoever wrote the route has said that this host is to be found there.
            Destination::Fixed(upstream) if self.names_host(&host) || is_at(upstream.url(), asked) => {
                Ok(Arc::clone(upstream))
            }
            // In the clear goes only what whoever wrote the route sends so.
            Destination::Named { scheme, .. } if asked.scheme() == UriScheme::Https || asked.scheme() == *scheme => {
                self.destination.named_upstream(asked.scheme(), &host, is_bound)
            }
            Destination::Named { .. } => Err(Forbidden::Clear { host }),
            Destination::Fixed(_) => Err(Forbidden::Host { host }),
        }
    }

    /// Whether a client's signature has the region and the service that the route is limited to.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check_inbound(&self, request: &Request, scope: Option<&Scope>) -> Result<(), Forbidden> {
        match self.destination {
            Destination::Fixed(_) => self.inbound.check_for_one_server(request, scope),
            Destination::Named { .. } => self.inbound.check(request, scope),
        }
    }

    fn names_host(&self, host: &str) -> bool {
        self.selector.host.as_ref().is_some_and(|pattern| pattern.matches(host))
    }

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

    fn takes(selector: &Selector, host: &str, target: &str, port: u16) -> bool {
        let request = request(host, target);
        selector.takes(&request, request.path(), port)
    }

    #[test]
    fn a_route_takes_what_its_selector_says() {
        let selector = Selector {
            host: Some(HostPattern::new("search.local")),
            path_prefix: Some("/logs".to_owned()),
            port: Some(8081),
        };
        assert!(takes(&selector, "search.local:8081", "/logs", 8081));
        assert!(takes(&selector, "search.local", "/logs/a?b", 8081));
        assert!(!takes(&selector, "search.local", "/logsx", 8081));
        assert!(!takes(&selector, "search.local", "/logs", 8082));
        assert!(!takes(&selector, "other.local", "/logs", 8081));
        assert!(takes(&Selector::default(), "any", "/", 1));
    }

    /// Catches a request that is sent, with credentials, to a host that somebody made up.
    #[test]
    fn a_named_host_has_to_be_allowed() {
        let listed =
            AllowedHosts::Listed(vec![HostPattern::new("*.amazonaws.com"), HostPattern::new("h.example:8443")]);
        let named = Destination::named(listed, UriScheme::Https, Options::default());
        let upstream = named.upstream(&request("s3.us-east-1.amazonaws.com", "/"), true).unwrap();
        assert_eq!(upstream.url().origin(), "https://s3.us-east-1.amazonaws.com");
        assert!(Arc::ptr_eq(&upstream, &named.upstream(&request("S3.us-east-1.amazonaws.com", "/b"), true).unwrap()));
        let mut forged = request("h", "/");
        for host in
            ["evil.example", "evil.example#.amazonaws.com", "evil.example/.amazonaws.com", "u@evil.amazonaws.com", ""]
        {
            forged.headers.remove("host");
            forged.headers.push_unchecked("host", host);
            assert!(named.upstream(&forged, true).is_err(), "{host}");
        }
        for (host, is_allowed) in [
            ("h.example:8443", true),
            ("h.example", false),
            ("s3.amazonaws.com:22", false),
            ("s3.amazonaws.com:443", true),
        ] {
            forged.headers.remove("host");
            forged.headers.push_unchecked("host", host);
            assert_eq!(named.upstream(&forged, true).is_ok(), is_allowed, "{host}");
        }
    }

    /// Catches a signature that goes to a host which a customer of AWS runs, or that is good for another host.
    #[test]
    fn hosts_of_aws_are_those_that_aws_itself_runs() {
        let allows = |host: &str, is_bound, with_customers| AllowedHosts::Aws { with_customers }.allows(host, is_bound);
        for host in ["s3.us-east-1.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com"] {
            assert!(allows(host, true, false) && allows(host, false, false), "{host}");
        }
        for host in
            ["sqs.us-east-1.amazonaws.com", "lambda.us-east-1.amazonaws.com", "search-x.eu-west-1.es.amazonaws.com"]
        {
            assert!(allows(host, true, false) && !allows(host, false, false), "{host}");
        }
        for host in ["x.execute-api.us-east-1.amazonaws.com", "x.lambda-url.us-east-1.on.aws"] {
            assert!(!allows(host, true, false) && allows(host, true, true), "{host}");
        }
        for host in [
            "ec2-1-2-3-4.compute-1.amazonaws.com",
            "x.us-east-1.elb.amazonaws.com",
            "x.s3-website-us-east-1.amazonaws.com",
            "1.2.3.4.amazonaws.com",
            "amazonaws.com",
            "evil.example",
        ] {
            assert!(!allows(host, true, true), "{host}");
        }
    }
}
