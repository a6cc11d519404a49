//! Routes: which requests go where, and which credentials sign them.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sigvet_core::credentials::Credentials;
use sigvet_core::endpoint;
use sigvet_core::internal::without_port;
use sigvet_core::prepare::Settings;
use sigvet_core::request::{Request, RequestUrl, UriScheme};
use sigvet_core::signer::Signer;
use sigvet_core::verify::Claimed;

use super::accesses::{Access, Place, accesses};
use super::identities::{Permission, SignedFor};
use super::pattern::{HostPattern, plain_host};
use super::rules::{Allowance, Edits, Forbidden};
use super::storage::{self, Storage, bucket_of};
use crate::gateway::CredentialSource;
use crate::locking::locked;
use crate::transport::{Options, Reach, Upstream};

/// Maximum number of hosts for which a route keeps connections and signing keys.
const KEPT_HOSTS: usize = 64;

/// Chooses the signing settings for a host name without port.
pub type ScopeOf = dyn Fn(&str) -> Result<Settings, String> + Send + Sync;

/// Which requests a route matches. A criterion that is `None` matches all.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// The `Host` of the request.
    pub host: Option<HostPattern>,
    /// A prefix of the path, ending at a slash.
    pub path_prefix: Option<String>,
    /// The local port on which the request arrived.
    pub port: Option<u16>,
}

/// Where a route leads.
#[derive(Debug)]
pub enum Destination {
    /// One fixed server.
    Fixed(Arc<Upstream>),
    /// The host that the request names, if it is allowed.
    Named {
        /// The allowed hosts.
        allowed: AllowedHosts,
        /// The scheme used for them.
        scheme: UriScheme,
        /// How to connect to them.
        options: Box<Options>,
        /// Recently used servers.
        kept: Mutex<Vec<(String, Arc<Upstream>)>>,
    },
}

/// The hosts that requests may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHosts {
    /// Hosts that match one of these patterns.
    Listed(Vec<HostPattern>),
    /// AWS service endpoints. Endpoints where customers run their own code are only included on request.
    Aws {
        /// Includes API Gateway, Lambda URLs, `AppSync` and VPC Lattice, which pass headers on to the
        /// owner of the host.
        with_customers: bool,
    },
}

/// Services whose endpoints belong to customers.
const OF_CUSTOMERS: [&str; 6] =
    ["execute-api", "lambda", "appsync", "vpc-lattice", "vpc-lattice-svcs", "bedrock-agentcore"];

impl AllowedHosts {
    /// Whether a server is allowed, and which addresses it may have: at its default port, or at a port that is listed
    /// with the host. `is_bound` says that the signature covers the host and so does not work at another.
    fn allow_url(&self, url: &RequestUrl, is_bound: bool) -> Option<Reach> {
        let port = url.port_or_default();
        let has_usual_port = port == url.scheme().default_port();
        match self {
            Self::Listed(patterns) => {
                let may_be_there = |pattern: &&HostPattern| pattern.names_port() || has_usual_port;
                let mut found =
                    patterns.iter().filter(|pattern| pattern.matches_server(url.host(), port)).filter(may_be_there);
                // Anybody can own a name that matches `*`; below a domain, its owner decides where names lead.
                let first = found.next()?;
                let is_named = std::iter::once(first).chain(found).any(|pattern| !pattern.domain().is_empty());
                Some(if is_named { Reach::Any } else { Reach::Public })
            }
            // In a private network, AWS's names may lead to its own interface endpoints.
            Self::Aws { with_customers } => {
                (has_usual_port && is_of_aws(url.host(), *with_customers, is_bound)).then_some(Reach::Any)
            }
        }
    }

    /// The domains below which all hosts are allowed: an object store has its buckets there.
    fn domains(&self) -> Vec<String> {
        let Self::Listed(patterns) = self else { return Vec::new() };
        let domains = patterns.iter().filter(|pattern| pattern.is_suffix()).map(HostPattern::domain);
        domains.filter(|domain| !domain.is_empty()).collect()
    }
}

/// Whether a host (without port) is an endpoint of AWS that is allowed.
fn is_of_aws(host: &str, with_customers: bool, is_bound: bool) -> bool {
    let inferred = endpoint::infer(host).filter(|inferred| inferred.provider == "AWS");
    let service = inferred.and_then(|inferred| inferred.service);
    let is_own = |service: &String| with_customers || !is_of_customers(service, host);
    // Static website endpoints check no signature.
    let service = service.filter(|_| !host.contains(".s3-website"));
    let is_fitting = |service: &String| is_bound || service == "s3";
    service.is_some_and(|service| is_own(&service) && is_fitting(&service))
}

fn is_of_customers(service: &str, host: &str) -> bool {
    // Lambda's own API belongs to AWS; its function URLs are below on.aws.
    let is_api = service == "lambda" && !host.ends_with(".on.aws");
    OF_CUSTOMERS.contains(&service) && !is_api
}

/// The name of a route that has no name of its own: the only one, from the command line.
pub const UNNAMED_ROUTE: &str = "default";

/// A route.
pub struct Route {
    /// The name for logs and metrics.
    pub name: String,
    /// Which requests the route matches.
    pub selector: Selector,
    /// Where the requests go.
    pub destination: Destination,
    /// The credentials that sign the requests.
    pub source: Arc<CredentialSource>,
    /// Chooses the signing settings for a host.
    pub scope_of: Arc<ScopeOf>,
    /// The `Host` to sign and send, if it differs from the server's.
    pub sign_host: Option<String>,
    /// Whether to sign `UNSIGNED-PAYLOAD` instead of the hash of the body.
    pub is_payload_unsigned: bool,
    /// Which requests are allowed.
    pub allowance: Allowance,
    /// The credential scopes that clients may sign for.
    pub inbound: Permission,
    /// Changes to make to requests.
    pub edits: Edits,
    /// Time limit for the server to begin its response.
    pub limit: Duration,
    /// Signers for the current credentials.
    pub signers: Signers,
}

/// The signers of a route for its current credentials, one per host.
#[derive(Debug, Default)]
pub struct Signers(Mutex<Vec<CachedSigner>>);

#[derive(Debug)]
struct CachedSigner {
    host: String,
    credentials: Arc<Credentials>,
    signer: Arc<Signer>,
}

impl Selector {
    /// Whether the selector matches a request that arrived on this port, if its path is read as `path`.
    pub fn takes(&self, request: &Request, path: &[u8], port: u16) -> bool {
        self.may_take(request.host().unwrap_or_default(), port)
            && self.path_prefix.as_ref().is_none_or(|prefix| is_below(path, prefix.as_bytes()))
    }

    /// Whether the selector can match a request for this host that arrived on this port.
    pub fn may_take(&self, host: &str, port: u16) -> bool {
        self.port.is_none_or(|own| own == port) && self.host.as_ref().is_none_or(|pattern| pattern.matches(host))
    }

    /// How specific the selector is: if several match a request, the highest rank wins.
    pub fn rank(&self) -> (bool, usize, usize) {
        let host = self.host.as_ref().map_or(0, HostPattern::rank);
        (self.port.is_some(), host, self.path_prefix.as_ref().map_or(0, String::len))
    }
}

/// Whether a path is equal to the prefix or below it.
fn is_below(path: &[u8], prefix: &[u8]) -> bool {
    let rest = path.strip_prefix(prefix.strip_suffix(b"/").unwrap_or(prefix));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

impl Destination {
    /// Leads to the hosts that requests name.
    pub fn named(allowed: AllowedHosts, scheme: UriScheme, options: Options) -> Self {
        Self::Named { allowed, scheme, options: Box::new(options), kept: Mutex::default() }
    }

    /// The server that a request goes to. Signatures of Version 2 and of forms do not cover the host (`is_bound` is
    /// false), so a signature for one host works at another.
    ///
    /// # Errors
    /// The request names a host that is not allowed.
    pub fn upstream(&self, request: &Request, is_bound: bool) -> Result<Arc<Upstream>, Forbidden> {
        match self {
            Self::Fixed(upstream) => Ok(Arc::clone(upstream)),
            Self::Named { scheme, .. } => self.named_upstream(*scheme, request.host().unwrap_or_default(), is_bound),
        }
    }

    /// The server with this name, if it is allowed.
    fn named_upstream(&self, scheme: UriScheme, host: &str, is_bound: bool) -> Result<Arc<Upstream>, Forbidden> {
        let host = plain_host(host);
        let forbidden = || Forbidden::Host { host: host.clone() };
        let Self::Named { allowed, options, kept, .. } = self else { return Err(forbidden()) };
        let url = url_of(scheme, &host).ok_or_else(forbidden)?;
        let reach = allowed.allow_url(&url, is_bound).ok_or_else(forbidden)?;
        let origin = url.origin();
        let mut kept = locked(kept);
        if let Some((_, upstream)) = kept.iter().find(|(name, _)| *name == origin) {
            return Ok(Arc::clone(upstream));
        }
        let upstream = Arc::new(Upstream::new(url, Options { reach, ..(**options).clone() }));
        if kept.len() == KEPT_HOSTS {
            kept.remove(0);
        }
        kept.push((origin, Arc::clone(&upstream)));
        Ok(upstream)
    }
}

/// Whether both URLs have the same host and port, whatever their scheme.
fn is_at(one: &RequestUrl, other: &RequestUrl) -> bool {
    plain_host(one.host()) == plain_host(other.host()) && one.port_or_default() == other.port_or_default()
}

/// The URL of a host, if the text is only a host, without path or user.
fn url_of(scheme: UriScheme, host: &str) -> Option<RequestUrl> {
    let url = RequestUrl::parse(&format!("{}://{host}/", scheme.as_str())).ok()?;
    let is_host = url.target() == b"/" && host.len() <= url.host_header().len() + ":443".len();
    (is_host && !host.contains('@')).then_some(url)
}

impl Route {
    /// The server for a request whose client asked a forward proxy for the server `asked`.
    ///
    /// # Errors
    /// The route does not lead there.
    pub fn upstream_for(&self, asked: &RequestUrl, is_bound: bool) -> Result<Arc<Upstream>, Forbidden> {
        let host = asked.host_header();
        match &self.destination {
            // The route was configured to send requests for this host to that server.
            Destination::Fixed(upstream) if self.names_host(&host) || is_at(upstream.url(), asked) => {
                Ok(Arc::clone(upstream))
            }
            // Plain HTTP is only used if the route is configured for it.
            Destination::Named { scheme, .. } if asked.scheme() == UriScheme::Https || asked.scheme() == *scheme => {
                self.destination.named_upstream(asked.scheme(), &host, is_bound)
            }
            Destination::Named { .. } => Err(Forbidden::Clear { host }),
            Destination::Fixed(_) => Err(Forbidden::Host { host }),
        }
    }

    /// Checks that a client may sign for the route's region and service.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check_inbound(&self, accesses: &[Access<'_>], signed_for: &SignedFor) -> Result<(), Forbidden> {
        accesses.iter().try_for_each(|access| match self.destination {
            Destination::Fixed(_) => self.inbound.check_for_one_server(access, signed_for),
            Destination::Named { .. } => self.inbound.check(access, signed_for),
        })
    }

    /// Checks that the server has the service that a client signed for.
    ///
    /// # Errors
    /// See [`Forbidden::Service`].
    pub fn check_service(&self, claimed: &Claimed, host: &str) -> Result<(), Forbidden> {
        let forbidden = |service: &str| Err(Forbidden::Service { host: host.to_owned(), service: service.to_owned() });
        storage::wrong_service(claimed, host, &self.inbound.services).map_or(Ok(()), forbidden)
    }

    /// What a request to a server does, with its paths as the rules of this route and of keys name them. `asked` is the
    /// server that a client asked a forward proxy for: its name selected the route.
    pub fn accesses<'r>(
        &self,
        request: &'r Request,
        claimed: Option<&Claimed>,
        (upstream, asked): (&RequestUrl, Option<&RequestUrl>),
    ) -> Vec<Access<'r>> {
        let host = upstream.host();
        let storage = match claimed {
            Some(claimed) => Storage::of_signed(claimed, host, &self.inbound.services),
            None => {
                let signed = self.sign_host.as_deref().map_or(host, without_port);
                (self.scope_of)(signed).map_or(Storage::Unclear, |found| Storage::of_service(&found.service))
            }
        };
        let (is_fixed, bucket) = match &self.destination {
            Destination::Fixed(_) => (true, bucket_of(host, &[])),
            Destination::Named { allowed, .. } => (false, bucket_of(host, &allowed.domains())),
        };
        let bucket = bucket.filter(|_| storage.may_store());
        let prefix = self.edits.strip_prefix.as_deref().unwrap_or_default();
        let named = asked.unwrap_or(upstream);
        let (host, port) = (plain_host(&named.host_header()), named.port_or_default());
        accesses(request, claimed, &Place { is_fixed, host, port, bucket, storage, prefix })
    }

    /// Whether a rule for hosts can apply to a request on this route. In a forward proxy, clients name the hosts that
    /// select routes.
    pub fn may_lead_to(&self, rule: &HostPattern, is_forward_proxy: bool) -> bool {
        match &self.destination {
            Destination::Named { allowed: AllowedHosts::Listed(patterns), .. } => {
                patterns.iter().any(|pattern| pattern.overlaps(rule))
            }
            Destination::Named { .. } => true,
            Destination::Fixed(upstream) => {
                let url = upstream.url();
                let is_selected = || self.selector.host.as_ref().is_none_or(|pattern| pattern.overlaps(rule));
                rule.matches_server(url.host(), url.port_or_default()) || (is_forward_proxy && is_selected())
            }
        }
    }

    /// Whether the route names the host of a request: in its selector, or as where its requests go.
    pub fn is_named(&self, host: &str) -> bool {
        let is_signed = || self.sign_host.as_deref().is_some_and(|signed| plain_host(signed) == plain_host(host));
        let leads_there = || match &self.destination {
            Destination::Fixed(upstream) => plain_host(upstream.url().host()) == plain_host(without_port(host)),
            // It does not lead to hosts that are not allowed.
            Destination::Named { .. } => true,
        };
        self.names_host(host) || is_signed() || leads_there()
    }

    fn names_host(&self, host: &str) -> bool {
        self.selector.host.as_ref().is_some_and(|pattern| pattern.matches(host))
    }

    /// The signer for a host and these credentials, which also caches the signing key of the day.
    ///
    /// # Errors
    /// The region or the service to sign for is unknown.
    pub fn signer(&self, host: &str, credentials: &Arc<Credentials>) -> Result<Arc<Signer>, String> {
        let Signers(kept) = &self.signers;
        let mut kept = locked(kept);
        let found = kept.iter().find(|kept| kept.host == host && Arc::ptr_eq(&kept.credentials, credentials));
        if let Some(found) = found {
            return Ok(Arc::clone(&found.signer));
        }
        let settings = (self.scope_of)(host)?;
        let signer = Arc::new(Signer::from_settings((**credentials).clone(), settings));
        // Signers for older credentials are no longer needed.
        kept.retain(|kept| kept.host != host);
        if kept.len() == KEPT_HOSTS {
            kept.remove(0);
        }
        let credentials = Arc::clone(credentials);
        kept.push(CachedSigner { host: host.to_owned(), credentials, signer: Arc::clone(&signer) });
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
    fn a_route_takes_the_requests_that_match_its_selector() {
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

    /// Catches a signed request that is sent to a host the client made up.
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

    /// Catches a signed request that goes to a host run by an AWS customer, or whose signature also works
    /// at another host.
    #[test]
    fn hosts_of_aws_are_only_those_that_aws_runs() {
        let allows = |host: &str, is_bound, with_customers| is_of_aws(host, with_customers, is_bound);
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
