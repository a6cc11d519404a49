//! `sigvet profile import`: copies a key with its settings from another tool's file into the profile file.

use std::path::Path;

use clap::Args;

use super::{note, tool, warn};
use crate::cli::context::Context;
use crate::cli::credentials::words::describe_source;
use crate::cli::failure::Failure;
use crate::profiles::{self, Copied, DefaultProfile, Existing, Profile, SecretSource, Tool};

/// The options of `profile import`.
#[derive(Debug, Args)]
pub struct Import {
    /// What to copy, as --profile names it: aws:NAME, s3cmd:SECTION, rclone:REMOTE, mc:ALIAS, …
    #[arg(value_name = "TOOL:NAME", add = crate::cli::options::complete::profile_names())]
    from: String,
    /// Name of the new profile (default: the name it has there)
    #[arg(value_name = "NEW-NAME")]
    name: Option<String>,
    /// Make it the default profile
    ///
    /// The first profile of a file becomes its default anyway.
    #[arg(long)]
    default: bool,
    /// Replace a profile of the same name
    #[arg(long)]
    force: bool,
}

/// Copies the profile into the file at `path`.
pub(super) fn run(import: &Import, path: &Path, context: &mut Context) -> Result<(), Failure> {
    let copied = profiles::to_copy(&import.from, &context.environment)?.ok_or_else(|| unknown_tool(&import.from))?;
    warn(&copied.warnings, context)?;
    let Copied { mut profile, secret_variable, source, .. } = copied;
    let name = new_name(import, &profile.name)?;
    if let Some(variable) = secret_variable {
        profile.secret = Some(SecretSource::Variable(variable));
    }
    if let Some(url) = profile.settings.bucket_endpoint_url.take() {
        let other = profile.settings.endpoint_url.replace(url.clone());
        let other = other.as_deref().unwrap_or("AWS's");
        note(
            context,
            &format!("warning: a profile has one endpoint: {url}, for buckets, is copied, and {other} is not"),
        )?;
    }
    let left: Vec<_> = tool::more(&profile.settings).map(|(field, _)| field).collect();
    let existing = if import.force { Existing::Update } else { Existing::Keep };
    let default = if import.default { DefaultProfile::This } else { DefaultProfile::IfFirst };
    let added = profiles::add(path, &Profile { name: name.clone(), ..profile }, existing, default)?;
    if !left.is_empty() {
        note(
            context,
            &format!(
                "warning: the profile file has no place for these settings, which are not copied: {}",
                left.join(", ")
            ),
        )?;
    }
    let from = describe_source(&source);
    let verb = if added.replaced { "over" } else { "to" };
    let mark = if added.made_default { "; it is the default now" } else { "" };
    note(context, &format!("copied {from} {verb} profile '{name}' in {}{mark}", path.display()))
}

/// The name of the new profile: another tool's entry may have none that a profile can have.
fn new_name(import: &Import, there: &str) -> Result<String, Failure> {
    match &import.name {
        Some(name) => Ok(name.clone()),
        None if there.is_empty() || there.starts_with(':') || there.contains(',') => {
            Err(Failure::usage("NEW-NAME is missing: the credentials to copy have no name of their own").hint(format!(
                "write 'sigvet profile import {}:… NEW-NAME'",
                import.from.split(':').next().unwrap_or_default()
            )))
        }
        None => Ok(there.to_owned()),
    }
}

fn unknown_tool(from: &str) -> Failure {
    let tools: Vec<&str> = std::iter::once("aws").chain(Tool::ALL.map(Tool::as_str)).collect();
    let message = match from.split_once(':') {
        Some((tool, _)) if tool.len() <= 16 => format!("no tool '{tool}' whose keys can be copied"),
        _ => "expected TOOL:NAME".to_owned(),
    };
    Failure::usage(message)
        .hint(format!("TOOL is one of {}; 'sigvet profile list --all' shows the names", tools.join(", ")))
}
