//! Creates the credential sources for many requests: each source once, however many routes use it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::credentials::fetching::{Fetching, FoundSecrets};
use crate::cli::credentials::words::{describe_owner, describe_warning};
use crate::cli::failure::Failure;
use crate::cli::options::signing::CredentialOptions;
use crate::gateway::{Clock, CredentialSource};
use crate::profiles::{self, CredentialChoice, Environment};
use crate::transport::Options;

/// The credential sources of a command.
pub struct Sources {
    choice: CredentialChoice,
    environment: Environment,
    connection: Options,
    clock: Clock,
    patience: Duration,
    found: FoundSecrets,
    warnings: Vec<String>,
    made: HashMap<(Option<String>, Option<String>), Arc<CredentialSource>>,
}

impl Sources {
    /// The sources that the options select from.
    pub fn new(options: &CredentialOptions, context: &Context, clock: Clock) -> Self {
        Self {
            choice: options.choice(),
            environment: context.environment.clone(),
            connection: context.connection.clone(),
            clock,
            patience: CredentialSource::PATIENCE,
            found: FoundSecrets::default(),
            warnings: Vec::new(),
            made: HashMap::new(),
        }
    }

    /// Lets requests wait this long for a source.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The settings of a profile other than keys.
    ///
    /// # Errors
    /// The profile does not exist, or the file is invalid.
    pub fn settings(&mut self, profile: Option<&str>) -> Result<profiles::Settings, Failure> {
        let described = profiles::describe(&self.choice_of(profile), &self.environment)?;
        for text in described.warnings.iter().map(describe_warning) {
            self.warn(text);
        }
        Ok(described.settings)
    }

    /// Keeps a warning until the proxy listens, because the first line of output has to be its address.
    pub fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// The warnings so far.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The source for a profile, with a role to assume if one is named.
    ///
    /// # Errors
    /// The profile does not exist, or the file is invalid.
    pub fn source(
        &mut self,
        profile: Option<&str>,
        role: Option<&str>,
        region: Option<String>,
    ) -> Result<Arc<CredentialSource>, Failure> {
        let key = (profile.map(str::to_owned), role.map(str::to_owned));
        if let Some(source) = self.made.get(&key) {
            return Ok(Arc::clone(source));
        }
        let choice = self.choice_of(profile);
        let described = profiles::describe(&choice, &self.environment)?;
        let owner = described.source.as_ref().map_or_else(|| "the credential chain".to_owned(), describe_owner);
        let name = role.map_or_else(|| owner.clone(), |role| format!("{role} by way of {owner}"));
        // The same profile, once by its name and once as the default.
        let same = self.made.values().find(|made| made.name() == name).map(Arc::clone);
        if let Some(source) = same {
            self.made.insert(key, Arc::clone(&source));
            return Ok(source);
        }
        let fetching = Fetching {
            choice,
            role: role.map(str::to_owned),
            region,
            environment: self.environment.clone(),
            connection: self.connection.clone(),
            found: Arc::clone(&self.found),
        };
        let fetch = Arc::new(move || fetching.fetch());
        let source = Arc::new(CredentialSource::new(name, self.clock.clone(), fetch).with_patience(self.patience));
        self.made.insert(key, Arc::clone(&source));
        Ok(source)
    }

    /// All sources created so far.
    pub fn all(&self) -> Vec<Arc<CredentialSource>> {
        let mut all: Vec<_> = self.made.values().map(Arc::clone).collect();
        all.sort_by(|one, other| one.name().cmp(other.name()));
        all.dedup_by(|one, other| Arc::ptr_eq(one, other));
        all
    }

    /// Receives secrets as they are found.
    pub fn found(&self) -> FoundSecrets {
        Arc::clone(&self.found)
    }

    /// For a profile other than the one in the options, a key from the options is ignored.
    fn choice_of(&self, profile: Option<&str>) -> CredentialChoice {
        match profile {
            Some(name) if self.choice.profile.as_deref() != Some(name) => CredentialChoice {
                profile: Some(name.to_owned()),
                profile_file: self.choice.profile_file.clone(),
                ..CredentialChoice::default()
            },
            _ => self.choice.clone(),
        }
    }
}
