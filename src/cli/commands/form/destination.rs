//! Where a form uploads to: the bucket, the key, and the URL of the bucket, which the form is sent to.
//!
//! `s3://bucket/key` contains bucket and key explicitly, and the key is used as it is. For an http URL, the bucket
//! is in the host if the host's form, a known endpoint or `--bucket` says so; otherwise it is the first segment of
//! the path. The key is percent-decoded.

use crate::cli::failure::Failure;
use crate::cli::request::address;
use crate::cli::request::s3_address::{self, Store};
use crate::cli::request::s3_key;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::RequestUrl;

/// A bucket with its URL, and a key in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    /// The URL that the form is sent to.
    pub(super) url: RequestUrl,
    /// The bucket's name.
    pub(super) bucket: String,
    /// The key, which may be empty or contain `${filename}`.
    pub(super) key: String,
}

impl Destination {
    /// Parses the URL as typed. `chosen` is the bucket in the host name according to the options.
    pub(super) fn read(typed: &str, store: Store<'_>, chosen: Option<&str>) -> Result<Self, Failure> {
        match typed.strip_prefix("s3://") {
            Some(rest) => Self::of_s3(rest, store),
            None => Self::of_http(&address::parse(typed)?, store, chosen),
        }
    }

    fn of_s3(rest: &str, store: Store<'_>) -> Result<Self, Failure> {
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if s3_key::split(rest).query.is_some() {
            return Err(with_query());
        }
        if bucket.is_empty() {
            return Err(Failure::usage("s3:// without a bucket").hint("write s3://bucket/key"));
        }
        if rest.starts_with("arn:") {
            return Err(
                Failure::usage("a form needs a bucket, but an ARN does not name one").hint("write s3://bucket/key")
            );
        }
        let url = s3_address::resolve(&format!("s3://{bucket}/"), store)?;
        let path = String::from_utf8_lossy(url.target()).trim_end_matches('/').to_owned();
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let url = url.with_target(path).expect("the beginning of a path is a path");
        Ok(Self { url, bucket: bucket.to_owned(), key: key.to_owned() })
    }

    fn of_http(url: &RequestUrl, store: Store<'_>, chosen: Option<&str>) -> Result<Self, Failure> {
        if url.target().contains(&b'?') {
            return Err(with_query());
        }
        let endpoints = address::endpoint_hosts(store.bucket_endpoint_url.into_iter().chain(store.endpoint_url));
        let path = url.target().strip_prefix(b"/").unwrap_or_default();
        if let Some(bucket) = (BucketRule { chosen, endpoints: &endpoints }).bucket_of(&url.host_header()) {
            return Ok(Self {
                url: url.with_target("/").expect("the beginning of a path is a path"),
                bucket,
                key: decoded(path)?,
            });
        }
        let split = path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
        let (bucket, rest) = path.split_at(split);
        let target = [b"/", bucket].concat();
        let key = decoded(rest.strip_prefix(b"/").unwrap_or_default())?;
        if bucket.is_empty() {
            return Err(Failure::usage(format!("neither the host {} nor the path contains a bucket", url.host()))
                .hint(
                    "write https://host/bucket/key, or s3://bucket/key, or say with --bucket which one the host names",
                ));
        }
        Ok(Self {
            url: url.with_target(target).expect("the beginning of a path is a path"),
            bucket: decoded(bucket)?,
            key,
        })
    }
}

fn with_query() -> Failure {
    Failure::usage("a form's URL has no query: parameters are form fields")
        .hint("a '?' in a key is %3F in an http URL; parameters go into --field NAME=VALUE")
}

fn decoded(wire: &[u8]) -> Result<String, Failure> {
    String::from_utf8(decode(wire, Plus::Literal))
        .map_err(|_| Failure::usage("the key is not UTF-8, which a form cannot express").hint("use a UTF-8 key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str, endpoint: &str, chosen: Option<&str>) -> (String, String, String) {
        let endpoint_url = Some(endpoint).filter(|endpoint| !endpoint.is_empty());
        let store = Store { endpoint_url, ..Store::default() };
        let Destination { url, bucket, key } = Destination::read(typed, store, chosen).unwrap();
        (url.to_string(), bucket, key)
    }

    #[test]
    fn bucket_and_key_are_distinguished_and_the_form_goes_to_the_bucket() {
        for (typed, endpoint, chosen, expected) in [
            (
                "s3://b/k/${filename}",
                "https://fsn1.your-objectstorage.com",
                None,
                ("https://b.fsn1.your-objectstorage.com/", "b", "k/${filename}"),
            ),
            ("s3://b/a%20b+é", "http://127.0.0.1:9000", None, ("http://127.0.0.1:9000/b", "b", "a%20b+é")),
            ("s3://b", "http://127.0.0.1:9000", None, ("http://127.0.0.1:9000/b", "b", "")),
            (
                "https://b.s3.eu-west-1.amazonaws.com/a%20b/${filename}",
                "",
                None,
                ("https://b.s3.eu-west-1.amazonaws.com/", "b", "a b/${filename}"),
            ),
            (
                "https://s3.eu-west-1.amazonaws.com/b/k/l",
                "",
                None,
                ("https://s3.eu-west-1.amazonaws.com/b", "b", "k/l"),
            ),
            ("http://store.test:81/b/k", "", None, ("http://store.test:81/b", "b", "k")),
            ("http://b.store.test:81/k", "http://store.test:81", None, ("http://b.store.test:81/", "b", "k")),
            ("http://files.test/k/l", "", Some("files"), ("http://files.test/", "files", "k/l")),
            ("http://h.test/b//k%2Fl", "", None, ("http://h.test/b", "b", "/k/l")),
        ] {
            let (url, bucket, key) = expected;
            assert_eq!(read(typed, endpoint, chosen), (url.to_owned(), bucket.to_owned(), key.to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_url_without_a_bucket_or_with_a_query_is_refused() {
        for typed in [
            "http://h.test/",
            "http://h.test",
            "http://h.test/b/k?x",
            "http://h.test/b/%FF",
            "s3://b/k?x",
            "s3://arn:aws:s3:r:1:accesspoint/a/k",
        ] {
            assert!(Destination::read(typed, Store::default(), None).is_err(), "{typed}");
        }
    }
}
