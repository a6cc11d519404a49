//! A profile of another tool, made into credentials.

use super::entry::{ToolKeys, ToolProfile};
use super::tool_profile;
use crate::profiles::found::{Described, Resolved};
use crate::profiles::profile::Settings;
use crate::profiles::rank::Rank;
use crate::profiles::tool::Tool;
use crate::profiles::{Environment, Error, Outside, Source, aws};
use sigvet_core::credentials::Credentials;

/// A profile of another tool, and how it came to be chosen.
pub(in crate::profiles) struct ToolSource {
    found: ToolProfile,
    rank: Rank,
}

impl ToolSource {
    pub(in crate::profiles) fn find(
        tool: Tool,
        name: &str,
        rank: Rank,
        environment: &Environment,
    ) -> Result<Self, Error> {
        Ok(Self { found: tool_profile(tool, name, environment)?, rank })
    }

    /// Its credentials. AWS's chain is asked if the tool asks it.
    pub(in crate::profiles) fn resolve(
        &self,
        environment: &Environment,
        outside: &dyn Outside,
    ) -> Result<Resolved, Error> {
        let Described { settings, warnings, .. } = self.describe(environment);
        if let ToolKeys::OfAws { profile, credentials_file } = &self.found.keys {
            let found = self.of_aws(profile.as_deref(), credentials_file.as_deref(), environment, outside)?;
            let warnings = warnings.into_iter().chain(found.warnings).collect();
            let source = Source::ForTool { entry: Box::new(self.found.entry.clone()), source: Box::new(found.source) };
            return Ok(Resolved { settings: settings.or(found.settings), warnings, source, ..found });
        }
        let (id, secret) = self.found.stated()?;
        let credentials = Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: secret.clone(),
            session_token: self.found.profile.session_token.clone(),
            expires_at: None,
        };
        Ok(Resolved { credentials, settings, source: self.source(), warnings })
    }

    /// What it says without its secret. The endpoint is that of its keys, or AWS's own: the environment has none for it.
    pub(in crate::profiles) fn describe(&self, environment: &Environment) -> Described {
        let own = self.found.profile.settings.clone();
        let around = Settings { endpoint_url: None, ..environment.settings() };
        let endpoint_url = own.endpoint_url.clone();
        Described {
            access_key_id: self.found.profile.access_key_id.clone(),
            settings: Settings { endpoint_url, ..self.rank.merge(own, around) },
            source: Some(self.source()),
            warnings: self.found.warnings.clone(),
        }
    }

    /// The keys of AWS's environment, files and chain, as the tools' own libraries look for them.
    fn of_aws(
        &self,
        profile: Option<&str>,
        credentials_file: Option<&str>,
        environment: &Environment,
        outside: &dyn Outside,
    ) -> Result<Resolved, Error> {
        if profile.is_none() && environment.has_keys() {
            let (credentials, warning) = environment.credentials()?;
            let warnings = warning.into_iter().collect();
            return Ok(Resolved { credentials, settings: Settings::default(), source: Source::Environment, warnings });
        }
        let file = credentials_file.map(|file| ("AWS_SHARED_CREDENTIALS_FILE", file));
        let environment = &environment.clone().with_variables(file);
        // It may name this very remote.
        let of_variable = || environment.profile().filter(|name| Tool::split(name).is_none());
        if let Some(name) = profile.or_else(of_variable) {
            return aws::profile(name.strip_prefix("aws:").unwrap_or(name), self.rank, environment, outside);
        }
        match aws::chain(environment, outside)? {
            aws::Chain::Found(resolved) => Ok(*resolved),
            aws::Chain::Nothing(chain, source) => {
                Err(Error::NothingFound { profile_file: None, chain, of_tools: Vec::new(), source })
            }
        }
    }

    fn source(&self) -> Source {
        Source::Tool(Box::new(self.found.entry.clone()))
    }
}
