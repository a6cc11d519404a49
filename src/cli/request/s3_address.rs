//! Resolves `s3://bucket/key` to a URL: with an endpoint, with AWS's own hosts of a region, or with the host of an
//! access point or a directory bucket.

use crate::cli::failure::Failure;
use crate::cli::request::address::{has_user_for_bucket, names_user, parse};
use crate::cli::request::s3_key::{self, S3Path};
use crate::profiles::Addressing;
use sigvet_core::endpoint::{Resource, S3Variant, infer};
use sigvet_core::request::{RequestUrl, path_for_key};

/// Where `s3://` URLs lead.
#[derive(Debug, Clone, Copy, Default)]
pub struct Store<'a> {
    /// The endpoint, such as `https://fsn1.your-objectstorage.com`.
    pub endpoint_url: Option<&'a str>,
    /// The endpoint of a bucket whose name fits in a host name, if it is not `endpoint_url`.
    pub bucket_endpoint_url: Option<&'a str>,
    /// Whether the bucket goes into the host or into the path.
    pub addressing: Option<Addressing>,
    /// The region, which is part of AWS's host names.
    pub region: Option<&'a str>,
    /// The variant of AWS's hosts if there is no endpoint.
    pub variant: S3Variant,
}

/// Resolves a URL as typed.
pub fn resolve(typed: &str, store: Store<'_>) -> Result<RequestUrl, Failure> {
    match typed.strip_prefix("s3://") {
        Some(rest) if has_user_for_bucket(rest) => Err(names_user()),
        Some(rest) => resolve_s3(rest, store),
        None => parse(typed),
    }
}

/// The query that was split off an `s3://` URL although it might belong to the key.
pub fn ambiguous_query(typed: &str) -> Option<&str> {
    let path = s3_key::split(typed.strip_prefix("s3://")?);
    path.query.filter(|_| path.path.split_once('/').is_some_and(|(_, key)| !key.is_empty()))
}

fn resolve_s3(rest: &str, store: Store<'_>) -> Result<RequestUrl, Failure> {
    let S3Path { path, query } = s3_key::split(rest);
    if let Some(resource) = resource(path, store)? {
        return parse(&with_key(format!("https://{}/", resource.host), resource.key, query));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if bucket.is_empty() && !(key.is_empty() && path.is_empty()) {
        return Err(
            Failure::usage("s3:// without a bucket").hint("write s3://bucket/key, or s3:// to list the buckets")
        );
    }
    let store = match store.bucket_endpoint_url {
        Some(url) if !bucket.is_empty() && fits_a_host(bucket) => Store { endpoint_url: Some(url), ..store },
        _ => store,
    };
    let endpoint = endpoint(bucket, store)?;
    let base = String::from_utf8_lossy(endpoint.target()).trim_end_matches('/').to_owned();
    let host = endpoint.host_header();
    let base = match addressing(store, &endpoint, bucket)? {
        _ if bucket.is_empty() => format!("{host}{base}/"),
        Addressing::Virtual => format!("{bucket}.{host}{base}/"),
        Addressing::Path => format!("{host}{base}/{bucket}/"),
    };
    parse(&with_key(format!("{}://{base}", endpoint.scheme().as_str()), key, query))
}

/// The given endpoint, or otherwise AWS's own for the region. Accelerated hosts do not list buckets.
fn endpoint(bucket: &str, store: Store<'_>) -> Result<RequestUrl, Failure> {
    if let Some(endpoint) = store.endpoint_url {
        return parse(endpoint);
    }
    let region = store.region.ok_or_else(|| {
        Failure::usage("no region for s3://, which AWS's own endpoint requires")
            .hint("pass --region, set AWS_REGION or region in the profile; or pass --endpoint-url for another store")
    })?;
    let accelerate = store.variant.accelerate && !bucket.is_empty();
    let host = S3Variant { accelerate, ..store.variant }.host_in(region).map_err(|error| {
        Failure::invalid(error)
            .hint("pass --endpoint-url, or set endpoint_url in the profile, for a store other than AWS")
    })?;
    parse(&format!("https://{host}/"))
}

/// A resource with its own host at AWS: an access point by its ARN, or a directory bucket if there is no endpoint.
fn resource<'p>(path: &'p str, store: Store<'_>) -> Result<Option<Resource<'p>>, Failure> {
    if let Some(of_arn) = Resource::from_arn(path) {
        return of_arn.map(Some).map_err(|error| {
            Failure::invalid(error).hint("for example s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/NAME/key")
        });
    }
    let is_of_aws = store.endpoint_url.is_none() && store.bucket_endpoint_url.is_none();
    let region = store.region.filter(|_| is_of_aws);
    Ok(region.and_then(|region| Resource::from_directory_bucket(path, region)))
}

/// Appends the key to the bucket's URL, and then the query.
fn with_key(mut base: String, key: &str, query: Option<&str>) -> String {
    // The base ends with the slash that the path begins with.
    base.push_str(&path_for_key(key)[1..]);
    match query {
        Some(query) => format!("{base}?{query}"),
        None => base,
    }
}

/// The addressing style that was requested; otherwise the path, unless the host is known to accept the bucket as a
/// subdomain.
fn addressing(store: Store<'_>, endpoint: &RequestUrl, bucket: &str) -> Result<Addressing, Failure> {
    let is_accelerated = store.variant.accelerate && store.endpoint_url.is_none() && !bucket.is_empty();
    let fits_a_label = bucket.len() <= 63
        && bucket.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    match store.addressing {
        _ if is_accelerated && !fits_a_label => Err(Failure::usage(format!(
            "bucket '{bucket}' cannot be accelerated: its name does not fit in a host name"
        ))
        .hint("unset use_accelerate_endpoint")),
        _ if is_accelerated => Ok(Addressing::Virtual),
        // No host has such a name: with an endpoint of their own AWS's SDKs, s3cmd and MinIO's client do the same.
        Some(Addressing::Virtual) if !fits_a_host(bucket) => Ok(Addressing::Path),
        Some(chosen) => Ok(chosen),
        None if fits_a_label && serves_virtual_hosts(endpoint.host()) => Ok(Addressing::Virtual),
        None => Ok(Addressing::Path),
    }
}

/// Whether a bucket's name can be part of a host name: host names are in lower case, and dots separate their labels.
fn fits_a_host(bucket: &str) -> bool {
    bucket.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

/// Whether the host is one of a store with a host for each bucket: then the bucket can be inferred from such a
/// host.
fn serves_virtual_hosts(host: &str) -> bool {
    infer(host).is_some_and(|found| found.bucket.is_none())
        && infer(&format!("bucket.{host}")).is_some_and(|found| found.bucket.as_deref() == Some("bucket"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(typed: &str, endpoint: &str, addressing: Option<Addressing>) -> String {
        resolve(typed, Store { endpoint_url: Some(endpoint), addressing, ..Store::default() }).unwrap().to_string()
    }

    #[test]
    fn a_bucket_goes_where_the_store_expects_it() {
        let hetzner = "https://fsn1.your-objectstorage.com";
        assert_eq!(
            resolved("s3://bkt/a b+é/", hetzner, None),
            "https://bkt.fsn1.your-objectstorage.com/a%20b%2B%C3%A9/"
        );
        assert_eq!(
            resolved("s3://bkt?policy", hetzner, Some(Addressing::Path)),
            "https://fsn1.your-objectstorage.com/bkt/?policy"
        );
        assert_eq!(resolved("s3://b.c/k", hetzner, None), "https://fsn1.your-objectstorage.com/b.c/k");
    }

    /// botocore puts the bucket into the path for every custom endpoint, unless `addressing_style = virtual`.
    #[test]
    fn an_unknown_endpoint_gets_the_bucket_in_the_path() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/bkt/k"),
            ("http://[::1]:9000/", "http://[::1]:9000/bkt/k"),
            ("http://minio:9000", "http://minio:9000/bkt/k"),
            ("https://s3.example.com/base", "https://s3.example.com/base/bkt/k"),
            ("https://abc.storage.supabase.co/storage/v1/s3", "https://abc.storage.supabase.co/storage/v1/s3/bkt/k"),
        ] {
            assert_eq!(resolved("s3://bkt/k", endpoint, None), expected);
        }
        let chosen = Some(Addressing::Virtual);
        assert_eq!(resolved("s3://bkt/k", "http://minio:9000", chosen), "http://bkt.minio:9000/k");
        assert_eq!(resolved("s3://Bkt/k", "http://minio:9000", chosen), "http://minio:9000/Bkt/k");
        assert_eq!(resolved("s3://b.kt/k", "http://minio:9000", chosen), "http://b.kt.minio:9000/k");
    }

    /// Source: botocore 1.43.11 with virtual addressing, as the AWS CLI 2 presigns.
    #[test]
    fn without_an_endpoint_the_host_is_that_of_aws_in_the_region() {
        let store = |region, variant| Store { region: Some(region), variant, ..Store::default() };
        let plain = S3Variant::default();
        let (dual, fast) = (S3Variant { dual_stack: true, ..plain }, S3Variant { accelerate: true, ..plain });
        for (typed, region, variant, expected) in [
            ("s3://bkt/k", "eu-west-1", plain, "https://bkt.s3.eu-west-1.amazonaws.com/k"),
            ("s3://a.b/k", "eu-west-1", plain, "https://s3.eu-west-1.amazonaws.com/a.b/k"),
            ("s3://Up/k", "eu-west-1", plain, "https://s3.eu-west-1.amazonaws.com/Up/k"),
            ("s3://bkt/k", "cn-north-1", plain, "https://bkt.s3.cn-north-1.amazonaws.com.cn/k"),
            ("s3://bkt/k", "eu-west-1", dual, "https://bkt.s3.dualstack.eu-west-1.amazonaws.com/k"),
            ("s3://a.b/k", "eu-west-1", dual, "https://s3.dualstack.eu-west-1.amazonaws.com/a.b/k"),
            ("s3://bkt/k", "eu-west-1", fast, "https://bkt.s3-accelerate.amazonaws.com/k"),
            ("s3://", "eu-west-1", plain, "https://s3.eu-west-1.amazonaws.com/"),
            ("s3://", "eu-west-1", fast, "https://s3.eu-west-1.amazonaws.com/"),
        ] {
            assert_eq!(resolve(typed, store(region, variant)).unwrap().to_string(), expected, "{typed}");
        }
        let refused = |typed, store| resolve(typed, store).unwrap_err().to_string();
        assert!(refused("s3://a.b/k", store("eu-west-1", fast)).contains("cannot be accelerated"));
        assert!(refused("s3://bkt/k", store("fsn1", plain)).contains("not a region of AWS: 'fsn1'"));
        assert!(refused("s3://bkt/k", Store::default()).contains("no region for s3://"));
        assert!(refused("s3:///k", store("eu-west-1", plain)).contains("without a bucket"));
    }

    #[test]
    fn no_bucket_lists_the_buckets_of_the_endpoint() {
        assert_eq!(resolved("s3://", "http://127.0.0.1:9000", None), "http://127.0.0.1:9000/");
        assert_eq!(
            resolved("s3://", "https://fsn1.your-objectstorage.com", None),
            "https://fsn1.your-objectstorage.com/"
        );
    }

    #[test]
    fn a_resource_with_its_own_host_needs_no_endpoint() {
        let store = Store { region: Some("us-east-1"), ..Store::default() };
        let text = |typed: &str| resolve(typed, store).unwrap().to_string();
        let access_point = "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/ap/a b?tagging";
        let host = "https://ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com";
        assert_eq!(text(access_point), format!("{host}/a%20b?tagging"));
        let host = "https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
        assert_eq!(text("s3://b--use1-az4--x-s3/k"), format!("{host}/k"));
        let refused = |typed: &str| resolve(typed, store).unwrap_err().to_string();
        assert!(refused("s3://arn:aws:iam::123456789012:user/x").contains("invalid access point ARN"));
        let at_home = Store { endpoint_url: Some("http://127.0.0.1:9000"), ..store };
        let url = resolve("s3://b--use1-az4--x-s3/k", at_home).unwrap().to_string();
        assert_eq!(url, "http://127.0.0.1:9000/b--use1-az4--x-s3/k");
    }

    #[test]
    fn a_key_in_front_of_the_bucket_is_refused() {
        for typed in ["s3://AKIAIOSFODNN7EXAMPLE:hush/REST@bucket/key", "s3://AKID:hush@bucket/key"] {
            let store = Store { endpoint_url: Some("https://h.example"), ..Store::default() };
            let failure = resolve(typed, store).unwrap_err();
            assert!(failure.to_string().starts_with("the URL contains a user"), "{typed}: {failure}");
        }
    }
}
