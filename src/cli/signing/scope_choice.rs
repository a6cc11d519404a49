//! Chooses the region and service from the options, otherwise the host, otherwise the signing key, the profile or
//! the environment.
//!
//! A known host takes precedence over the key, so that a key for another service is refused instead of used in
//! vain.

use crate::cli::failure::Failure;
use crate::cli::options::signing::SigningOptions;
use crate::profiles;
use sigvet_core::endpoint::{self, Inference};
use sigvet_core::prepare;
use sigvet_core::request::{Request, RequestUrl, UriScheme};
use sigvet_core::scheme::{Dialect, Scheme, Scope};

/// The chosen region and service, and what they were chosen from.
pub struct ScopeChoice {
    region: Option<String>,
    service: Option<String>,
    /// The region set for Version 4A that the host implies, if no option gives a region.
    region_set: Option<&'static str>,
    /// The region set for Version 4A from the profile or the environment.
    configured_set: Option<String>,
    inferred: Option<Inference>,
    host: String,
}

/// The destination of a request, as far as its scope depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The signed host without its port.
    host: String,
    /// The URL scheme.
    uri: UriScheme,
}

impl Destination {
    /// The destination of this request.
    pub fn of(request: &Request, url: &RequestUrl) -> Self {
        let signed = request.host().unwrap_or_else(|| url.host());
        let host = match signed.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => signed,
        };
        Self { host: host.to_owned(), uri: url.scheme() }
    }

    /// A host that does not come from a request. It has no port.
    pub fn from_host(host: &str) -> Self {
        Self { host: host.to_owned(), uri: UriScheme::Https }
    }

    /// The signed host without its port.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl ScopeChoice {
    /// Chooses for a host. `key` is the scope that a signing key was derived for.
    pub fn of(signing: &SigningOptions, key: Option<&Scope>, settings: &profiles::Settings, to: Destination) -> Self {
        let Destination { host, uri } = to;
        let curl = signing.aws_sigv4.as_ref();
        let inferred = endpoint::infer(&host);
        let by_host = inferred.clone().unwrap_or_else(|| by_labels(curl.is_some(), &host));
        let service_by_host = by_host.service.map(|service| in_dialect(over(uri, service), signing));
        let typed = signing.region.as_ref().or(signing.region_set.as_ref()).cloned();
        let is_typed = typed.is_some();
        let region_set = by_host.region_set.filter(|_| typed.is_none());
        let region = typed.or_else(|| curl?.region.clone()).or(by_host.region);
        let service = signing.service.clone().or_else(|| curl?.service.clone()).or(service_by_host);
        Self {
            region: region.or_else(|| key?.region.clone()).or_else(|| settings.region.clone()),
            service: service.or_else(|| Some(key?.service.clone())).or_else(|| settings.service.clone()),
            region_set,
            configured_set: settings.region_set.clone().filter(|_| !is_typed),
            inferred,
            host,
        }
    }

    /// Uses this service if none is known.
    #[must_use]
    pub fn or_service(mut self, service: &str) -> Self {
        self.service.get_or_insert_with(|| service.to_owned());
        self
    }

    /// Describes the choice and what it is based on.
    pub fn to_note(&self, settings: &prepare::Settings) -> String {
        let region = match settings.scheme {
            Scheme::V4 | Scheme::X509(_) => "region",
            Scheme::V4a => "for the regions",
        };
        let mut text = format!("scope: {region} {}, service {}", settings.region, settings.service);
        match &self.inferred {
            Some(inferred) => text.push_str(&format!(" (host {} is {})", self.host, inferred.provider)),
            None => text.push_str(&format!(" (nothing is known of host {})", self.host)),
        }
        if settings.scheme == Scheme::V4a && self.region_set().is_some() {
            text.push_str("; scheme v4a, which the host requires");
        }
        if let Some(remark) = self.inferred.as_ref().and_then(|inferred| inferred.note) {
            text.push_str(&format!("; {remark}"));
        }
        text
    }

    /// Region and service, if both are known; for Version 4A the region set, by default only the region.
    ///
    /// # Errors
    /// Reports everything that is missing at once.
    pub fn complete(&self, scheme: Scheme) -> Result<(String, String), Failure> {
        let by_host = self.region_set.filter(|_| scheme == Scheme::V4a).map(str::to_owned);
        let configured = self.configured_set.clone().filter(|_| scheme == Scheme::V4a);
        match (by_host.or(configured).or_else(|| self.region.clone()), &self.service) {
            (Some(region), Some(service)) => Ok((region, service.clone())),
            _ => Err(self.missing(scheme)),
        }
    }

    /// The region set that the host requires, with Version 4A.
    pub fn region_set(&self) -> Option<&'static str> {
        self.inferred.as_ref()?.region_set
    }

    /// The zone of the directory bucket in the host name.
    pub fn zone(&self) -> Option<&str> {
        self.inferred.as_ref()?.zone.as_deref()
    }

    /// A warning if the host accepts no signatures, or none of this scheme.
    pub fn warning(&self, scheme: Scheme) -> Option<&'static str> {
        if scheme == Scheme::V4 && self.region_set().is_some() {
            return Some(V4_FOR_MANY_REGIONS);
        }
        self.inferred.as_ref().filter(|inferred| inferred.service.is_none()).and_then(|inferred| inferred.note)
    }

    fn missing(&self, scheme: Scheme) -> Failure {
        let region = match scheme {
            Scheme::V4 | Scheme::X509(_) => "--region us-east-1",
            Scheme::V4a => "--region-set '*'",
        };
        let (problem, what, options) = match (&self.region, &self.service) {
            (None, None) => ("no region and no service", "both", format!("{region} --service s3")),
            (None, Some(_)) => ("no region", "region", region.to_owned()),
            _ => ("no service", "service", "--service s3".to_owned()),
        };
        let remark = self.inferred.as_ref().and_then(|inferred| inferred.note);
        let hint = remark.map_or_else(
            || format!("pass, for example, {options}, or set {what} in the profile"),
            |remark| format!("{remark}; pass {options} to sign anyway"),
        );
        Failure::usage(format!("{problem} known for host {}", self.host)).hint(hint)
    }
}

const V4_FOR_MANY_REGIONS: &str = "the host serves many regions and accepts only Version 4A, so the request is signed with it unless you give --scheme v4";

/// The service, changed for WebSockets: the message broker of AWS IoT is on the host of the data plane, but is a
/// separate service (*IAM users, groups, and roles* of its developer guide).
fn over(uri: UriScheme, service: String) -> String {
    if uri == UriScheme::Wss && service == "iotdata" { "iotdevicegateway".to_owned() } else { service }
}

/// The service, changed for Google's own dialect, which has another name for what it calls `s3` in AWS's dialect.
fn in_dialect(service: String, signing: &SigningOptions) -> String {
    let is_goog = signing.dialect_or_default() == Dialect::GOOG4;
    if is_goog && service == "s3" { "storage".to_owned() } else { service }
}

/// curl's rule for an unknown host: the service is its first label, the region its second.
fn by_labels(applies: bool, host: &str) -> Inference {
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    let labels: Vec<&str> = host.split('.').collect();
    let (service, region) = match labels.as_slice() {
        [service, region, _, ..] if applies && !is_address => (Some((*service).to_owned()), Some((*region).to_owned())),
        _ => (None, None),
    };
    let mut inference = Inference::from_provider("unknown");
    (inference.service, inference.region) = (service, region);
    inference
}
