//! Every key that the user has at hand without asking anybody: for telling that a request was signed with another one.

use super::choice::CredentialChoice;
use super::found::KnownKey;
use super::profile::SecretSource;
use super::{Environment, Error, Location, ProfileFile, Source, aws, tools};
use sigvet_core::credentials::{Credentials, Secret};

/// The keys whose secrets lie in files and variables, in the order of the contract. No command is run, no network asked;
/// what cannot be read is passed over.
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

/// Whether the profile file can be read, if there is one.
///
/// # Errors
/// The file was named and is not there, or it cannot be read, or does not parse.
pub fn check_file(choice: &CredentialChoice, environment: &Environment) -> Result<(), Error> {
    let location = Location::find(choice.profile_file.as_deref(), environment);
    location.map_or(Ok(()), |location| ProfileFile::load(&location).map(drop))
}

fn own_file(choice: &CredentialChoice, environment: &Environment) -> Option<ProfileFile> {
    let location = Location::find(choice.profile_file.as_deref(), environment)?;
    ProfileFile::load(&location).ok().flatten()
}
