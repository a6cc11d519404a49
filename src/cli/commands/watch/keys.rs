//! Finds the key that a request names, if the user has it: in a file, in the environment, or through the AWS
//! credential chain.

use super::WatchArgs;
use crate::cli::context::Context;
use crate::cli::credentials::outside::Network;
use crate::cli::credentials::words::describe_owner;
use crate::profiles::{self, CredentialChoice, KnownKey, Resolved};
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_diagnose::OtherKey;

/// Finds keys. The credential chain is only resolved once, because it can take a while.
pub struct Keys {
    choice: CredentialChoice,
    is_off: bool,
    chain: Option<Option<Resolved>>,
}

/// The known keys for a request.
#[derive(Default)]
pub struct KeysForRequest {
    /// The keys that the request should be signed with. There are several if profiles have different secrets for the
    /// same access key ID.
    pub own: Vec<Credentials>,
    /// All keys of the user.
    pub known: Vec<OtherKey>,
}

impl KeysForRequest {
    /// The user's keys with other secrets.
    pub fn others_than(&self, own: Option<&Credentials>) -> Vec<OtherKey> {
        let is_other = |key: &&OtherKey| own.is_none_or(|own| own.secret_access_key != key.secret);
        self.known.iter().filter(is_other).cloned().collect()
    }
}

impl Keys {
    /// Finds keys according to the options.
    pub fn of(args: &WatchArgs) -> Self {
        let (profile, profile_file) = (args.profile.clone(), args.profile_file.clone());
        let choice = CredentialChoice { profile, profile_file, ..CredentialChoice::default() };
        Self { choice, is_off: args.no_credentials, chain: None }
    }

    /// The keys for a request that names this access key ID.
    pub fn find(&mut self, named: Option<&str>, context: &Context) -> KeysForRequest {
        if self.is_off {
            return KeysForRequest::default();
        }
        let known = profiles::known_keys(&self.choice, &context.environment);
        let mut own: Vec<Credentials> = Vec::new();
        if self.choice.profile.is_none() {
            for key in known.iter().filter(|key| Some(key.access_key_id.as_str()) == named) {
                if own.iter().all(|own| own.secret_access_key != key.secret) {
                    own.push(key.credentials());
                }
            }
        }
        if own.is_empty() {
            own.extend(self.of_chain(named, context));
        }
        let secrets = own.iter().flat_map(|own| [Some(&own.secret_access_key), own.session_token.as_ref()]).flatten();
        context.secrets.add(secrets.map(Secret::expose_secret));
        KeysForRequest { own, known: known.iter().map(other_key).collect() }
    }

    /// The key of the credential chain, if the request names it or the user chose it. A default key says nothing about
    /// a signature made with a different key.
    fn of_chain(&mut self, named: Option<&str>, context: &Context) -> Option<Credentials> {
        let choice = &self.choice;
        let resolved = self.chain.get_or_insert_with(|| {
            // The program owns the terminal, so the user is not asked for an MFA code.
            let outside = Network::unattended(&context.connection, context.now);
            profiles::resolve(choice, &context.environment, &outside).ok()
        });
        let is_meant =
            |own: &Resolved| choice.profile.is_some() || named == Some(own.credentials.access_key_id.as_str());
        resolved.as_ref().filter(|own| is_meant(own)).map(|own| own.credentials.clone())
    }
}

fn other_key(key: &KnownKey) -> OtherKey {
    let (name, access_key_id) = (describe_owner(&key.source), key.access_key_id.clone());
    OtherKey { name, access_key_id, secret: key.secret.clone() }
}
