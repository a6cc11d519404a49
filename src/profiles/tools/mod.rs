//! Keys that other tools keep, read where they are and by those tools' own rules: s3cmd, rclone, MinIO's client, boto 2, s3fs,
//! restic.
//!
//! Each tool is a file here, with a `find` and the `names` that it takes. What they find is a whole profile: keys, region, endpoint,
//! addressing, scheme. Nothing is ever written there, no program is run, and nothing is asked of a store.

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

/// The profile that a tool has by that name.
///
/// # Errors
/// There is none, it is of no use for S3, or the tool's file cannot be read.
pub fn tool_profile(tool: Tool, name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    (reader(tool).find)(name, environment)
}

/// All that the tools have for S3, in order, and what of it cannot be used.
pub fn tool_profiles(environment: &Environment) -> (Vec<ToolProfile>, Vec<Error>) {
    let (mut profiles, mut errors) = (Vec::new(), Vec::new());
    for tool in Tool::ALL {
        for profile in (reader(tool).all)(environment).unwrap_or_else(|error| vec![Err(error)]) {
            match profile {
                Ok(profile) => profiles.push(profile),
                // Storage of another kind is not what anybody looks for here.
                Err(Error::Tool(error)) if is_of_no_store(&error) => {}
                Err(error) => errors.push(error),
            }
        }
    }
    (profiles, errors)
}

/// The keys that the tools state; of the environment's keys none comes again.
pub(super) fn known_keys(environment: &Environment) -> Vec<KnownKey> {
    let (profiles, _) = tool_profiles(environment);
    let known = profiles.into_iter().filter_map(|ToolProfile { entry, profile, .. }| {
        let Some(SecretSource::Inline(secret)) = profile.secret else { return None };
        let (access_key_id, session_token) = (profile.access_key_id?, profile.session_token);
        Some(KnownKey { source: Source::Tool(Box::new(entry)), access_key_id, secret, session_token })
    });
    known.collect()
}

/// The names of the keys that the tools state, as `--profile` takes them.
pub(super) fn names_with_keys(environment: &Environment) -> Vec<String> {
    let (profiles, _) = tool_profiles(environment);
    profiles.iter().filter(|found| found.stated().is_ok()).map(|found| found.entry.profile_name()).collect()
}

/// What the tools have that a name without a tool, or with a mistyped one, may mean, as `--profile` takes it.
pub(super) fn namesakes(typed: &str, environment: &Environment) -> Vec<String> {
    const SHOWN: usize = 3;
    /// Each is read from the tool's file anew.
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

/// Whether it is not storage of another kind.
fn is_for_s3((tool, name): &(Tool, String), environment: &Environment) -> bool {
    let found = tool_profile(*tool, name, environment);
    !matches!(found, Err(Error::Tool(error)) if is_of_no_store(&error))
}

/// How the entries of a tool are read.
struct Reader {
    find: fn(&str, &Environment) -> Result<ToolProfile, Error>,
    all: fn(&Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error>,
    names: fn(&Environment) -> Result<Vec<String>, Error>,
}

/// The reader of each tool.
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

/// Whether an entry is of something else than one S3 store.
fn is_of_no_store(error: &ToolError) -> bool {
    matches!(error, ToolError::NotS3 { .. } | ToolError::Several { .. })
}
