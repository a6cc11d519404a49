//! Reads a profile of another tool, or of AWS's files, so that it can be copied into sigvet's own file.

use super::profile::{Profile, SecretSource};
use super::tool::Tool;
use super::tools::{ToolKeys, tool_profile};
use super::{Environment, Error, Source, ToolError, Warning, aws, soundness};
use sigvet_core::credentials::Credentials;

/// The profile to copy, and its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The profile, under its name in the source.
    pub profile: Profile,
    /// The variable that contains the secret, if the tool's file names one.
    pub secret_variable: Option<String>,
    /// The source of the profile.
    pub source: Source,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// Finds the profile named by `aws:NAME`, `rclone:REMOTE` and so on. `None` if the name does not belong to
/// another tool.
///
/// # Errors
/// The profile does not exist, cannot be read, or has no key of its own.
pub fn to_copy(name: &str, environment: &Environment) -> Result<Option<Copied>, Error> {
    let copied = match (name.strip_prefix("aws:"), Tool::split(name)) {
        (Some(name), _) => of_aws(name, environment)?,
        (None, Some((tool, name))) => of_tool(tool, name, environment)?,
        (None, None) => return Ok(None),
    };
    if let (Some(id), Some(SecretSource::Inline(secret))) = (&copied.profile.access_key_id, &copied.profile.secret) {
        let mut credentials = Credentials::new(id, secret.expose_secret());
        credentials.session_token.clone_from(&copied.profile.session_token);
        soundness::check(&credentials, &copied.source)?;
    }
    Ok(Some(copied))
}

fn of_aws(name: &str, environment: &Environment) -> Result<Copied, Error> {
    let (profile, source, warnings) = aws::stated(name, environment)?;
    let reason = "AWS's tools ask for a new one each time";
    let profile = profile.ok_or(ToolError::NothingToCopy { owner: format!("aws profile '{name}'"), reason })?;
    Ok(Copied { profile, secret_variable: None, source, warnings })
}

fn of_tool(tool: Tool, name: &str, environment: &Environment) -> Result<Copied, Error> {
    let found = tool_profile(tool, name, environment)?;
    if let ToolKeys::OfAws { .. } = found.keys {
        let reason = "the tool asks AWS's chain for one";
        return Err(ToolError::NothingToCopy { owner: found.entry.to_string(), reason }.into());
    }
    found.stated()?;
    let region = found.effective_region();
    let mut profile = found.profile;
    profile.settings.region = region;
    Ok(Copied {
        profile,
        secret_variable: found.secret_variable,
        source: Source::Tool(Box::new(found.entry)),
        warnings: found.warnings,
    })
}
