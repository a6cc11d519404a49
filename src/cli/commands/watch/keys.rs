//! The key that a request names, if the user has it: in a file, in the environment, or by AWS's chain.

use super::WatchArgs;
use crate::cli::context::Context;
use crate::cli::credentials::outside::Network;
use crate::cli::credentials::words::describe_owner;
use crate::profiles::{self, CredentialChoice, KnownKey, Resolved};
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_diagnose::OtherKey;

/// Finds keys. The chain is asked once, for it may take a while.
pub struct Keys {
    choice: CredentialChoice,
    is_off: bool,
    chain: Option<Option<Resolved>>,
}

/// What is known of the keys of a request.
#[derive(Default)]
pub struct Found {
    /// The one that it should be signed with.
    pub own: Option<Credentials>,
    /// The user's others.
    pub others: Vec<OtherKey>,
}

impl Keys {
    /// Keys as the options choose them.
    pub fn of(args: &WatchArgs) -> Self {
        let (profile, profile_file) = (args.profile.clone(), args.profile_file.clone());
        let choice = CredentialChoice { profile, profile_file, ..CredentialChoice::default() };
        Self { choice, is_off: args.no_credentials, chain: None }
    }

    /// The keys for a request that names this one.
    pub fn find(&mut self, named: Option<&str>, context: &Context) -> Found {
        if self.is_off {
            return Found::default();
        }
        let known = profiles::known_keys(&self.choice, &context.environment);
        let mut own = match self.choice.profile {
            None => known.iter().find(|key| Some(key.access_key_id.as_str()) == named).map(credentials_of),
            Some(_) => None,
        };
        if own.is_none() {
            own = self.of_chain(named, context);
        }
        let secrets = own.iter().flat_map(|own| [Some(&own.secret_access_key), own.session_token.as_ref()]).flatten();
        context.secrets.add(secrets.map(Secret::expose_secret));
        let is_other =
            |key: &KnownKey| own.as_ref().is_none_or(|own: &Credentials| own.secret_access_key != key.secret);
        let others = known.iter().filter(|key| is_other(key)).map(other_key).collect();
        Found { own, others }
    }

    /// A key that merely is the default says nothing of another key's signature.
    fn of_chain(&mut self, named: Option<&str>, context: &Context) -> Option<Credentials> {
        let choice = &self.choice;
        let resolved = self.chain.get_or_insert_with(|| {
            // The program has the terminal: nobody is asked for a code there.
            let outside = Network::unattended(&context.connection, context.now);
            profiles::resolve(choice, &context.environment, &outside).ok()
        });
        let is_meant =
            |own: &Resolved| choice.profile.is_some() || named == Some(own.credentials.access_key_id.as_str());
        resolved.as_ref().filter(|own| is_meant(own)).map(|own| own.credentials.clone())
    }
}

fn credentials_of(key: &KnownKey) -> Credentials {
    let mut credentials = Credentials::new(key.access_key_id.clone(), key.secret.expose_secret());
    credentials.session_token.clone_from(&key.session_token);
    credentials
}

fn other_key(key: &KnownKey) -> OtherKey {
    let (name, access_key_id) = (describe_owner(&key.source), key.access_key_id.clone());
    OtherKey { name, access_key_id, secret: key.secret.clone() }
}
