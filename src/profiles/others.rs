//! Collects every key that the user has in files and variables, to detect that a request was signed with another key.

use super::certificate_fields::CertificateFields;
use super::choice::CredentialChoice;
use super::found::{KnownKey, Unread};
use super::profile::{Profile, SecretSource};
use super::profile_source::ProfileSource;
use super::rank::Rank;
use super::{Environment, Error, Location, ProfileFile, Source, aws, tools};
use sigvet_core::credentials::{Credentials, Secret};

/// The keys whose secrets are in files and variables, in the documented order. No command is run and no
/// service is called; anything that cannot be read is skipped.
pub fn known_keys(choice: &CredentialChoice, environment: &Environment) -> Vec<KnownKey> {
    let mut keys = Vec::new();
    if let Some(file) = own_file(choice, environment) {
        for profile in file.profiles() {
            let secret = match &profile.secret {
                Some(SecretSource::Inline(secret)) => Some(secret.clone()),
                Some(SecretSource::Variable(name)) => environment.get(name).map(Secret::new),
                Some(SecretSource::Command { .. }) | None => None,
            };
            if let (Some(access_key_id), Some(secret)) = (profile.access_key_id.clone(), secret) {
                let source = Source::Profile { name: profile.name.clone(), path: file.path().to_owned() };
                keys.push(KnownKey { source, access_key_id, secret, session_token: profile.session_token.clone() });
            }
        }
    }
    if let Ok((credentials, _)) = environment.credentials() {
        let Credentials { access_key_id, secret_access_key: secret, session_token, .. } = credentials;
        keys.push(KnownKey { source: Source::Environment, access_key_id, secret, session_token });
    }
    keys.extend(aws::known_keys(environment));
    keys.extend(tools::known_keys(environment));
    keys
}

/// What [`known_keys`] leaves out: the profiles whose keys come from a command or a service, those with half a key, and
/// what cannot be read or parsed.
pub fn unread_keys(choice: &CredentialChoice, environment: &Environment) -> Vec<Unread> {
    let file = own_file(choice, environment);
    let own = file.iter().flat_map(|file| {
        let of_profile =
            |profile: &Profile| unread_key(&ProfileSource::boxed(file, profile, Rank::Named), profile, environment);
        file.profiles().iter().filter_map(of_profile).collect::<Vec<_>>()
    });
    let half = environment.credentials().err().filter(|_| environment.has_keys()).map(Unread::Broken);
    let of_tools = tools::unread_keys(environment).into_iter().map(Unread::Broken);
    own.chain(half).chain(aws::unread_keys(environment)).chain(of_tools).collect()
}

/// Why the key of a profile is not known, if it has one.
fn unread_key(source: &ProfileSource, profile: &Profile, environment: &Environment) -> Option<Unread> {
    let elsewhere = || Some(Unread::Elsewhere(profile.name.clone()));
    match source.stated_key() {
        _ if profile.certificate != CertificateFields::default() => elsewhere(),
        Ok((_, SecretSource::Command { .. })) => elsewhere(),
        Ok((_, SecretSource::Variable(variable))) if environment.get(variable).is_none() => {
            let (profile, variable) = (profile.name.clone(), variable.clone());
            Some(Unread::Broken(Error::UnsetVariable { profile, variable }))
        }
        Ok(_) | Err(Error::NoKeys { .. }) => None,
        Err(error) => Some(Unread::Broken(error)),
    }
}

/// Checks that the profile file can be read, if there is one.
///
/// # Errors
/// The file was named and does not exist, or it cannot be read, or does not parse.
pub fn check_file(choice: &CredentialChoice, environment: &Environment) -> Result<(), Error> {
    let location = Location::find(choice.profile_file.as_deref(), environment);
    location.map_or(Ok(()), |location| ProfileFile::load(&location).map(drop))
}

fn own_file(choice: &CredentialChoice, environment: &Environment) -> Option<ProfileFile> {
    let location = Location::find(choice.profile_file.as_deref(), environment)?;
    ProfileFile::load(&location).ok().flatten()
}
