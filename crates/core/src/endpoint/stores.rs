//! The hosts of S3-compatible stores other than AWS.
//!
//! Each row has a suffix and a rule for reading the region from the part before it, taken from the store's own
//! documentation. A store whose rule could not be verified has no row: no answer is better than a wrong one, because
//! then the user is asked for the region.

use super::{Inference, in_front_of};

const ANY_REGION: &str = "this store accepts any region";
const CDN: &str = "a CDN host does not accept signatures: use the bucket's own host";
const GOOGLE: &str = "for AWS4-HMAC-SHA256; GOOG4-HMAC-SHA256 signs for the service storage";
const PROJECT_REGION: &str = "the host does not name the region: it is the project's";
const UNKNOWN_ALIAS: &str = "an alias of a region that sigvet does not know";

/// How to read region and bucket from the host of a store; `BUCKET` and its dot may always be missing.
enum Rule {
    /// `BUCKET.REGION.suffix`
    Region,
    /// `BUCKET.LABEL.REGION.suffix`, with one of these labels.
    LabelRegion(&'static [&'static str]),
    /// `BUCKET.PREFIX-REGION.suffix`; the prefix is given with its dash.
    PrefixRegion(&'static str),
    /// `BUCKET.suffix`, with one region for all hosts, and a note.
    Fixed(&'static str, Option<&'static str>),
    /// The host is the suffix itself, with one region and path-style addressing only.
    PathOnly(&'static str),
    /// `ACCOUNT.LABEL.REGION.suffix`, with path-style addressing only.
    AccountLabelRegion(&'static str),
    /// A function of its own.
    Special(fn(Inference, &str) -> Option<Inference>),
}

#[rustfmt::skip]
const STORES: &[(&str, &str, Rule)] = &[
    ("your-objectstorage.com", "Hetzner Object Storage", Rule::Region),
    ("r2.cloudflarestorage.com", "Cloudflare R2", Rule::Special(infer_r2)),
    ("backblazeb2.com", "Backblaze B2", Rule::LabelRegion(&["s3"])),
    ("cdn.digitaloceanspaces.com", "DigitalOcean Spaces", Rule::Special(infer_cdn)),
    ("digitaloceanspaces.com", "DigitalOcean Spaces", Rule::Region),
    ("wasabisys.com", "Wasabi", Rule::Special(infer_wasabi)),
    ("scw.cloud", "Scaleway Object Storage", Rule::LabelRegion(&["s3"])),
    ("io.cloud.ovh.net", "OVHcloud Object Storage", Rule::LabelRegion(&["s3"])),
    ("perf.cloud.ovh.net", "OVHcloud Object Storage", Rule::LabelRegion(&["s3"])),
    ("cloud.ovh.net", "OVHcloud Object Storage", Rule::LabelRegion(&["s3"])),
    ("io.cloud.ovh.us", "OVHcloud Object Storage", Rule::LabelRegion(&["s3"])),
    ("perf.cloud.ovh.us", "OVHcloud Object Storage", Rule::LabelRegion(&["s3"])),
    ("cloud.ovh.us", "OVHcloud Object Storage", Rule::LabelRegion(&["s3"])),
    ("storage.googleapis.com", "Google Cloud Storage", Rule::Fixed("auto", Some(GOOGLE))),
    ("linodeobjects.com", "Linode Object Storage", Rule::Region),
    ("vultrobjects.com", "Vultr Object Storage", Rule::Region),
    ("cloud.gcore.lu", "Gcore Object Storage", Rule::Region),
    ("exo.io", "Exoscale Object Storage", Rule::PrefixRegion("sos-")),
    ("myqcloud.com", "Tencent COS", Rule::LabelRegion(&["cos"])),
    ("cloud-object-storage.appdomain.cloud", "IBM Cloud Object Storage", Rule::LabelRegion(&["s3", "s3.private", "s3.direct"])),
    ("oraclecloud.com", "Oracle Object Storage", Rule::AccountLabelRegion("compat.objectstorage")),
    ("idrivee2.com", "IDrive e2", Rule::Special(infer_idrive)),
    ("idrivecloud.io", "IDrive Cloud", Rule::Special(infer_idrive_cloud)),
    ("t3.storage.dev", "Tigris", Rule::Fixed("auto", None)),
    ("fly.storage.tigris.dev", "Tigris", Rule::Fixed("auto", None)),
    ("gateway.storjshare.io", "Storj", Rule::Fixed("global", Some(ANY_REGION))),
    ("s3.hf.co", "Hugging Face", Rule::PathOnly("us-east-1")),
    ("s3.cubbit.eu", "Cubbit DS3", Rule::PathOnly("eu-west-1")),
    ("storage.supabase.co", "Supabase Storage", Rule::Special(infer_supabase)),
];

/// Aliases that Wasabi publishes for its regions.
#[rustfmt::skip]
const WASABI_ALIASES: &[(&str, &str)] = &[
    ("nl-1", "eu-central-1"), ("de-1", "eu-central-2"), ("uk-1", "eu-west-1"), ("fr-1", "eu-west-2"),
    ("uk-2", "eu-west-3"), ("it-1", "eu-south-1"),
];

/// The suffixes of all stores.
pub(super) fn suffixes() -> impl Iterator<Item = &'static str> {
    STORES.iter().map(|(suffix, ..)| *suffix)
}

pub(super) fn infer(host: &str) -> Option<Inference> {
    STORES.iter().find_map(|(suffix, provider, rule)| {
        let front = in_front_of(host, suffix)?;
        rule.apply(Inference::from_provider(provider).for_service("s3"), front)
    })
}

impl Rule {
    fn apply(&self, found: Inference, front: &str) -> Option<Inference> {
        match self {
            Rule::Region => {
                let (bucket, region) = split_last_label(front).filter(|(_, region)| is_location(region))?;
                Some(found.in_region(Some(region)).with_bucket(Some(bucket)))
            }
            Rule::LabelRegion(labels) => {
                let (bucket, region) = split_label_region(front, labels)?;
                Some(found.in_region(Some(region)).with_bucket(Some(bucket)))
            }
            Rule::PrefixRegion(prefix) => {
                let (bucket, last) = split_last_label(front)?;
                Some(found.in_region(Some(last.strip_prefix(prefix)?)).with_bucket(Some(bucket)))
            }
            Rule::Fixed(region, note) => {
                let found = found.in_region(Some(region)).with_bucket(Some(front));
                Some(Inference { note: *note, ..found })
            }
            Rule::PathOnly(region) => front.is_empty().then(|| found.in_region(Some(region))),
            Rule::AccountLabelRegion(label) => {
                let (rest, region) = split_last_label(front)?;
                let account = in_front_of(rest, label)?;
                (!account.is_empty()).then(|| found.in_region(Some(region)))
            }
            Rule::Special(infer) => infer(found, front),
        }
    }
}

/// Splits off the last label, and returns the part before it and the label; `None` if there is no label.
fn split_last_label(front: &str) -> Option<(&str, &str)> {
    if front.is_empty() { None } else { Some(front.rsplit_once('.').unwrap_or(("", front))) }
}

/// Whether a label looks like a location (`fsn1`, `us-iad-1`): `www`, and hosts that serve buckets as websites, are
/// not.
fn is_location(label: &str) -> bool {
    label.contains(|character: char| character == '-' || character.is_ascii_digit()) && !label.starts_with("website-")
}

/// Splits `BUCKET.LABEL.REGION` into bucket and region.
fn split_label_region<'h>(front: &'h str, labels: &[&str]) -> Option<(&'h str, &'h str)> {
    let (rest, region) = split_last_label(front)?;
    let bucket = labels.iter().find_map(|label| in_front_of(rest, label))?;
    Some((bucket, region))
}

/// Reads `[BUCKET.]ACCOUNT[.JURISDICTION]`. The account is 32 hexadecimal digits; whatever precedes it is the bucket.
fn infer_r2(found: Inference, front: &str) -> Option<Inference> {
    let is_account = |label: &&str| label.len() == 32 && label.bytes().all(|byte| byte.is_ascii_hexdigit());
    let account = front.split('.').rev().find(is_account);
    let bucket =
        account.and_then(|account| front.rsplit_once(account)).and_then(|(bucket, _)| bucket.strip_suffix('.'));
    (!front.is_empty()).then(|| found.in_region(Some("auto")).with_bucket(bucket))
}

fn infer_cdn(found: Inference, front: &str) -> Option<Inference> {
    Some(Rule::Region.apply(found, front)?.noting(CDN))
}

/// Reads `[BUCKET.]s3[.REGION]`, and `iam` and `sts`, which have one host each.
fn infer_wasabi(found: Inference, front: &str) -> Option<Inference> {
    if let "iam" | "sts" = front {
        return Some(found.for_service(front).in_region(Some("us-east-1")));
    }
    if let Some(bucket) = in_front_of(front, "s3") {
        return Some(found.in_region(Some("us-east-1")).with_bucket(Some(bucket)));
    }
    let (bucket, region) = split_label_region(front, &["s3"])?;
    let alias = WASABI_ALIASES.iter().find(|(alias, _)| *alias == region);
    let region = alias.map_or(region, |(_, region)| region);
    Some(found.in_region(Some(region)).with_bucket(Some(bucket)))
}

/// Reads `[BUCKET.]s3.REGION`. Regions end in a direction and a number; aliases are a place and a number.
fn infer_idrive(found: Inference, front: &str) -> Option<Inference> {
    let (bucket, region) = split_label_region(front, &["s3"])?;
    let found = found.with_bucket(Some(bucket));
    let is_region = region.split('-').count() > 2;
    Some(if is_region { found.in_region(Some(region)) } else { found.noting(UNKNOWN_ALIAS) })
}

/// Reads `s3.REGION`. Signatures are for us-east-1 whatever the host says, and there are no virtual hosts.
fn infer_idrive_cloud(found: Inference, front: &str) -> Option<Inference> {
    split_label_region(front, &["s3"])?;
    Some(found.in_region(Some("us-east-1")))
}

/// Reads `PROJECT.storage.supabase.co`.
fn infer_supabase(found: Inference, front: &str) -> Option<Inference> {
    (!front.is_empty()).then(|| found.noting(PROJECT_REGION))
}
