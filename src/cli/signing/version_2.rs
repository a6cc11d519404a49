//! Signing with Version 2: what of the options has a meaning in it, and which bucket the host names.

use crate::cli::failure::Failure;
use crate::cli::options::signing::{PathOptions, SigningOptions};
use crate::cli::request::address;
use crate::profiles;
use sigvet_core::endpoint;
use sigvet_core::prepare::Identity;
use sigvet_core::time::Timestamp;
use sigvet_core::v2::{Names, Placement, Terms, takes_version_2};

/// How a session signs with Version 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version2Choice {
    /// The provider's names.
    pub names: &'static Names,
    /// The bucket that the host names.
    pub bucket: Option<String>,
    /// What is to be said of the host.
    pub warning: Option<String>,
}

impl Version2Choice {
    /// Chooses for a host.
    ///
    /// # Errors
    /// Options that Version 2 has no use for, a service that is not S3, a provider that does not speak it.
    pub fn of(signing: &SigningOptions, profile: &profiles::Settings, host: &str) -> Result<Self, Failure> {
        check_options(signing)?;
        check_service(signing, host)?;
        let names = Names::for_dialect(&signing.dialect_or_default()).ok_or_else(|| {
            Failure::usage("Version 2 is known in the names of AWS and of Google alone")
                .hint("--dialect aws, which other stores speak, or --dialect goog")
        })?;
        let endpoints = endpoints(signing, profile);
        let bucket = signing.bucket.rule(&endpoints).bucket_of(host);
        Ok(Self { names, bucket, warning: only_version_4(host) })
    }

    /// The decision, for `-v`.
    pub fn to_note(&self) -> String {
        match &self.bucket {
            Some(bucket) => format!("Signature Version 2: the host names bucket {bucket}"),
            None => "Signature Version 2: the host names no bucket; --bucket says otherwise".to_owned(),
        }
    }
}

/// The hosts of the stores that the user has.
pub fn endpoints(signing: &SigningOptions, profile: &profiles::Settings) -> Vec<String> {
    address::endpoint_hosts(signing.endpoint_url.as_deref().or(profile.endpoint_url.as_deref()))
}

/// Options of the Version 4 family would be ignored in silence.
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
            .hint("it signs by the secret itself, with the path as it is sent, and no payload; leave the option out")),
        None => Ok(()),
    }
}

fn check_service(signing: &SigningOptions, host: &str) -> Result<(), Failure> {
    let inferred = || endpoint::infer(host).and_then(|inferred| inferred.service);
    match signing.service.clone().or_else(inferred) {
        Some(service) if !matches!(service.as_str(), "s3" | "storage") => {
            Err(Failure::usage(format!("Signature Version 2 is S3's, and the request is for service {service}"))
                .hint("--scheme v4 signs for it; --service s3, where the host belongs to an object store"))
        }
        _ => Ok(()),
    }
}

/// A region of AWS that never took Version 2.
fn only_version_4(host: &str) -> Option<String> {
    let inferred = endpoint::infer(host).filter(|inferred| inferred.provider == "AWS")?;
    let region = inferred.region.filter(|region| !takes_version_2(region))?;
    Some(format!("S3 in {region} accepts only Version 4"))
}

/// What is to be said of a URL's end: `Expires` is an instant, and may be in the past.
pub fn warnings_of_life(terms: &Terms, identity: &Identity, now: Timestamp) -> Vec<String> {
    let Placement::Query { expires_at } = terms.placement else { return Vec::new() };
    let end = expires_at.to_rfc3339();
    let is_over = (expires_at < now).then(|| format!("the URL is over already: it expired at {end}"));
    let ends_first = identity.expires_at.filter(|credentials| *credentials < expires_at).map(|credentials| {
        format!("the credentials expire at {}, before the URL expires at {end}", credentials.to_rfc3339())
    });
    is_over.into_iter().chain(ends_first).collect()
}
