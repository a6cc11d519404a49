//! Parses URLs as users type them: http, https and wss. A URL with a user is refused.

use crate::cli::failure::Failure;
use crate::profiles::looks_like_key_id;
use sigvet_core::request::{InvalidUrl, RequestUrl};
use sigvet_diagnose::formats::{UnreadableUrl, parse_url};

/// The host of an endpoint with its port, if there is an endpoint and it can be parsed.
pub fn endpoint_hosts<'u>(endpoint_urls: impl IntoIterator<Item = &'u str>) -> Vec<String> {
    endpoint_urls.into_iter().filter_map(|url| parse(url).ok()).map(|url| url.host_header()).collect()
}

/// Parses an http, https or wss URL. A URL with a user is refused: dropping the user would sign with other keys
/// than were meant.
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
                Some(format!("use s3://{presented}"))
            }
            UnreadableUrl::Invalid(InvalidUrl::Scheme { .. }) => {
                Some("begin the URL with https://, http://, wss:// or s3://".to_owned())
            }
            UnreadableUrl::Invalid(InvalidUrl::Control { .. }) => {
                Some("write it percent-encoded, such as %0A".to_owned())
            }
            _ => None,
        };
        Failure::invalid(error).with_hints(hint)
    })
}

pub(super) fn names_user() -> Failure {
    Failure::usage("the URL contains a user or a key before the host")
        .hint("give the key with --profile or -u KEY:SECRET")
}

/// Whether an access key is in place of the bucket of an `s3://` URL. No bucket has an `@`. A bucket with a `:` (of
/// a tenant, or in an ARN) is not followed by an `@` in the object's key, unless the bucket is really an access
/// key.
pub(super) fn has_user_for_bucket(rest: &str) -> bool {
    let bucket = rest.split('/').next().unwrap_or_default();
    let is_key = || bucket.split_once(':').is_some_and(|(id, _)| looks_like_key_id(id));
    bucket.contains('@') || (rest.contains('@') && is_key())
}

/// Whether a URL has a user before its host. A password that was not percent-encoded may contain a `/`, which would
/// end the authority: then what seems to be host and port is invalid, and an `@` follows.
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

/// Whether a text has the form `bucket/key`, which some tools accept.
fn looks_like_key(text: &str) -> bool {
    let of_bucket = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    text.split_once('/').is_some_and(|(bucket, _)| bucket.len() >= 3 && bucket.chars().all(of_bucket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgotten_scheme_is_guessed_in_the_hint() {
        let failure = parse("bucket.s3.amazonaws.com/key").unwrap_err();
        assert_eq!(failure.hints(), ["did you mean https://bucket.s3.amazonaws.com/key?"]);
        assert_eq!(parse("photos/cat.png").unwrap_err().hints(), ["use s3://photos/cat.png"]);
        let failure = parse("https://AKID:hush@bucket.s3.amazonaws.com/a@b").unwrap_err().to_string();
        assert!(failure.contains("user") && !failure.contains("hush"), "{failure}");
        for typed in [
            "https://AKID:hush/REST@host/key",
            "https://AKID:hush?REST@host",
            "https://AKIAIOSFODNN7EXAMPLE:123/hush@host",
            "https://AKIAIOSFODNN7EXAMPLE:12345678/hush@host",
        ] {
            let failure = parse(typed).unwrap_err();
            assert!(failure.to_string().starts_with("the URL contains a user"), "{typed}: {failure}");
        }
        assert!(parse("https://bucket.s3.amazonaws.com:8443/a@b?c=d@e").is_ok());
        assert!(parse("http://[::1]:9000/a@b").is_ok());
        assert!(parse("https://bucket.s3.amazonaws.com/a@b?c=d@e").is_ok());
    }
}
