//! Collects every key that the user has in files and variables, to detect that a request was signed with another key.

use super::certificate_fields::CertificateFields;
use super::choice::CredentialChoice;
use super::found::KnownKey;
use super::profile::{Profile, SecretSource};
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

/// What [`known_keys`] leaves out: the names of the profiles whose keys come from a command or a service,
/// and the problem of AWS's own files if they cannot be read.
pub fn unread_keys(choice: &CredentialChoice, environment: &Environment) -> Vec<String> {
    let is_unread = |profile: &&Profile| match &profile.secret {
        Some(SecretSource::Command { .. }) => true,
        Some(SecretSource::Variable(name)) => environment.get(name).is_none(),
        Some(SecretSource::Inline(_)) => false,
        None => profile.certificate != CertificateFields::default(),
    };
    let file = own_file(choice, environment);
    let own = file.iter().flat_map(ProfileFile::profiles).filter(is_unread).map(|profile| profile.name.clone());
    own.chain(aws::unread_keys(environment)).collect()
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
