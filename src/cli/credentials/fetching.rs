//! Fetches credentials again while a command runs unattended.

use std::sync::{Arc, Mutex};

use crate::cli::context;
use crate::cli::credentials::outside::Network;
use crate::cli::failure::Failure;
use crate::cli::secrets::{KnownSecrets, Secrets, values_of};
use crate::locking::locked;
use crate::profiles::{self, CredentialChoice, Environment};
use crate::transport::Options;
use sigvet_core::credentials::Credentials;

/// Secrets that were found since they were last taken.
pub type FoundSecrets = Arc<Mutex<Secrets>>;

/// Adds the newly found secrets to those that are never shown.
pub fn learn(found: &FoundSecrets, secrets: &KnownSecrets) {
    let mut found = locked(found);
    if !found.is_empty() {
        secrets.extend(&std::mem::take(&mut *found));
    }
}

/// Everything needed to fetch credentials from a source.
pub struct Fetching {
    /// Which credentials to use.
    pub choice: CredentialChoice,
    /// A role to assume with them.
    pub role: Option<String>,
    /// The region in which the role is assumed.
    pub region: Option<String>,
    /// The environment.
    pub environment: Environment,
    /// How to connect.
    pub connection: Options,
    /// Receives secrets as they are found.
    pub found: FoundSecrets,
}

impl Fetching {
    /// Fetches the credentials.
    ///
    /// # Errors
    /// A one-line message why there are none.
    pub fn fetch(&self) -> Result<Credentials, String> {
        let outside = Network::unattended(&self.connection, context::now());
        let resolved = profiles::resolve(&self.choice, &self.environment, &outside).map_err(to_line)?;
        let credentials = match &self.role {
            None => resolved.credentials,
            Some(role) => {
                self.remember(&resolved.credentials);
                let region = self.region.as_deref().or(resolved.settings.region.as_deref());
                let key = &resolved.credentials;
                profiles::assume_role(role, key, region, &self.environment, &outside).map_err(to_line)?
            }
        };
        self.remember(&credentials);
        Ok(credentials)
    }

    /// Records the credentials as secrets before anything is signed with them.
    fn remember(&self, credentials: &Credentials) {
        locked(&self.found).add(values_of(credentials));
    }
}

fn to_line(error: profiles::Error) -> String {
    Failure::from(error).to_line()
}
