//! The hosts of AWS, in all its partitions.
//!
//! A host is read from the right: the suffix names the partition, then comes the region, then the service, then
//! whatever belongs to the customer. Names that a customer may choose are furthest left, so they cannot be mistaken for
//! the rest, even if a bucket is called `s3.us-west-2`. Which names sign for which services is data, in `names`.

use super::names::{
    GLOBAL_SERVICES, MULTI_REGION_NAMES, NOTES, REGION_FIRST_NAMES, RESOURCE_NAMES, SIGNING_NAMES, UNSIGNED_NAMES,
};
use super::partition::{ALL_REGIONS, Parts, is_region, without_fips};
use super::{Inference, in_front_of, s3};

const PROVIDER: &str = "AWS";
const GLOBAL: &str = "the host has no region: the region of global services is assumed";
const UNSIGNED: &str = "requests to this host are not signed with AWS credentials";
const NO_REGION: &str = "the host has no region";
const NOT_A_SERVICE: &str = "this is the host of one resource, and its name does not show the service";
const MULTI_REGION: &str = "a multi-region endpoint: sign with v4a for a set of regions";

/// Names of hosts that run customers' own programs, not an API of AWS.
const CUSTOMER_NAMES: &[&str] = &["compute", "compute-1", "elb"];

/// The suffix of customers' resources whose hosts are not under a partition's suffix.
pub(super) const RESOURCE_SUFFIX: &str = "on.aws";

pub(super) fn infer(host: &str) -> Option<Inference> {
    if let Some(front) = in_front_of(host, RESOURCE_SUFFIX) {
        return infer_resource(front);
    }
    let parts = Parts::of(host)?;
    if parts.labels.last().is_some_and(|last| CUSTOMER_NAMES.contains(last)) {
        return None;
    }
    s3::infer(&parts, Inference::from_provider(PROVIDER)).or_else(|| infer_service(&parts))
}

fn infer_service(parts: &Parts) -> Option<Inference> {
    let found = Inference::from_provider(PROVIDER);
    let (last, front) = parts.labels.split_last()?;
    if let (None, Some(region)) = (parts.region, front.last().filter(|label| is_region(label))) {
        return Some(infer_region_first(found, last, region));
    }
    let names = ending_names(&parts.labels);
    if find(UNSIGNED_NAMES, &names, |name| name).is_some() {
        return Some(found.in_region(parts.region).noting(UNSIGNED));
    }
    let service = service_of(&names);
    let is_known = find(SIGNING_NAMES, &names, |(name, _)| name).is_some()
        || find(MULTI_REGION_NAMES, &names, |name| name).is_some()
        || GLOBAL_SERVICES.contains(&service.as_str());
    if parts.region.is_none() && !is_known && !front.is_empty() {
        return Some(found.noting(NOT_A_SERVICE));
    }
    Some(infer_scope(parts, &names, found.for_service(&service), &service))
}

fn infer_scope(parts: &Parts, names: &[String], mut found: Inference, service: &str) -> Inference {
    if find(MULTI_REGION_NAMES, names, |name| name).is_some() {
        return found.in_region(parts.region).in_region_set(ALL_REGIONS).noting(MULTI_REGION);
    }
    if let Some(region) = parts.region {
        found.note = find(NOTES, names, |(name, _)| name).map(|(_, note)| *note);
        return found.in_region(Some(region));
    }
    match global_region(parts, service) {
        Some(region) => found.in_region(Some(region)).noting(GLOBAL),
        None => found.noting(NO_REGION),
    }
}

/// Infers the service of hosts that put the region before the service: `search-logs-abc.us-east-1.es.amazonaws.com`.
fn infer_region_first(found: Inference, last: &str, region: &str) -> Inference {
    let found = found.in_region(Some(region));
    match REGION_FIRST_NAMES.iter().find(|(name, _)| *name == without_fips(last)) {
        Some((_, service)) => found.for_service(service),
        None => found.noting(NOT_A_SERVICE),
    }
}

/// Reads `ID.lambda-url.us-east-1.on.aws`. Only names whose requests are known to be signed get a service.
fn infer_resource(front: &str) -> Option<Inference> {
    let mut labels: Vec<&str> = front.split('.').collect();
    let region = labels.pop_if(|last| is_region(last))?;
    let found = Inference::from_provider(PROVIDER).in_region(Some(region));
    // DSQL's hosts for PrivateLink append an ID to the name: `abc.dsql-fnh4.us-east-1.on.aws`.
    let last = labels.last().copied();
    let name = last.map(|last| if last.starts_with("dsql-") { "dsql" } else { without_fips(last) });
    let known = name.and_then(|name| RESOURCE_NAMES.iter().find(|(known, _)| *known == name));
    Some(match known {
        Some((_, service)) => found.for_service(service),
        None => found.noting(NOT_A_SERVICE),
    })
}

fn global_region(parts: &Parts, service: &str) -> Option<&'static str> {
    if !parts.is_global && !GLOBAL_SERVICES.contains(&service) {
        return None;
    }
    // IAM in China is the one global service that is in another region than the others of its partition.
    let is_china = parts.global_region.starts_with("cn-");
    Some(if is_china && service == "iam" { "cn-north-1" } else { parts.global_region })
}

/// The signing name for the longest known name at the end of a host; otherwise its last label.
fn service_of(names: &[String]) -> String {
    match find(SIGNING_NAMES, names, |(name, _)| name) {
        Some((_, service)) => (*service).to_owned(),
        // `abc-ats.iot`: the data plane has a host for each account; the control plane is plain `iot`.
        None if names.first().is_some_and(|name| name.ends_with(".iot")) => "iotdata".to_owned(),
        None => names.last().cloned().unwrap_or_default(),
    }
}

/// The row of a table for the longest of the names that has one.
fn find<'t, T>(table: &'t [T], names: &[String], key: impl Fn(&T) -> &str) -> Option<&'t T> {
    names.iter().find_map(|name| table.iter().find(|row| key(row) == name))
}

/// The last three labels, the last two, and the last one, each joined to one name, without FIPS marks (`fips.batch`,
/// `models-fips.lex`).
fn ending_names(labels: &[&str]) -> Vec<String> {
    let labels: Vec<&str> = labels.iter().filter(|label| **label != "fips").map(|label| without_fips(label)).collect();
    (1..=labels.len().min(3))
        .rev()
        .map(|count| labels.get(labels.len() - count..).unwrap_or_default().join("."))
        .collect()
}
