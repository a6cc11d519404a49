//! Reads the keys in other tools' configuration, by those tools' own rules: s3cmd, rclone, MinIO's client, boto 2,
//! s3fs, restic.
//!
//! Each tool has a module with a `find` function and the `names` that it accepts. `find` returns a whole profile:
//! keys, region, endpoint, addressing, scheme. sigvet never writes to these files, runs no tool, and sends nothing to
//! a store.

mod text;
mod store;
mod entry;
mod s3cmd;
mod goconfig;
mod connection;
mod rclone;
mod mc;
mod boto;
mod s3fs;
mod restic;
mod source;

use super::found::KnownKey;
use super::near::near;
use super::profile::SecretSource;
use super::tool::Tool;
use super::{Environment, Error, Source, ToolError};

pub use entry::{ToolKeys, ToolProfile};
pub(super) use source::ToolSource;

/// A tool's profile with this name.
///
/// # Errors
/// Fails if there is no such profile, if it is not for S3, or if the tool's file cannot be read.
pub fn tool_profile(tool: Tool, name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    (reader(tool).find)(name, environment)
}

/// The S3 profiles of all tools, in order, and errors for those that cannot be used.
pub fn tool_profiles(environment: &Environment) -> (Vec<ToolProfile>, Vec<Error>) {
    let (mut profiles, mut errors) = (Vec::new(), Vec::new());
    for tool in Tool::ALL {
        for profile in (reader(tool).all)(environment).unwrap_or_else(|error| vec![Err(error)]) {
            match profile {
                Ok(profile) => profiles.push(profile),
                // Remotes of other storage are not errors.
                Err(Error::Tool(error)) if is_of_no_store(&error) => {}
                Err(error) => errors.push(error),
            }
        }
    }
    (profiles, errors)
}

/// The keys in the tools' entries. Keys that a tool takes from AWS's environment, files or chain are not repeated.
pub(super) fn known_keys(environment: &Environment) -> Vec<KnownKey> {
    let (profiles, _) = tool_profiles(environment);
    let known = profiles.into_iter().filter_map(|ToolProfile { entry, profile, .. }| {
        let Some(SecretSource::Inline(secret)) = profile.secret else { return None };
        let (access_key_id, session_token) = (profile.access_key_id?, profile.session_token);
        Some(KnownKey { source: Source::Tool(Box::new(entry)), access_key_id, secret, session_token })
    });
    known.collect()
}

/// Why [`known_keys`] leaves out entries that have keys of their own.
pub(super) fn unread_keys(environment: &Environment) -> Vec<Error> {
    let (profiles, mut errors) = tool_profiles(environment);
    let is_half = |found: &&ToolProfile| found.profile.access_key_id.is_some() != found.profile.secret.is_some();
    errors.extend(profiles.iter().filter(is_half).filter_map(|found| found.stated().err()));
    errors
}

/// The names of profiles whose entry contains a key, as `--profile` accepts them.
pub(super) fn names_with_keys(environment: &Environment) -> Vec<String> {
    let (profiles, _) = tool_profiles(environment);
    profiles.iter().filter(|found| found.stated().is_ok()).map(|found| found.entry.profile_name()).collect()
}

/// The tools' profiles that a name without a tool, or with a mistyped tool, may mean, as `--profile` accepts them.
pub(super) fn namesakes(typed: &str, environment: &Environment) -> Vec<String> {
    const SHOWN: usize = 3;
    /// Limits the number of probes, because each one rereads the tool's file.
    const PROBED: usize = 50;
    let spelled = |(tool, name): (Tool, String)| format!("{tool}:{name}");
    let names_in =
        |tool| (reader(tool).names)(environment).unwrap_or_default().into_iter().map(move |name| (tool, name));
    let candidates: Vec<(Tool, String)> = match Tool::ALL.into_iter().find(|tool| tool.as_str() == typed) {
        Some(tool) => names_in(tool).take(PROBED).collect(),
        None => {
            let name = match typed.split_once(':') {
                Some((tool, name)) if !near(tool, Tool::ALL.map(Tool::as_str)).is_empty() => name,
                _ => typed,
            };
            Tool::ALL.into_iter().flat_map(names_in).filter(|(_, there)| there == name).take(PROBED).collect()
        }
    };
    candidates.into_iter().filter(|found| is_for_s3(found, environment)).map(spelled).take(SHOWN).collect()
}

/// Whether the entry is not for other storage than S3.
fn is_for_s3((tool, name): &(Tool, String), environment: &Environment) -> bool {
    let found = tool_profile(*tool, name, environment);
    !matches!(found, Err(Error::Tool(error)) if is_of_no_store(&error))
}

/// The entries of a tool; an entry may be unusable although the file is readable.
type Entries = Result<Vec<Result<ToolProfile, Error>>, Error>;

/// The functions that read a tool's entries.
struct Reader {
    find: fn(&str, &Environment) -> Result<ToolProfile, Error>,
    all: fn(&Environment) -> Entries,
    names: fn(&Environment) -> Result<Vec<String>, Error>,
}

fn reader(tool: Tool) -> Reader {
    match tool {
        Tool::S3cmd => Reader { find: s3cmd::find, all: s3cmd::all, names: s3cmd::names },
        Tool::Rclone => Reader { find: rclone::find, all: rclone::all, names: rclone::names },
        Tool::Mc => Reader { find: mc::find, all: mc::all, names: mc::names },
        Tool::Boto => Reader { find: boto::find, all: boto::all, names: boto::names },
        Tool::S3fs => Reader { find: s3fs::find, all: s3fs::all, names: s3fs::names },
        Tool::Restic => Reader { find: restic::find, all: restic::all, names: restic::names },
    }
}

/// Whether the entry is for other storage, or for several stores.
fn is_of_no_store(error: &ToolError) -> bool {
    matches!(error, ToolError::NotS3 { .. } | ToolError::Several { .. })
}
