//! Entry points to AWS's files and credential chain: a profile by its name, the last resort, and what is
//! known without calling a service.

use super::Chain;
use super::asking::{Asking, WebIdentity};
use super::files::AwsFiles;
use super::machine;
use super::means::{Means, Place};
use super::settings;
use crate::profiles::aws_cause::{AwsCause, ChainEnd};
use crate::profiles::found::{Described, KnownKey, Resolved, Unread};
use crate::profiles::outside::{Outside, Trusting};
use crate::profiles::profile::{Profile, SecretSource, Settings};
use crate::profiles::rank::Rank;
use crate::profiles::{AwsProvider, CertificateFields, Environment, Error, Source, Warning};
use sigvet_core::credentials::Credentials;

/// The profile of AWS's files that applies if none is named.
const DEFAULT: &str = "default";

/// The credentials of a profile of AWS's files.
pub(in crate::profiles) fn profile(
    name: &str,
    rank: Rank,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<Resolved, Error> {
    let files = AwsFiles::load(environment)?;
    if files.profile(name)?.is_none() {
        return Err(unknown(name, &files));
    }
    // As in AWS's own tools, a profile without keys leaves it to the machine to provide them.
    match of_profile(&files, name, rank, environment, outside)? {
        Chain::Found(resolved) => Ok(*resolved),
        Chain::Nothing(..) => Err(Error::NoAwsCredentials { profile: name.to_owned() }),
    }
}

/// The last resort: AWS's default profile, then the credentials that the machine provides.
pub(in crate::profiles) fn chain(environment: &Environment, outside: &dyn Outside) -> Result<Chain, Error> {
    of_profile(&AwsFiles::load(environment)?, DEFAULT, Rank::Implied, environment, outside)
}

/// Assumes a role with a key, by calling STS in this region.
///
/// # Errors
/// AWS's files are broken, or STS returns no credentials.
pub fn assume_role(
    role: &str,
    key: &Credentials,
    region: Option<&str>,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<Credentials, Error> {
    let files = AwsFiles::load(environment)?;
    let taken = Asking { files: &files, environment, outside, region }.assume(role, key);
    taken.map_err(|source| Error::Aws { asked: Source::Aws { provider: AwsProvider::AssumeRole }, source })
}

fn of_profile(
    files: &AwsFiles,
    name: &str,
    rank: Rank,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<Chain, Error> {
    let settings = settings::of_profile(files, name, rank, environment)?;
    let region = settings.region.clone();
    let outside = &Trusting { outside, ca_bundle: settings.ca_bundle.clone() };
    let asking = Asking { files, environment, outside, region: region.as_deref() };
    if let Some(identity) = web_identity(files, name, rank, environment)? {
        let asked = Source::Aws { provider: AwsProvider::WebIdentity };
        return answered(asking.web_identity(&identity, name), files, settings, asked);
    }
    if let Some((credentials, provider)) = asking.profile(name)? {
        return answered(Ok(credentials), files, settings, Source::AwsProfile { name: name.to_owned(), provider });
    }
    if machine::has_container(environment) {
        let asked = Source::Aws { provider: AwsProvider::Container };
        return answered(machine::of_container(environment, outside), files, settings, asked);
    }
    of_instance(files, name, settings, &asking)
}

/// Asks the instance metadata service, unless it is disabled. Nobody chose this source, so it is not an error
/// if the service is missing or refuses: there is just one source fewer.
fn of_instance(files: &AwsFiles, name: &str, settings: Settings, asking: &Asking<'_>) -> Result<Chain, Error> {
    if asking.environment.is_true("AWS_EC2_METADATA_DISABLED") {
        return Ok(Chain::Nothing(ChainEnd::MetadataOff, None));
    }
    let endpoint = files.profile(name)?.and_then(|profile| profile.text("ec2_metadata_service_endpoint"));
    match machine::of_instance(endpoint, asking.region, asking.environment, asking.outside) {
        Ok((credentials, region)) => {
            let settings = Settings { region: settings.region.clone().or(region), ..settings };
            answered(Ok(credentials), files, settings, Source::Aws { provider: AwsProvider::InstanceMetadata })
        }
        Err(cause) => Ok(Chain::Nothing(ChainEnd::NoMetadata, Some(cause))),
    }
}

/// Combines the credentials that a source returned with the settings and warnings from the files.
fn answered(
    answer: Result<Credentials, AwsCause>,
    files: &AwsFiles,
    settings: Settings,
    source: Source,
) -> Result<Chain, Error> {
    match answer {
        Ok(credentials) => {
            let warnings = files.warnings();
            Ok(Chain::Found(Box::new(Resolved { credentials, settings, source, warnings })))
        }
        Err(cause) => Err(Error::Aws { asked: source, source: cause }),
    }
}

/// The web identity token from the environment. It takes precedence over the keys of a profile that was not
/// named on the command line, but not over that profile's role.
fn web_identity<'a>(
    files: &'a AwsFiles,
    name: &str,
    rank: Rank,
    environment: &'a Environment,
) -> Result<Option<WebIdentity<'a>>, Error> {
    let Some(file) = environment.get("AWS_WEB_IDENTITY_TOKEN_FILE").filter(|_| rank == Rank::Implied) else {
        return Ok(None);
    };
    let profile = files.profile(name)?;
    let roles = [AwsProvider::AssumeRole, AwsProvider::CredentialSource];
    let means = profile.and_then(|profile| profile.means(Place::Chosen));
    if matches!(means, Some(Means::Asked(provider)) if roles.contains(&provider)) {
        return Ok(None);
    }
    let of_profile = |property| profile.and_then(|profile| profile.text(property));
    Ok(Some(WebIdentity {
        file,
        role: environment.get("AWS_ROLE_ARN").or_else(|| of_profile("role_arn")),
        session: environment.get("AWS_ROLE_SESSION_NAME").or_else(|| of_profile("role_session_name")),
    }))
}

/// The static keys of all profiles in AWS's files. Empty if the files cannot be read, because these keys only
/// help to identify a mistake.
pub(in crate::profiles) fn known_keys(environment: &Environment) -> Vec<KnownKey> {
    let Ok(files) = AwsFiles::load(environment) else { return Vec::new() };
    let key = |name: &str| {
        let profile = files.profile(name).ok()??;
        let Some(Means::Static(credentials)) = profile.means(Place::Source) else { return None };
        let Credentials { access_key_id, secret_access_key: secret, session_token, .. } = credentials;
        let source = Source::AwsProfile { name: name.to_owned(), provider: AwsProvider::Static };
        Some(KnownKey { source, access_key_id, secret, session_token })
    };
    files.names().filter_map(key).collect()
}

/// What [`known_keys`] leaves out: the profiles whose keys come from a command or a service, those with half a key, and
/// what cannot be read or parsed.
pub(in crate::profiles) fn unread_keys(environment: &Environment) -> Vec<Unread> {
    let files = match AwsFiles::load(environment) {
        Ok(files) => files,
        Err(error) => return vec![Unread::Broken(error)],
    };
    let of_profile = |name: &str| {
        let means = files.profile(name).ok()??.means(Place::Source)?;
        match means {
            Means::Static(_) => None,
            Means::Asked(_) => Some(Unread::Elsewhere(format!("aws:{name}"))),
            Means::Half { missing } => Some(Unread::Broken(half(name, missing))),
        }
    };
    let is_unparsed = |warning: &Warning| matches!(warning, Warning::BrokenSection { .. } | Warning::StrayLine { .. });
    let ignored = files.warnings().into_iter().filter(is_unparsed).map(Unread::Ignored);
    files.names().filter_map(of_profile).chain(ignored).collect()
}

/// The error for a profile with half a key.
fn half(name: &str, missing: &str) -> Error {
    let asked = Source::AwsProfile { name: name.to_owned(), provider: AwsProvider::Static };
    Error::Aws { asked, source: AwsCause::new(format!("{missing} is missing")) }
}

/// The profile with its static key from the files. The profile is `None` if it gets its keys in another way.
pub(in crate::profiles) fn stated(
    name: &str,
    environment: &Environment,
) -> Result<(Option<Profile>, Source, Vec<Warning>), Error> {
    let files = AwsFiles::load(environment)?;
    let profile = files.profile(name)?.ok_or_else(|| unknown(name, &files))?;
    let stated = match profile.means(Place::Chosen) {
        Some(Means::Static(key)) => Some(Profile {
            name: name.to_owned(),
            access_key_id: Some(key.access_key_id),
            secret: Some(SecretSource::Inline(key.secret_access_key)),
            session_token: key.session_token,
            certificate: CertificateFields::default(),
            settings: settings::own(&files, name, profile, environment)?,
        }),
        _ => None,
    };
    Ok((stated, Source::AwsProfile { name: name.to_owned(), provider: AwsProvider::Static }, files.warnings()))
}

/// What is known about a profile without its secret. If no profile is named, the default one is described.
pub(in crate::profiles) fn describe(
    name: Option<&str>,
    rank: Rank,
    environment: &Environment,
) -> Result<Described, Error> {
    let files = AwsFiles::load(environment)?;
    let settings = settings::of_profile(&files, name.unwrap_or(DEFAULT), rank, environment)?;
    let profile = files.profile(name.unwrap_or(DEFAULT))?;
    let provider = match profile.and_then(|profile| profile.means(Place::Chosen)) {
        Some(Means::Static(_) | Means::Half { .. }) => Some(AwsProvider::Static),
        Some(Means::Asked(provider)) => Some(provider),
        None => None,
    };
    match (profile, name) {
        (None, Some(name)) => Err(unknown(name, &files)),
        (profile, _) => Ok(Described {
            access_key_id: profile.and_then(|profile| profile.text("aws_access_key_id")).map(str::to_owned),
            settings,
            source: provider.map(|provider| Source::AwsProfile { name: name.unwrap_or(DEFAULT).to_owned(), provider }),
            warnings: files.warnings(),
        }),
    }
}

/// Whether AWS's files contain the profile. `default` is a valid name even if the files do not contain it.
pub(in crate::profiles) fn has_profile(name: &str, environment: &Environment) -> Result<bool, Error> {
    Ok(AwsFiles::load(environment)?.profile(name)?.is_some())
}

/// Names in AWS's files that are similar to this one. Empty if the files cannot be read.
pub(in crate::profiles) fn near(name: &str, environment: &Environment) -> Vec<String> {
    AwsFiles::load(environment).map(|files| files.near(name)).unwrap_or_default()
}

fn unknown(name: &str, files: &AwsFiles) -> Error {
    let near = files.near(name).into_iter().map(|name| format!("aws:{name}")).collect();
    Error::UnknownProfile { profile: name.to_owned(), place: "AWS's own files".to_owned(), near }
}
