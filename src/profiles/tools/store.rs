//! Settings that several tools derive from the host of the store: its region, and how buckets are addressed.

use std::net::Ipv4Addr;

use crate::profiles::profile::{Addressing, Settings};
use sigvet_core::endpoint::{S3Variant, infer};
use sigvet_core::request::RequestUrl;

/// The region that the tools sign for until a store names another one.
pub(super) const FIRST_REGION: &str = "us-east-1";

/// AWS's host for all regions.
pub(super) const AWS_HOST: &str = "s3.amazonaws.com";

/// The region for tools that ask the store for it; `None` if the host names it, because then it is inferred for each
/// request.
pub(super) fn region_of(url: &str) -> Option<String> {
    region_of_host(url).is_none().then(|| FIRST_REGION.to_owned())
}

/// The region in the host of a URL.
pub(super) fn region_of_host(url: &str) -> Option<String> {
    infer(host_of(url)?)?.region
}

/// Replaces AWS's host for all regions by the host of the profile's region. sigvet takes that host for one in a
/// single region, while the tools sign for another region there or go to the region's own host. An HTTPS endpoint is
/// dropped, because AWS's own is the default anyway.
pub(super) fn settle(settings: Settings) -> Settings {
    let has_own_buckets = settings.bucket_endpoint_url.is_some();
    let bucket_endpoint_url = settings.bucket_endpoint_url.as_deref().map(|url| match regional(url, &settings) {
        Some((scheme, host)) => format!("{scheme}://{host}"),
        None => url.to_owned(),
    });
    let Some((scheme, host)) = settings.endpoint_url.as_deref().and_then(|url| regional(url, &settings)) else {
        return Settings { bucket_endpoint_url, ..settings };
    };
    Settings {
        endpoint_url: (scheme == "http").then(|| format!("http://{host}")),
        bucket_endpoint_url,
        addressing: settings.addressing.filter(|addressing| has_own_buckets || *addressing == Addressing::Path),
        region: Some(settings.region.unwrap_or_else(|| FIRST_REGION.to_owned())),
        ..settings
    }
}

/// The scheme of the URL and AWS's host in the profile's region, if the URL has the host for all regions.
fn regional(url: &str, settings: &Settings) -> Option<(String, String)> {
    let (scheme, _) = url.split_once("://").filter(|(_, host)| *host == AWS_HOST)?;
    let region = settings.region.as_deref().unwrap_or(FIRST_REGION);
    Some((scheme.to_owned(), S3Variant::default().host_in(region).ok()?))
}

/// The default addressing of minio-go, which mc and restic use: virtual-hosted for hosts of AWS, Google and Alibaba,
/// otherwise path-style.
pub(super) fn addressing_of_minio(url: &str) -> Option<Addressing> {
    let host = host_of(url).unwrap_or_default().to_ascii_lowercase();
    let is_virtual = ["amazonaws.com", "amazonaws.com.cn", "googleapis.com", "aliyuncs.com"]
        .into_iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.')));
    // For these hosts, virtual-hosted addressing is the default if the bucket's name fits.
    (!is_virtual).then_some(Addressing::Path)
}

/// Turns a host or a URL into a URL with a lower-case scheme.
pub(super) fn as_url(endpoint: &str) -> String {
    match endpoint.split_once("://") {
        Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        None => format!("https://{endpoint}"),
    }
}

/// The reason why a URL cannot be an endpoint, if there is one. It does not quote the URL, which may contain a key.
pub(super) fn endpoint_problem(url: &str, addressing: Option<Addressing>) -> Option<&'static str> {
    let Some((scheme, rest)) = url.split_once("://") else { return Some(NOT_A_URL) };
    let authority = rest.split('/').next().unwrap_or_default();
    if url.contains(['"', '\'', '`']) {
        return Some("contains quotes; write it without them");
    }
    if url.contains(['{', '}', '<', '>']) {
        return Some("contains a placeholder such as {account}; write the value in its place");
    }
    if !matches!(scheme, "http" | "https") {
        return Some("must be an http:// or https:// URL, or a host");
    }
    if authority.contains('@') {
        return Some("has a user or a key in front of its host; remove it");
    }
    if url.contains(['?', '#']) {
        return Some("must have no query and no fragment");
    }
    let Ok(parsed) = RequestUrl::parse(url) else { return Some(NOT_A_URL) };
    let is_address = parsed.host().starts_with('[') || parsed.host().parse::<Ipv4Addr>().is_ok();
    (is_address && addressing == Some(Addressing::Virtual))
        .then_some("is an IP address, and a bucket name cannot be put in front of one; use path-style addressing")
}

const NOT_A_URL: &str = "is not a valid URL; expected https://HOST or http://HOST:PORT";

/// The reason why the region cannot be signed for, if there is one.
pub(super) fn region_problem(settings: &Settings) -> Option<&'static str> {
    let region = settings.region.as_deref()?;
    let is_sound = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if region.is_empty() || !is_sound {
        return Some("is not a region; expected letters, digits, '-', '_' and '.'");
    }
    let is_of_aws = settings.endpoint_url.is_none() && settings.bucket_endpoint_url.is_none();
    (is_of_aws && S3Variant::default().host_in(region).is_err())
        .then_some("is not a region of AWS, and there is no endpoint of another store")
}

fn host_of(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split('/').next()?;
    Some(authority.rsplit_once(':').map_or(authority, |(host, _)| host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url_with_only_a_host() {
        let virtual_hosted = Some(Addressing::Virtual);
        for url in ["https://h", "http://h:9000", "https://h/base", "https://[::1]:9000", "http://127.0.0.1"] {
            assert_eq!(endpoint_problem(url, None), None, "{url}");
        }
        for url in [
            "https://",
            "ftp://h",
            "https://h?x=1",
            "https://K:s@h",
            "https://h:99999",
            "https://\"h\"",
            "https://{account}.h",
            "https://h h",
        ] {
            assert!(endpoint_problem(url, None).is_some(), "{url}");
        }
        for url in ["https://[::1]:9000", "http://127.0.0.1:9000"] {
            assert!(endpoint_problem(url, virtual_hosted).is_some(), "{url}");
        }
        assert_eq!(as_url("HTTP://h"), "http://h");
        assert_eq!(as_url("http-store.example"), "https://http-store.example");
    }
}
