//! Infers the scope of a signature from a host name: the service, the region, and the bucket in front of it.
//!
//! This is pure string work: there is no network, no list of AWS regions (a region is recognised by its shape, so a new
//! one works too), and no decision about what to do with the answer. `aws` reads the hosts of AWS in all its
//! partitions, with `s3` for the many forms of S3; `stores` reads the hosts of other S3-compatible stores; `arn` builds
//! a host from the name of an access point, as AWS's tools do. Paths, ports and schemes are ignored.

pub(crate) mod bucket;
mod names;
mod services;
mod partition;
mod arn;
mod host;
mod s3;
mod aws;
mod stores;
#[cfg(test)]
mod tests;

pub use arn::{InvalidArn, Resource};
pub use bucket::BucketRule;
pub use host::{NoS3Host, S3Variant, domain_in};
pub(crate) use partition::is_region;

use crate::canonical::{PathEncoding, PathPlus, PathRule};
use crate::request::Request;

/// The provider of AWS's own hosts.
pub(crate) const AWS: &str = "AWS";

/// The scope that was inferred from a host name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inference {
    /// The service to sign for, as in the credential scope (`s3`, `execute-api`, `es`).
    pub service: Option<String>,
    /// The region to sign for, as in the credential scope.
    pub region: Option<String>,
    /// Name of the company or product that runs the host (`AWS`, `Cloudflare R2`).
    pub provider: &'static str,
    /// The bucket that a virtual-hosted S3 host carries, in lower case; never an access point.
    pub bucket: Option<String>,
    /// The region set to sign for with Signature Version 4A, if the host serves many regions and needs that scheme:
    /// `*`.
    pub region_set: Option<&'static str>,
    /// The availability zone (`use1-az4`) of a directory bucket or its access point: S3 Express signs requests for
    /// objects with the credentials of a session.
    pub zone: Option<String>,
    /// A remark about this guess for the user, as a fragment without a full stop.
    pub note: Option<&'static str>,
}

/// Infers the scope from a host name without its port, in any case, with or without a trailing dot.
///
/// `None` if the host is unknown.
pub fn infer(host: &str) -> Option<Inference> {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    if !host.split('.').all(is_label) {
        return None;
    }
    aws::infer(host).or_else(|| stores::infer(host))
}

/// The domains of all known hosts: every such host is one of them or a subdomain.
pub(crate) fn domains() -> impl Iterator<Item = &'static str> {
    aws_domains().chain(stores::suffixes())
}

/// The domains of all AWS hosts: every such host is one of them or a subdomain.
pub(crate) fn aws_domains() -> impl Iterator<Item = &'static str> {
    partition::suffixes().chain([aws::RESOURCE_SUFFIX])
}

/// Infers the scope from a `Host` header, with or without a port.
pub(crate) fn infer_from_header(host: &str) -> Option<Inference> {
    infer(host.rsplit_once(':').map_or(host, |(name, _)| name))
}

/// Whether hosts that imply this service are known to sign for it. Otherwise its name was only guessed from a host.
pub(crate) fn is_known_service(name: &str) -> bool {
    let tables = [names::SIGNING_NAMES, names::RESOURCE_NAMES, names::REGION_FIRST_NAMES];
    services::SERVICES.binary_search(&name).is_ok() || tables.into_iter().flatten().any(|(_, service)| *service == name)
}

/// Adapts a path rule to the server of a request. Only a raw `+` in the path is read in two ways, so other paths keep
/// the rule.
pub(crate) fn path_rule_for(request: &Request, rule: PathRule) -> PathRule {
    if request.path().contains(&b'+') { path_rule_at(request.host(), rule) } else { rule }
}

/// Adapts a path rule to a host, for any path: AWS reads a raw `+` in an object key as a space.
pub(crate) fn path_rule_at(host: Option<&str>, rule: PathRule) -> PathRule {
    let is_aws = || host.and_then(infer_from_header).is_some_and(|inference| inference.provider == AWS);
    let is_read = rule.encoding == PathEncoding::Once && rule.plus == PathPlus::Plus;
    if is_read && is_aws() { PathRule { plus: PathPlus::Space, ..rule } } else { rule }
}

impl Inference {
    #[doc(hidden)]
    pub fn from_provider(provider: &'static str) -> Self {
        Inference { service: None, region: None, provider, bucket: None, region_set: None, zone: None, note: None }
    }

    fn for_service(mut self, service: &str) -> Self {
        self.service = Some(service.to_owned());
        self
    }

    fn in_region(mut self, region: Option<&str>) -> Self {
        self.region = region.map(str::to_owned);
        self
    }

    fn with_bucket(mut self, bucket: Option<&str>) -> Self {
        self.bucket = bucket.filter(|bucket| !bucket.is_empty()).map(str::to_owned);
        self
    }

    fn in_region_set(mut self, regions: &'static str) -> Self {
        self.region_set = Some(regions);
        self
    }

    fn noting(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

/// The part before `suffix` and its dot; empty if the host is the suffix itself.
fn in_front_of<'h>(host: &'h str, suffix: &str) -> Option<&'h str> {
    let front = host.strip_suffix(suffix)?;
    if front.is_empty() { Some(front) } else { front.strip_suffix('.') }
}

/// Accepts underscores, which host names may not contain but old buckets do.
fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
