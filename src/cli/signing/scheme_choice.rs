//! Chooses the scheme from the options, the host or the profile, in that order, and refuses options that it does
//! not support.

use clap::ValueEnum;

use crate::cli::credentials::signer::Signer;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::signing::{SchemeName, SigningOptions};
use sigvet_core::scheme::{Dialect, Scheme};
use sigvet_core::x509::CertifiedKey;

/// The schemes that a profile can name. `x509` is not one of them: a profile with a certificate is of a kind of its
/// own.
const NAMES_IN_PROFILES: [SchemeName; 3] = [SchemeName::V4, SchemeName::V4a, SchemeName::V2];

/// Chooses the scheme. `by_host` is the region set of a host that serves many regions: it requires Version 4A
/// regardless of the profile, because the host's region also takes precedence over the profile's.
pub fn choose(signing: &SigningOptions, by_host: Option<&str>, in_profile: Option<&str>) -> Result<Scheme, Failure> {
    let is_of_profile = signing.scheme.is_none() && by_host.is_none();
    let name = match (signing.scheme, by_host, in_profile) {
        (Some(name), _, _) => name,
        // `--aws-sigv4` names the scheme together with the provider.
        (None, Some(_), _) if signing.aws_sigv4.is_none() => SchemeName::V4a,
        (None, _, None) => SchemeName::V4,
        (None, _, Some(text)) => SchemeName::from_str(text, false).map_err(|_| {
            let names = NAMES_IN_PROFILES.map(SchemeName::as_str).join(", ");
            Failure::new(Exit::BrokenProfiles, format!("unknown scheme '{text}' in the profile, expected {names}"))
                .hint("pass --scheme v4 to sign with Signature Version 4 anyway")
        })?,
    };
    name.canonical().ok_or_else(|| {
        if is_of_profile && name == SchemeName::X509 {
            return Failure::new(Exit::BrokenProfiles, "the profile has scheme x509, but no certificate")
                .hint("add certificate and private_key to the profile, or remove the scheme");
        }
        Failure::usage("the request cannot be signed with the key of a certificate here").hint(
            "use --scheme x509 with 'sigvet sign' or 'sigvet send', or a profile with certificate and private_key",
        )
    })
}

/// The scheme for signing with the key of a certificate. Refuses options that it does not support.
pub fn certified(key: &CertifiedKey, signing: &SigningOptions) -> Result<Scheme, Failure> {
    if signing.region_set.is_some() {
        return Err(Failure::usage("--region-set is for Version 4A, and a certificate signs for one region")
            .hint("pass --region instead"));
    }
    Ok(Scheme::X509(key.algorithm()))
}

/// Refuses options that the scheme does not support.
pub fn check(scheme: Scheme, signing: &SigningOptions, signer: &Signer) -> Result<(), Failure> {
    let refuse = |problem: &str, hint: String| Err(Failure::usage(problem).hint(hint));
    match scheme {
        Scheme::V4 if signing.region_set.is_some() => refuse(
            "--region-set is for Version 4A, and the request is to be signed with Version 4",
            "pass --scheme v4a to sign for a set of regions, or --region for one region".to_owned(),
        ),
        Scheme::V4a if signing.dialect_or_default() != Dialect::AWS4 => {
            refuse("only AWS supports Version 4A", "omit --dialect, or sign with --scheme v4".to_owned())
        }
        Scheme::V4a if matches!(signer, Signer::Key(_)) => refuse(
            "--signing-key is of Version 4, and the request is to be signed with Version 4A",
            "use the secret instead: Version 4A signs with a key pair derived from it".to_owned(),
        ),
        Scheme::V4a => match &signing.region {
            Some(region) => refuse(
                "--region applies to Version 4, but the request is signed with Version 4A, whose scope has no region",
                format!("pass --region-set {region} to choose the regions"),
            ),
            None => Ok(()),
        },
        Scheme::X509(_) if signing.dialect_or_default() != Dialect::AWS4 => {
            refuse("only AWS takes signatures by a certificate's key", "omit --dialect".to_owned())
        }
        Scheme::V4 | Scheme::X509(_) => Ok(()),
    }
}
