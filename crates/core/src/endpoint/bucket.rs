//! Finds the bucket that a host names. Version 2 and forms sign the bucket, and a request does not show whether it uses
//! virtual-hosted or path-style addressing.

use super::infer;

/// What is known about buckets in host names.
#[derive(Debug, Clone, Copy, Default)]
pub struct BucketRule<'a> {
    /// The bucket that the user gave for the host; an empty one means that the host names none.
    pub chosen: Option<&'a str>,
    /// Hosts of endpoints, with or without ports: whatever precedes one of them is a bucket.
    pub endpoints: &'a [String],
}

impl BucketRule<'_> {
    /// The bucket that a host names: `chosen` if given; otherwise the part before a known endpoint; otherwise what
    /// [`infer`](super::infer) finds. `None` if the bucket is in the path, or if the host is unknown.
    pub fn bucket_of(&self, host: &str) -> Option<String> {
        if let Some(chosen) = self.chosen {
            return Some(chosen.to_owned()).filter(|chosen| !chosen.is_empty());
        }
        let host = without_port(host).to_ascii_lowercase();
        for endpoint in self.endpoints {
            let endpoint = without_port(endpoint).to_ascii_lowercase();
            if host == endpoint {
                return None;
            }
            if let Some(bucket) = host.strip_suffix(&endpoint).and_then(|before| before.strip_suffix('.')) {
                return Some(bucket.to_owned());
            }
        }
        infer(&host)?.bucket
    }
}

/// The host of a `Host` header without the port, which may be empty (RFC 3986, section 3.2.3).
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_bucket_precedes_the_endpoint_and_that_precedes_inference() {
        let endpoints = ["store.example:8080".to_owned()];
        let rule = BucketRule { chosen: None, endpoints: &endpoints };
        assert_eq!(rule.bucket_of("my.bucket.Store.example:8080").as_deref(), Some("my.bucket"));
        assert_eq!(rule.bucket_of("store.example"), None);
        assert_eq!(rule.bucket_of("other.example"), None);
        assert_eq!(rule.bucket_of("photos.s3.eu-west-1.amazonaws.com").as_deref(), Some("photos"));
        assert_eq!(BucketRule { chosen: Some("b"), ..rule }.bucket_of("store.example").as_deref(), Some("b"));
        assert_eq!(BucketRule { chosen: Some(""), ..rule }.bucket_of("b.store.example"), None);
    }
}
