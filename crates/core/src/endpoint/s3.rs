//! The hosts of AWS S3 and related services: regional, legacy, dual-stack, accelerated, access points, Outposts,
//! Express.
//!
//! Partition and region have been read before. This module looks at the last of the remaining labels; whatever precedes
//! that label is a bucket, including its dots, or another kind of resource. Paths are not considered: with path-style
//! addressing no bucket is found.

use super::Inference;
use super::partition::{ALL_REGIONS, Parts, is_region, without_fips};

const LEGACY_GLOBAL: &str = "the legacy global endpoint of S3: region us-east-1 assumed";
const ACCELERATED: &str = "an accelerated endpoint does not name the region: it is the bucket's";
const WEBSITE: &str = "a website endpoint does not accept signatures: use the bucket's REST endpoint";
const MULTI_REGION_ACCESS_POINT: &str = "a multi-region access point: sign with v4a for a set of regions";

/// The label of multi-region access points.
const GLOBAL_LABEL: &str = "s3-global";
const EXPRESS: &str = "S3 Express: object requests are signed with the credentials of CreateSession";
const OUTPOSTS: &str = "S3 on Outposts also accepts v4a";

/// What precedes the service's label.
#[derive(Clone, Copy, PartialEq)]
enum Front {
    Bucket,
    Resource,
}

/// A label that ends a host of S3: the service it signs for, what precedes it, and a note for the user.
struct S3Label {
    label: &'static str,
    service: &'static str,
    front: Front,
    note: Option<&'static str>,
}

#[rustfmt::skip]
const S3_LABELS: &[S3Label] = &[
    S3Label { label: "s3", service: "s3", front: Front::Bucket, note: None },
    S3Label { label: "s3-accelerate", service: "s3", front: Front::Bucket, note: Some(ACCELERATED) },
    S3Label { label: "s3-website", service: "s3", front: Front::Bucket, note: Some(WEBSITE) },
    S3Label { label: "s3-accesspoint", service: "s3", front: Front::Resource, note: None },
    S3Label { label: "s3-control", service: "s3", front: Front::Resource, note: None },
    S3Label { label: GLOBAL_LABEL, service: "s3", front: Front::Resource, note: Some(MULTI_REGION_ACCESS_POINT) },
    S3Label { label: "s3-object-lambda", service: "s3-object-lambda", front: Front::Resource, note: None },
    S3Label { label: "s3-outposts", service: "s3-outposts", front: Front::Resource, note: Some(OUTPOSTS) },
    S3Label { label: "s3express-control", service: "s3express", front: Front::Resource, note: None },
];

/// A label that only us-east-1 has, besides plain `s3`.
const LEGACY_LABEL: &str = "s3-external-1";

/// Infers the scope of an S3 host; `None` if the last label is not one of S3's.
pub(super) fn infer(parts: &Parts, found: Inference) -> Option<Inference> {
    let (last, front) = parts.labels.split_last()?;
    let bucket = match &parts.before_vpce {
        Some(before) => bucket_before_interface_endpoint(before),
        None => front.join("."),
    };
    if last.starts_with("s3express-") && !last.starts_with("s3express-control") {
        return Some(infer_express(found, (last, &bucket), parts.region));
    }
    if *last == LEGACY_LABEL {
        return Some(in_legacy_region(found.for_service("s3").with_bucket(Some(&bucket))));
    }
    let (label, region) = split_region(last);
    let form = S3_LABELS.iter().find(|form| form.label == without_fips(label))?;
    let bucket = (form.front == Front::Bucket).then_some(bucket.as_str());
    let mut found = found.for_service(form.service).in_region(parts.region.or(region)).with_bucket(bucket);
    found.note = form.note;
    if form.label == GLOBAL_LABEL {
        found = found.in_region_set(ALL_REGIONS);
    }
    let is_legacy = form.label == "s3" && found.region.is_none() && parts.global_region == "us-east-1";
    Some(if is_legacy { in_legacy_region(found) } else { found })
}

fn in_legacy_region(found: Inference) -> Inference {
    found.in_region(Some("us-east-1")).noting(LEGACY_GLOBAL)
}

/// Splits the region off a legacy label: `s3-us-west-2`, `s3-website-eu-west-1`, `s3-fips-us-gov-west-1`.
fn split_region(label: &str) -> (&str, Option<&str>) {
    let split = label
        .match_indices('-')
        .map(|(at, _)| (label.get(..at).unwrap_or_default(), label.get(at + 1..).unwrap_or_default()));
    match split.into_iter().find(|(_, rest)| is_region(rest)) {
        Some((label, region)) => (label, Some(region)),
        None => (label, None),
    }
}

/// Reads a host of S3 Express. The name of a directory bucket ends in `--x-s3`; `--xa-s3` is an access point. The zone
/// is in the label.
fn infer_express(found: Inference, (label, front): (&str, &str), region: Option<&str>) -> Inference {
    let zone = label.trim_start_matches("s3express-").trim_start_matches("fips-");
    let bucket = front.ends_with("--x-s3").then_some(front);
    let found = found.for_service("s3express").in_region(region).with_bucket(bucket).noting(EXPRESS);
    Inference { zone: (!front.is_empty()).then(|| zone.to_owned()), ..found }
}

/// The bucket in `my.bucket.bucket.vpce-1a2b.s3.…`: the last label names the kind of resource, and only `bucket`
/// counts.
fn bucket_before_interface_endpoint(before: &[&str]) -> String {
    match before.split_last() {
        Some((&"bucket", bucket)) => bucket.join("."),
        _ => String::new(),
    }
}
