//! From the URL as typed to the URL that is sent to: `https://…` as it is, `s3://bucket/key` by way of an endpoint, and
//! `s3://arn:…/key` and `s3://NAME--ZONE--x-s3/key` by the hosts that AWS has for them.

use crate::cli::failure::Failure;
use crate::profiles::{Addressing, looks_like_key_id};
use sigvet_core::endpoint::Resource;
use sigvet_core::request::{InvalidUrl, RequestUrl, path_for_key};
use sigvet_diagnose::formats::{UnreadableUrl, parse_url};

/// Where `s3://` URLs lead.
#[derive(Debug, Clone, Copy, Default)]
pub struct Store<'a> {
    /// The endpoint, `https://fsn1.your-objectstorage.com`.
    pub endpoint_url: Option<&'a str>,
    /// Whether the bucket goes into the host or into the path.
    pub addressing: Option<Addressing>,
    /// The region, which the host of a directory bucket names.
    pub region: Option<&'a str>,
}

/// Resolves what was typed.
pub fn resolve(typed: &str, store: Store<'_>) -> Result<RequestUrl, Failure> {
    match typed.strip_prefix("s3://") {
        Some(rest) if has_user_for_bucket(rest) => Err(names_user()),
        Some(rest) => resolve_s3(rest, store),
        None => parse(typed),
    }
}

/// The host of an endpoint with its port, where there is one that can be read.
pub fn endpoint_hosts(endpoint_url: Option<&str>) -> Vec<String> {
    endpoint_url.and_then(|url| parse(url).ok()).map(|url| url.host_header()).into_iter().collect()
}

/// Parses an http, https or wss URL. One that names a user is refused: to drop the name would sign with other keys than were
/// meant.
pub fn parse(typed: &str) -> Result<RequestUrl, Failure> {
    if has_user(typed) {
        return Err(names_user());
    }
    parse_url(typed).map_err(|error| {
        let hint = match &error {
            UnreadableUrl::Invalid(InvalidUrl::Scheme { presented }) if looks_like_host(presented) => {
                Some(format!("did you mean https://{presented}?"))
            }
            UnreadableUrl::Invalid(InvalidUrl::Scheme { presented }) if looks_like_key(presented) => {
                Some(format!("did you mean s3://{presented}?"))
            }
            UnreadableUrl::Invalid(InvalidUrl::Scheme { .. }) => {
                Some("a URL begins with https://, http://, wss:// or s3://".to_owned())
            }
            UnreadableUrl::Invalid(InvalidUrl::Control { .. }) => {
                Some("write it percent-encoded, such as %0A".to_owned())
            }
            _ => None,
        };
        Failure::invalid(error).with_hints(hint)
    })
}

fn names_user() -> Failure {
    Failure::usage("the URL has a user or a key in front of its host")
        .hint("give the key by --profile, or by -u KEY:SECRET")
}

/// Whether a key stands where the bucket of an `s3://` URL should: no bucket has an `@`, and none with a `:` (of a tenant, or in
/// an ARN) is followed by one in its object's key when it is meant.
fn has_user_for_bucket(rest: &str) -> bool {
    let bucket = rest.split('/').next().unwrap_or_default();
    let is_key = || bucket.split_once(':').is_some_and(|(id, _)| looks_like_key_id(id));
    bucket.contains('@') || (rest.contains('@') && is_key())
}

/// Whether a user stands in front of the host. A password that was not percent-encoded may hold the `/` that would end the
/// authority: then what seems to be host and port is none, and an `@` follows.
fn has_user(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let names_no_host = || match authority.rsplit_once(':') {
        Some((host, port)) => looks_like_key_id(host) || !(host.starts_with('[') || is_port(port)),
        None => looks_like_key_id(authority),
    };
    authority.contains('@') || (target.contains('@') && names_no_host())
}

fn is_port(text: &str) -> bool {
    text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn looks_like_host(text: &str) -> bool {
    !text.contains("://") && text.split('/').next().is_some_and(|host| host.contains('.') && !host.contains(' '))
}

/// `bucket/key`, as some tools take it.
fn looks_like_key(text: &str) -> bool {
    let of_bucket = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    text.split_once('/').is_some_and(|(bucket, _)| bucket.len() >= 3 && bucket.chars().all(of_bucket))
}

/// The key is taken as text and percent-encoded; a query behind `?` is taken as it is.
fn resolve_s3(rest: &str, store: Store<'_>) -> Result<RequestUrl, Failure> {
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    if let Some(resource) = resource(path, store)? {
        return parse(&with_key(format!("https://{}/", resource.host), resource.key, query));
    }
    let endpoint = store.endpoint_url.ok_or_else(|| {
        Failure::usage("s3:// needs an endpoint")
            .hint("give --endpoint-url, or a profile with endpoint_url, or write the URL out")
    })?;
    let endpoint = parse(endpoint)?;
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if bucket.is_empty() {
        return Err(Failure::usage("s3:// without a bucket").hint("write s3://bucket/key"));
    }
    let base = String::from_utf8_lossy(endpoint.target()).trim_end_matches('/').to_owned();
    let (host, target) = match addressing(store.addressing, &endpoint, bucket) {
        Addressing::Virtual => (format!("{bucket}.{}", endpoint.host_header()), format!("{base}/")),
        Addressing::Path => (endpoint.host_header(), format!("{base}/{bucket}/")),
    };
    parse(&with_key(format!("{}://{host}{target}", endpoint.scheme().as_str()), key, query))
}

/// What has a host of its own at AWS: an access point by its ARN, a directory bucket where no endpoint was given.
fn resource<'p>(path: &'p str, store: Store<'_>) -> Result<Option<Resource<'p>>, Failure> {
    if let Some(of_arn) = Resource::from_arn(path) {
        return of_arn.map(Some).map_err(|error| {
            Failure::invalid(error).hint("for example s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/NAME/key")
        });
    }
    let region = store.region.filter(|_| store.endpoint_url.is_none());
    Ok(region.and_then(|region| Resource::from_directory_bucket(path, region)))
}

/// The key behind what leads to its bucket, and the query behind the key.
fn with_key(mut base: String, key: &str, query: Option<&str>) -> String {
    // The base ends with the slash that the path begins with.
    base.push_str(&path_for_key(key)[1..]);
    match query {
        Some(query) => format!("{base}?{query}"),
        None => base,
    }
}

/// The addressing asked for; else by path where the bucket cannot stand in a host name, or the host is an address.
fn addressing(chosen: Option<Addressing>, endpoint: &RequestUrl, bucket: &str) -> Addressing {
    let host = endpoint.host();
    let is_address = host.starts_with('[') || host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok();
    let fits_a_label = bucket.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    match chosen {
        Some(chosen) => chosen,
        None if is_address || !fits_a_label => Addressing::Path,
        None => Addressing::Virtual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(typed: &str, endpoint: &str, addressing: Option<Addressing>) -> String {
        resolve(typed, Store { endpoint_url: Some(endpoint), addressing, region: None }).unwrap().to_string()
    }

    #[test]
    fn a_bucket_goes_where_the_store_wants_it() {
        let hetzner = "https://fsn1.your-objectstorage.com";
        assert_eq!(resolved("s3://b/a b+é/", hetzner, None), "https://b.fsn1.your-objectstorage.com/a%20b%2B%C3%A9/");
        assert_eq!(
            resolved("s3://b?policy", hetzner, Some(Addressing::Path)),
            "https://fsn1.your-objectstorage.com/b/?policy"
        );
        assert_eq!(resolved("s3://b.c/k", hetzner, None), "https://fsn1.your-objectstorage.com/b.c/k");
        assert_eq!(resolved("s3://b/k", "http://127.0.0.1:9000/", None), "http://127.0.0.1:9000/b/k");
    }

    #[test]
    fn what_has_a_host_of_its_own_needs_no_endpoint() {
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
    fn a_forgotten_scheme_is_guessed_in_the_hint() {
        let failure = parse("bucket.s3.amazonaws.com/key").unwrap_err();
        assert_eq!(failure.hints(), ["did you mean https://bucket.s3.amazonaws.com/key?"]);
        assert_eq!(parse("photos/cat.png").unwrap_err().hints(), ["did you mean s3://photos/cat.png?"]);
        let failure = parse("https://AKID:hush@bucket.s3.amazonaws.com/a@b").unwrap_err().to_string();
        assert!(failure.contains("user") && !failure.contains("hush"), "{failure}");
        for typed in [
            "https://AKID:hush/REST@host/key",
            "https://AKID:hush?REST@host",
            "https://AKIAIOSFODNN7EXAMPLE:123/hush@host",
            "https://AKIAIOSFODNN7EXAMPLE:12345678/hush@host",
            "s3://AKIAIOSFODNN7EXAMPLE:hush/REST@bucket/key",
            "s3://AKID:hush@bucket/key",
        ] {
            let store = Store { endpoint_url: Some("https://h.example"), ..Store::default() };
            let failure = resolve(typed, store).unwrap_err();
            assert!(failure.to_string().starts_with("the URL has a user"), "{typed}: {failure}");
        }
        assert!(parse("https://bucket.s3.amazonaws.com:8443/a@b?c=d@e").is_ok());
        assert!(parse("http://[::1]:9000/a@b").is_ok());
        assert!(parse("https://bucket.s3.amazonaws.com/a@b?c=d@e").is_ok());
        assert!(resolve("s3://", Store::default()).unwrap_err().to_string().contains("endpoint"));
    }
}
