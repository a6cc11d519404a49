//! Turns a profile of another tool into credentials.

use super::entry::{ToolKeys, ToolProfile};
use super::tool_profile;
use crate::profiles::found::{Described, Resolved};
use crate::profiles::profile::Settings;
use crate::profiles::rank::Rank;
use crate::profiles::tool::Tool;
use crate::profiles::{Environment, Error, Outside, Source, aws};
use sigvet_core::credentials::Credentials;

/// A profile of another tool, and the reason why it was chosen.
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

    /// Returns the profile's credentials. Uses AWS's credential chain if the tool does.
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

    /// Describes the profile without its secret. The endpoint is the profile's own or AWS's; an endpoint in the
    /// environment does not apply.
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

    /// Gets keys from AWS's environment variables, files and chain, in the order of the tools' own libraries.
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
        // The variable may name this very profile, so names of tools are skipped.
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
