//! AWS's files and chain in a build that has them.

use aws_credential_types::provider::error::CredentialsError;

use super::Chain;
use super::files::{AwsFiles, Means};
use super::providers::{block_on, of_container, of_instance, of_profile, of_web_identity};
use crate::profiles::aws_cause::{AwsCause, ChainEnd};
use crate::profiles::found::{Described, KnownKey, Resolved};
use crate::profiles::profile::Settings;
use crate::profiles::rank::Rank;
use crate::profiles::{AwsProvider, Environment, Error, Source};
use sigvet_core::credentials::Credentials;

/// The profile of AWS's files that applies where none is named.
const DEFAULT: &str = "default";

/// The credentials of a profile of AWS's files.
pub(in crate::profiles) fn profile(name: &str, rank: Rank, environment: &Environment) -> Result<Resolved, Error> {
    let files = AwsFiles::load(name, environment)?;
    if files.profile().is_none() {
        return Err(unknown(name, &files));
    }
    let without = || Error::NoAwsCredentials { profile: name.to_owned() };
    match of_files(&files, name, rank, environment)? {
        Some(resolved) => Ok(resolved),
        // As in AWS's own tools, a profile that was implied may leave the keys to the machine it is used on.
        None if rank == Rank::Implied => match of_machine(&files, environment)? {
            Chain::Found(resolved) => Ok(*resolved),
            Chain::Nothing(..) => Err(without()),
        },
        None => Err(without()),
    }
}

/// The last resort: AWS's default profile, then what the machine offers.
pub(in crate::profiles) fn chain(environment: &Environment) -> Result<Chain, Error> {
    let files = AwsFiles::load(DEFAULT, environment)?;
    match of_files(&files, DEFAULT, Rank::Implied, environment)? {
        Some(resolved) => Ok(Chain::Found(Box::new(resolved))),
        None => of_machine(&files, environment),
    }
}

/// The keys that stand in AWS's files, whatever profile they are of; none where the files do not parse, for they only help to
/// name a mistake.
pub(in crate::profiles) fn known_keys(environment: &Environment) -> Vec<KnownKey> {
    AwsFiles::load(DEFAULT, environment).map(|files| files.known_keys()).unwrap_or_default()
}

/// What a profile says without its secret; of the default profile where none is named.
pub(in crate::profiles) fn describe(
    name: Option<&str>,
    rank: Rank,
    environment: &Environment,
) -> Result<Described, Error> {
    let files = AwsFiles::load(name.unwrap_or(DEFAULT), environment)?;
    let settings = rank.merge(files.settings(), environment.settings());
    let provider = match files.means() {
        Some(Means::Static(_)) => Some(AwsProvider::Static),
        Some(Means::Asked(provider)) => Some(provider),
        None => None,
    };
    match (files.profile(), name) {
        (None, Some(name)) => Err(unknown(name, &files)),
        (profile, _) => Ok(Described {
            access_key_id: profile.and_then(|profile| profile.get("aws_access_key_id")).map(str::to_owned),
            settings,
            source: provider.map(|provider| Source::AwsProfile { name: name.unwrap_or(DEFAULT).to_owned(), provider }),
            warnings: Vec::new(),
        }),
    }
}

/// Whether AWS's files hold the profile. They need not hold `default`: that name is theirs, written or not.
pub(in crate::profiles) fn has_profile(name: &str, environment: &Environment) -> Result<bool, Error> {
    Ok(AwsFiles::load(name, environment)?.profile().is_some())
}

/// Names in AWS's files that look like this one; none where they do not parse.
pub(in crate::profiles) fn near(name: &str, environment: &Environment) -> Vec<String> {
    AwsFiles::load(name, environment).map(|files| files.near(name)).unwrap_or_default()
}

fn of_files(files: &AwsFiles, name: &str, rank: Rank, environment: &Environment) -> Result<Option<Resolved>, Error> {
    let settings = rank.merge(files.settings(), environment.settings());
    let named = |provider| Source::AwsProfile { name: name.to_owned(), provider };
    match files.means() {
        None => Ok(None),
        Some(Means::Static(credentials)) => Ok(Some(resolved(credentials, settings, named(AwsProvider::Static)))),
        Some(Means::Asked(provider)) => {
            let Some(paths) = files.files.clone() else { return Ok(None) };
            let answer = block_on(of_profile(paths, name, settings.region.as_deref()))?;
            let credentials = answer.map_err(|error| failed(named(provider), &error, files))?;
            Ok(Some(resolved(credentials, settings, named(provider))))
        }
    }
}

/// A web identity token, a container's endpoint, the instance metadata service: each is asked only where there is reason
/// to believe in it.
fn of_machine(files: &AwsFiles, environment: &Environment) -> Result<Chain, Error> {
    let mut settings = Rank::Implied.merge(files.settings(), environment.settings());
    let region = settings.region.clone();
    let set = |name| environment.get(name).is_some();
    let (answer, provider) = if set("AWS_WEB_IDENTITY_TOKEN_FILE") {
        (block_on(of_web_identity(environment, region.as_deref()))?, AwsProvider::WebIdentity)
    } else if set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || set("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
        (block_on(of_container(region.as_deref()))?, AwsProvider::Container)
    } else if environment.is_true("AWS_EC2_METADATA_DISABLED") {
        return Ok(Chain::Nothing(ChainEnd::MetadataOff, None));
    } else {
        let (answer, found) = block_on(of_instance(region.as_deref()))?;
        settings.region = settings.region.or(found);
        (answer, AwsProvider::InstanceMetadata)
    };
    let source = Source::Aws { provider };
    match answer {
        Ok(credentials) => Ok(Chain::Found(Box::new(resolved(credentials, settings, source)))),
        // Nobody chose the metadata service: that it is not there, or forbidden, is no failure but one place less.
        Err(error) if provider == AwsProvider::InstanceMetadata => {
            Ok(Chain::Nothing(ChainEnd::NoMetadata, Some(AwsCause::root(&error))))
        }
        Err(error) => Err(failed(source, &error, files)),
    }
}

fn resolved(credentials: Credentials, settings: Settings, source: Source) -> Resolved {
    Resolved { credentials, settings, source, warnings: Vec::new() }
}

fn failed(asked: Source, error: &CredentialsError, files: &AwsFiles) -> Error {
    Error::Aws { asked, source: AwsCause::copy(error, |text| without_stderr(&files.redact(text)).to_owned()) }
}

/// What a credential process printed on its standard error may be the very secret. `aws-config` gives no kind to that failure,
/// and any profile may lead to such a process: so its text is cut. A test shows that it is still written so.
fn without_stderr(text: &str) -> &str {
    text.split_once(" Stderr:").map_or(text, |(before, _)| before).trim_end_matches([',', '.', ';', ' '])
}

fn unknown(name: &str, files: &AwsFiles) -> Error {
    let near = files.near(name).into_iter().map(|name| format!("aws:{name}")).collect();
    Error::UnknownProfile { profile: name.to_owned(), place: "AWS's own files".to_owned(), near }
}
