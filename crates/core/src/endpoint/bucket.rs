//! The bucket that a host names. What Version 2 and forms sign depends on it, and no request says how its server was addressed.

use super::infer;

/// What is known of how buckets stand in hosts.
#[derive(Debug, Clone, Copy, Default)]
pub struct BucketRule<'a> {
    /// The bucket of the host, as the user says it; an empty one means that the host names none.
    pub chosen: Option<&'a str>,
    /// Hosts of endpoints, with or without their ports: what stands before one of them is a bucket.
    pub endpoints: &'a [String],
}

impl BucketRule<'_> {
    /// The bucket that a host names: as chosen, else what stands before a known endpoint, else what the host's own form
    /// says. None where the bucket stands in the path, and where nothing is known of the host.
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

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_goes_before_the_endpoint_and_the_endpoint_before_the_form_of_the_host() {
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
