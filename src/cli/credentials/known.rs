//! All keys in the user's files, for commands that look up a key by its ID.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::credentials::words::describe_owner;
use crate::gateway::NamedKey;
use crate::profiles::{self, CredentialChoice, KnownKey};
use sigvet_core::credentials::Credentials;

/// The keys of the profile file, or of the given one, and of AWS's own files.
pub fn keys_in_files(profile_file: Option<&Path>, context: &Context) -> impl Iterator<Item = NamedKey> {
    let choice = CredentialChoice { profile_file: profile_file.map(Path::to_owned), ..CredentialChoice::default() };
    profiles::known_keys(&choice, &context.environment).into_iter().map(named)
}

fn named(key: KnownKey) -> NamedKey {
    let mut credentials = Credentials::new(key.access_key_id, key.secret.expose_secret());
    credentials.session_token = key.session_token;
    NamedKey { name: describe_owner(&key.source), credentials }
}
