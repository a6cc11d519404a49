//! The accepted keys: those of the named profiles, or all keys in the user's files.

use super::ServeArgs;
use crate::cli::context::Context;
use crate::cli::credentials::known::{describe_unread, keys_in_files};
use crate::cli::credentials::outside::Network;
use crate::cli::credentials::words::describe_owner;
use crate::cli::failure::{Exit, Failure};
use crate::cli::secrets::values_of;
use crate::cli::terminal::notes::warn;
use crate::gateway::{Keyring, NamedKey};
use crate::profiles::{self, CredentialChoice, Unread};
use sigvet_core::credentials::Credentials;

/// The example key of the AWS documentation, which gives access to nothing.
pub const DEMO_KEY: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

/// Finds the keys and registers them for redaction. Fails if there are none, unless `may_be_none` is set.
pub fn find(args: &ServeArgs, may_be_none: bool, context: &Context) -> Result<Keyring, Failure> {
    let mut keys: Vec<NamedKey> = args.demo_keys.then(demo_key).into_iter().collect();
    for name in &args.profile {
        keys.push(of_profile(name, args, context)?);
    }
    let choice = CredentialChoice { profile_file: args.profile_file.clone(), ..CredentialChoice::default() };
    if keys.is_empty() || args.profile_file.is_some() {
        profiles::check_file(&choice, &context.environment)?;
    }
    if keys.is_empty() {
        keys.extend(keys_in_files(args.profile_file.as_deref(), context));
    }
    if keys.is_empty() && !may_be_none {
        return Err(Failure::new(Exit::NoCredentials, "no keys to verify signatures with").hint(
            "pass --demo-keys to accept AWS's example keys, or --profile NAME; 'sigvet profile add' adds a profile",
        ));
    }
    // The demo key is public.
    let secret = keys.iter().filter(|key| key.credentials.access_key_id != DEMO_KEY.0);
    context.secrets.add(secret.flat_map(|key| values_of(&key.credentials)));
    Ok(Keyring::new(keys))
}

/// Warns about keys in the user's files that cannot be read: the server refuses what is signed with them.
pub fn warn_of_unread(args: &ServeArgs, context: &mut Context) -> Result<(), Failure> {
    if args.demo_keys || !args.profile.is_empty() {
        return Ok(());
    }
    let choice = CredentialChoice { profile_file: args.profile_file.clone(), ..CredentialChoice::default() };
    let mut unread = profiles::unread_keys(&choice, &context.environment);
    unread.retain(|key| !matches!(key, Unread::Elsewhere(_)));
    match unread.is_empty() {
        true => Ok(()),
        false => warn(context, &format!("{}; requests signed with them are refused", describe_unread(unread))),
    }
}

/// The example key, with its name in replies and logs.
pub fn demo_key() -> NamedKey {
    NamedKey { name: "the demo key".to_owned(), credentials: Credentials::new(DEMO_KEY.0, DEMO_KEY.1) }
}

fn of_profile(name: &str, args: &ServeArgs, context: &Context) -> Result<NamedKey, Failure> {
    let choice = CredentialChoice {
        profile: Some(name.to_owned()),
        profile_file: args.profile_file.clone(),
        ..CredentialChoice::default()
    };
    let resolved = profiles::resolve(&choice, &context.environment, &Network::new(context, None))?;
    Ok(NamedKey { name: describe_owner(&resolved.source), credentials: resolved.credentials })
}
