//! What the command line says about keys: which source to use, or the key itself.

use std::path::PathBuf;

use super::{Error, KeyPart};
use sigvet_core::credentials::{Credentials, Secret};

/// The credentials that the command line chose.
#[derive(Debug, Clone, Default)]
pub struct CredentialChoice {
    /// `-u KEY:SECRET` as it was typed. It is split at the first colon, as curl does; an access key ID that
    /// contains a colon (Swift's `test:tester`) needs a profile or the environment.
    pub user: Option<Secret>,
    /// The key in parts, in awscurl's options.
    pub parts: KeyParts,
    /// `--profile NAME`. The name may belong to another tool: `aws:NAME`.
    pub profile: Option<String>,
    /// `--profile-file PATH`.
    pub profile_file: Option<PathBuf>,
}

/// A key in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyParts {
    /// `--access-key`.
    pub access_key_id: Option<String>,
    /// `--secret-key`.
    pub secret_access_key: Option<Secret>,
    /// `--session-token`, which is also used with `-u`.
    pub session_token: Option<Secret>,
}

impl KeyParts {
    /// Whether any part was given. An empty token counts as unset, like an empty variable; half a key counts as given.
    pub(super) fn any(&self) -> bool {
        self.access_key_id.is_some() || self.secret_access_key.is_some() || self.token().is_some()
    }

    pub(super) fn token(&self) -> Option<&Secret> {
        self.session_token.as_ref().filter(|token| !token.expose_secret().is_empty())
    }

    pub(super) fn credentials(&self) -> Result<Credentials, Error> {
        let missing = |missing| Error::HalfTypedKey { missing };
        let key = self.access_key_id.as_deref().filter(|key| !key.is_empty()).ok_or(missing(KeyPart::AccessKeyId))?;
        let secret = self.secret_access_key.as_ref().map(Secret::expose_secret).filter(|secret| !secret.is_empty());
        Ok(Credentials::new(key, secret.ok_or(missing(KeyPart::SecretAccessKey))?))
    }
}
