//! Signing with Version 2: which options it supports, and which bucket the host names.

use crate::cli::failure::Failure;
use crate::cli::options::signing::{PathOptions, SigningOptions};
use crate::cli::request::address;
use crate::profiles;
use sigvet_core::endpoint;
use sigvet_core::prepare::Identity;
use sigvet_core::time::Timestamp;
use sigvet_core::v2::{Names, Placement, SubResources, Terms, takes_version_2};

/// How to sign with Version 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version2Choice {
    /// The provider's header and parameter names.
    pub names: &'static Names,
    /// The bucket in the host name.
    pub bucket: Option<String>,
    /// Which query parameters are signed.
    pub sub_resources: SubResources,
    /// A warning about the host.
    pub warning: Option<String>,
}

impl Version2Choice {
    /// Chooses for a host.
    ///
    /// # Errors
    /// An option is not supported by Version 2, the service is not S3, or the provider does not support Version 2.
    pub fn of(signing: &SigningOptions, profile: &profiles::Settings, host: &str) -> Result<Self, Failure> {
        check_options(signing)?;
        check_service(signing, host)?;
        let names = Names::for_dialect(&signing.dialect_or_default()).ok_or_else(|| {
            Failure::usage("Version 2 exists only in the dialects of AWS and Google")
                .hint("use --dialect aws, which most stores support, or --dialect goog")
        })?;
        let endpoints = endpoints(signing, profile);
        let bucket = signing.bucket.rule(&endpoints).bucket_of(host);
        let sub_resources = sub_resources(signing.sub_resources.as_deref(), names)?;
        Ok(Self { names, bucket, sub_resources, warning: only_version_4(host) })
    }

    /// Describes the choice, for `-v`.
    pub fn to_note(&self) -> String {
        match &self.bucket {
            Some(bucket) => format!("Signature Version 2: the host names bucket {bucket}"),
            None => {
                "Signature Version 2: the bucket is in the path (if the host has it, name it with --bucket)".to_owned()
            }
        }
    }
}

/// The list from the options: either a complete list, or changes to the standard one.
fn sub_resources(typed: Option<&[String]>, names: &Names) -> Result<SubResources, Failure> {
    let Some(typed) = typed else { return Ok(SubResources::Standard) };
    let typed: Vec<&str> = typed.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let is_change = |name: &&str| name.starts_with(['+', '-']);
    let changes = typed.iter().filter(|name| is_change(name)).count();
    if changes != 0 && changes != typed.len() {
        return Err(Failure::usage("--sub-resources has both names and changes")
            .hint("write NAME,NAME to replace the usual list, or +NAME,-NAME to change it"));
    }
    if changes == 0 {
        return Ok(SubResources::Named(typed.into_iter().map(str::to_owned).collect()));
    }
    let mut list: Vec<&str> = SubResources::standard(names).collect();
    for change in typed {
        match change.strip_prefix('+') {
            Some(more) => list.push(more),
            None => list.retain(|name| Some(*name) != change.strip_prefix('-')),
        }
    }
    Ok(SubResources::Named(list.into_iter().map(str::to_owned).collect()))
}

/// The hosts of the user's stores.
pub fn endpoints(signing: &SigningOptions, profile: &profiles::Settings) -> Vec<String> {
    address::endpoint_hosts(profile.endpoint_urls(signing.endpoint_url.as_deref()))
}

/// Refuses options of the Version 4 family, which would be silently ignored.
fn check_options(signing: &SigningOptions) -> Result<(), Failure> {
    let typed = [
        (signing.aws_sigv4.is_some(), "--aws-sigv4"),
        (signing.signing_key.is_some(), "--signing-key"),
        (signing.region_set.is_some(), "--region-set"),
        (signing.payload_hash.is_some(), "--payload-hash"),
        (signing.unsigned_payload, "--unsigned-payload"),
        (signing.signed_headers.is_some(), "--signed-headers"),
        (signing.streaming.payload.is_some(), "--payload"),
        (signing.token_unsigned, "--token-unsigned"),
        (signing.path != PathOptions::default(), "--normalize-path and --encode-path"),
    ];
    match typed.into_iter().find(|(is_typed, _)| *is_typed) {
        Some((_, option)) => Err(Failure::usage(format!("{option} has no meaning in Signature Version 2"))
            .hint("omit the option: Version 2 signs with the secret itself, uses the path as sent, and does not sign the payload")),
        None => Ok(()),
    }
}

fn check_service(signing: &SigningOptions, host: &str) -> Result<(), Failure> {
    let inferred = || endpoint::infer(host).and_then(|inferred| inferred.service);
    match signing.service.clone().or_else(inferred) {
        Some(service) if !matches!(service.as_str(), "s3" | "storage") => Err(Failure::usage(format!(
            "Signature Version 2 works only with S3, but the request is for service {service}"
        ))
        .hint("use --scheme v4, or pass --service s3 if the host is an object store")),
        _ => Ok(()),
    }
}

/// A message if AWS's region never supported Version 2.
fn only_version_4(host: &str) -> Option<String> {
    let inferred = endpoint::infer(host).filter(|inferred| inferred.provider == "AWS")?;
    let region = inferred.region.filter(|region| !takes_version_2(region))?;
    Some(format!("S3 in {region} accepts only Version 4"))
}

/// Warnings about the expiry of a URL: `Expires` is an instant, and may be in the past.
pub fn warnings_of_life(terms: &Terms, identity: &Identity, now: Timestamp) -> Vec<String> {
    let Placement::Query { expires_at } = terms.placement else { return Vec::new() };
    let end = expires_at.to_rfc3339();
    let is_over = (expires_at < now).then(|| format!("the URL has already expired, at {end}"));
    let ends_first = identity.expires_at.filter(|credentials| *credentials < expires_at).map(|credentials| {
        format!("the credentials expire at {}, before the URL expires at {end}", credentials.to_rfc3339())
    });
    is_over.into_iter().chain(ends_first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(typed: &[&str]) -> Result<Vec<String>, Failure> {
        let typed: Vec<String> = typed.iter().map(|name| (*name).to_owned()).collect();
        match sub_resources(Some(&typed), &Names::AWS)? {
            SubResources::Named(list) => Ok(list),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_list_is_complete_or_a_change_to_the_standard_one() {
        assert_eq!(list(&["acl", "x"]).unwrap(), ["acl", "x"]);
        assert_eq!(list(&[""]).unwrap(), [""; 0]);
        let usual = SubResources::standard(&Names::AWS).count();
        let changed = list(&["-object-lock", "-restore", "+x"]).unwrap();
        assert_eq!(changed.len(), usual - 1);
        assert!(changed.contains(&"x".to_owned()) && !changed.contains(&"object-lock".to_owned()));
        assert!(list(&["acl", "-restore"]).is_err());
    }
}
