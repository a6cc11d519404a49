//! All keys in the user's files, for commands that look up a key by its ID.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::credentials::words::{describe_owner, describe_warning};
use crate::cli::failure::Failure;
use crate::gateway::NamedKey;
use crate::profiles::{self, CredentialChoice, KnownKey, Unread};

/// The keys of the profile file, or of the given one, and of AWS's own files.
pub fn keys_in_files(profile_file: Option<&Path>, context: &Context) -> impl Iterator<Item = NamedKey> {
    let choice = CredentialChoice { profile_file: profile_file.map(Path::to_owned), ..CredentialChoice::default() };
    profiles::known_keys(&choice, &context.environment).into_iter().map(named)
}

fn named(key: KnownKey) -> NamedKey {
    NamedKey { name: describe_owner(&key.source), credentials: key.credentials() }
}

/// Why keys are unknown, worded to follow `but`: what cannot be read with its place, and the profiles that were not asked.
pub fn describe_unread(unread: Vec<Unread>) -> String {
    let (mut broken, mut elsewhere) = (Vec::new(), Vec::new());
    for key in unread {
        match key {
            Unread::Elsewhere(profile) => elsewhere.push(profile),
            Unread::Broken(error) => broken.push(Failure::from(error).to_string()),
            Unread::Ignored(warning) => broken.push(describe_warning(&warning)),
        }
    }
    let mut reasons = Vec::new();
    if !broken.is_empty() {
        reasons.push(format!("some keys cannot be read ({})", broken.join("; ")));
    }
    if !elsewhere.is_empty() {
        reasons.push(format!(
            "these profiles were not asked, because a program or a service has their keys: {} (pass --profile NAME to \
             use one)",
            elsewhere.join(", ")
        ));
    }
    reasons.join(", and ")
}
