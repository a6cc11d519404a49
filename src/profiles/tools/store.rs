//! What several tools leave to the host of their store: its region, and where the bucket's name goes.

use crate::profiles::profile::{Addressing, Settings};
use sigvet_core::endpoint::{S3Variant, infer};

/// The region that the tools sign for until a store tells them another.
pub(super) const FIRST_REGION: &str = "us-east-1";

/// The region of a store whose tool asks for it; `None` if the host tells it whenever a request is signed.
pub(super) fn region_of(url: &str) -> Option<String> {
    let is_known = host_of(url).and_then(infer).is_some_and(|found| found.region.is_some());
    (!is_known).then(|| FIRST_REGION.to_owned())
}

/// The settings with AWS's host for all regions put right: it is taken for that of one region, while the tools sign for another there
/// or go to that region's own. Over HTTPS AWS's own endpoint is the default anyway.
pub(super) fn settle(settings: Settings) -> Settings {
    let Some((scheme, host)) = settings.endpoint_url.as_deref().and_then(|url| url.split_once("://")) else {
        return settings;
    };
    if host != "s3.amazonaws.com" {
        return settings;
    }
    let region = settings.region.clone().unwrap_or_else(|| FIRST_REGION.to_owned());
    let Ok(host) = S3Variant::default().host_in(&region) else { return settings };
    Settings {
        endpoint_url: (scheme == "http").then(|| format!("http://{host}")),
        addressing: settings.addressing.filter(|addressing| *addressing == Addressing::Path),
        region: Some(region),
        ..settings
    }
}

/// Where minio-go, which is in mc and in restic, puts the bucket if it is told nothing: in front of hosts of AWS, Google and
/// Alibaba, and else into the path.
pub(super) fn addressing_of_minio(url: &str) -> Option<Addressing> {
    let host = host_of(url).unwrap_or_default().to_ascii_lowercase();
    let is_virtual = ["amazonaws.com", "amazonaws.com.cn", "googleapis.com", "aliyuncs.com"]
        .into_iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.')));
    // A host that is known to have buckets in front of it gets them there where their name fits.
    (!is_virtual).then_some(Addressing::Path)
}

fn host_of(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    Some(authority.rsplit_once(':').map_or(authority, |(host, _)| host))
}
