//! What a source returns: credentials with their settings, what is known without a secret, or a key and its source.

use super::profile::Settings;
use super::{Error, Source, Warning};
use sigvet_core::credentials::{Credentials, Secret};

/// Credentials, their settings, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The credentials.
    pub credentials: Credentials,
    /// The other settings from the same source.
    pub settings: Settings,
    /// Where the credentials come from.
    pub source: Source,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// What is known without a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The access key ID, if it is in a file or a variable.
    pub access_key_id: Option<String>,
    /// The source's settings other than keys.
    pub settings: Settings,
    /// The source that [`resolve`](super::resolve()) would use, if one is named.
    pub source: Option<Source>,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// One of the user's keys.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// Where the key comes from.
    pub source: Source,
    /// The access key ID.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: Secret,
    /// The session token, if the key is temporary.
    pub session_token: Option<Secret>,
}

impl KnownKey {
    /// The key, to sign or to verify with.
    pub fn credentials(&self) -> Credentials {
        let key = Credentials::new(self.access_key_id.clone(), self.secret.expose_secret());
        Credentials { session_token: self.session_token.clone(), ..key }
    }
}

/// A key that is not among the [`KnownKey`]s, although it may be one of the user's.
#[derive(Debug)]
pub enum Unread {
    /// A command or a service has the key of this profile.
    Elsewhere(String),
    /// A file, or the key in it, cannot be read.
    Broken(Error),
    /// A part of a file is ignored, because it cannot be parsed.
    Ignored(Warning),
}
