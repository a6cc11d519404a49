//! What a place gives: credentials with what comes with them, what is known without a secret, or a key and its source.

use super::profile::Settings;
use super::{Source, Warning};
use sigvet_core::credentials::{Credentials, Secret};

/// Credentials, what comes with them, and where they are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The credentials.
    pub credentials: Credentials,
    /// What the same source says besides.
    pub settings: Settings,
    /// Where the credentials are from.
    pub source: Source,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// What is known without a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The public half of the key, where it stands in a file or a variable.
    pub access_key_id: Option<String>,
    /// What the source says besides keys.
    pub settings: Settings,
    /// The source that [`resolve`](super::resolve()) would ask, where one is named.
    pub source: Option<Source>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// A key of the user's.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// Where it is from.
    pub source: Source,
    /// Its public half.
    pub access_key_id: String,
    /// Its secret half.
    pub secret: Secret,
    /// The session token that goes with it, if the key is temporary.
    pub session_token: Option<Secret>,
}
