//! Credentials that cannot be read, as messages may show them.

use crate::endpoint::is_region;
use crate::scheme::is_day;

/// A credential without what may be a secret. What comes before the date or the region may be a secret access key, which
/// people put in place of the ID and which may contain slashes: each part of it becomes `…`.
pub(crate) fn without_key(credential: &str) -> String {
    let is_of_scope = |part: &&str| is_day(part) || is_region(part) || part.ends_with("4_request");
    let slash = ["%2F", "%2f"].into_iter().find(|slash| credential.contains(slash)).unwrap_or("/");
    let mut parts: Vec<&str> = credential.split(slash).collect();
    let length = parts.iter().position(is_of_scope).unwrap_or(parts.len());
    parts.iter_mut().take(length).filter(|part| !part.is_empty()).for_each(|part| *part = "…");
    parts.join(slash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret is the one of AWS's own examples.
    #[test]
    fn only_the_scope_is_shown() {
        for (credential, shown) in [
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "…/…/…"),
            ("AKIDEXAMPLE", "…"),
            ("", ""),
            ("/20150830/us-east-1/s3", "/20150830/us-east-1/s3"),
            ("wJalrXUtnFEMI/20150830/us-east-1/aws4_request", "…/20150830/us-east-1/aws4_request"),
            ("wJalrXUtnFEMI/us-gov-west-1/s3/aws4_request", "…/us-gov-west-1/s3/aws4_request"),
            ("wJalrXUtnFEMI/s3/aws4_request", "…/…/aws4_request"),
            ("wJalr%2FXUtnFEMI%2F20150830%2Fs3", "…%2F…%2F20150830%2Fs3"),
            ("wJalr%2fXUtn/FEMI%2f20150830", "…%2f…%2f20150830"),
            ("wJalr%2FXUtn/20150830/us-east-1", "…%2F…"),
        ] {
            assert_eq!(without_key(credential), shown, "{credential}");
        }
    }
}
