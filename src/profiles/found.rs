//! What a place gives: credentials with what comes with them, what is known without a secret, or a key by its name.

use std::fmt;
use std::path::PathBuf;

use super::profile::Settings;
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
    /// What the user should know, a line each.
    pub warnings: Vec<String>,
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
    /// What the user should know, a line each.
    pub warnings: Vec<String>,
}

/// Where credentials are from. `Display` is what `-v` says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// `-u`.
    User,
    /// `--access-key` and its companions.
    Options,
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// The profile file.
    Profile {
        /// The profile's name.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// A profile of AWS's own files.
    AwsProfile {
        /// The profile's name.
        name: String,
        /// How it comes by its keys: `static`, `sso`, `assume role`…
        means: &'static str,
    },
    /// A part of AWS's chain that needs no profile: `web identity`, `container`, `instance metadata`.
    Aws {
        /// The part.
        means: &'static str,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("option -u"),
            Self::Options => f.write_str("options --access-key and --secret-key"),
            Self::Environment => f.write_str("environment variables"),
            Self::Profile { name, path } => write!(f, "profile '{name}' in {}", path.display()),
            Self::AwsProfile { name, means } => write!(f, "aws profile '{name}' ({means})"),
            Self::Aws { means } => write!(f, "aws {means}"),
        }
    }
}

/// A key of the user's, by what they call it.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// `profile 'work'`, `aws profile 'default'`, `the environment`.
    pub name: String,
    /// Its public half.
    pub access_key_id: String,
    /// Its secret half.
    pub secret: Secret,
}
