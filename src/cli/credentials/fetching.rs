//! Credentials that are asked for again while a command runs, when nobody is there to be asked.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::context;
use crate::cli::credentials::outside::Network;
use crate::cli::failure::Failure;
use crate::cli::secrets::{KnownSecrets, Secrets, values_of};
use crate::profiles::{self, CredentialChoice, Environment};
use crate::transport::Options;
use sigvet_core::credentials::Credentials;

/// Secrets that were found since somebody looked last.
pub type FoundSecrets = Arc<Mutex<Secrets>>;

/// From now on, nothing shows the secrets that were found meanwhile.
pub fn learn(found: &FoundSecrets, secrets: &KnownSecrets) {
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    if !found.is_empty() {
        secrets.extend(&std::mem::take(&mut *found));
    }
}

/// All that is needed to ask a source.
pub struct Fetching {
    /// Which credentials.
    pub choice: CredentialChoice,
    /// A role to assume with them.
    pub role: Option<String>,
    /// The region in which it is assumed.
    pub region: Option<String>,
    /// The environment.
    pub environment: Environment,
    /// By which way the network is asked.
    pub connection: Options,
    /// Where secrets are put as they are found.
    pub found: FoundSecrets,
}

impl Fetching {
    /// Asks.
    ///
    /// # Errors
    /// One line that says why there are none.
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

    /// Before anything is signed with them, they are known as what nobody may see.
    fn remember(&self, credentials: &Credentials) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).add(values_of(credentials));
    }
}

fn to_line(error: profiles::Error) -> String {
    Failure::from(error).to_line()
}
