//! restic's environment: the repository in `RESTIC_REPOSITORY`, and the keys that restic finds for it.
//!
//! Source: `internal/backend/s3` of restic 0.14 and 0.18, and `pkg/credentials` of minio-go.

use super::entry::{Key, ToolKeys, ToolProfile, in_file, in_variable};
use super::store;
use super::text::{Places, ToolFile};
use crate::profiles::profile::Settings;
use crate::profiles::tool::{Tool, ToolEntry};
use crate::profiles::{Environment, Error, ToolError};

/// The name of the only repository in the environment.
const NAME: &str = "env";

/// The profile of the repository in the environment.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let name = if name.is_empty() { NAME } else { name };
    let (entry, repository) = match repository(environment)? {
        Some(found) if name == NAME => found,
        found => {
            let names = found.map(|_| NAME.to_owned()).into_iter().collect();
            let place = "RESTIC_REPOSITORY or RESTIC_REPOSITORY_FILE".to_owned();
            return Err(ToolError::Unknown {
                tool: Tool::Restic,
                name: name.to_owned(),
                place,
                near: Vec::new(),
                names,
            }
            .into());
        }
    };
    let Some(url) = endpoint(&repository) else {
        if repository.starts_with("s3:") {
            let problem = "names no host; expected s3:https://HOST/BUCKET";
            return Err(ToolError::InvalidValue { entry, field: "the repository", problem }.into());
        }
        let kind = repository.split_once(':').map_or("local", |(kind, _)| kind);
        return Err(ToolError::NotS3 { entry, wrapped: None, kind: Some(kind.to_owned()) }.into());
    };
    if !has_bucket(&repository) {
        let problem = "names no bucket; expected s3:https://HOST/BUCKET";
        return Err(ToolError::InvalidValue { entry, field: "the repository", problem }.into());
    }
    if environment.get("RESTIC_AWS_ASSUME_ROLE_ARN").is_some() {
        let what = "assumes a role (RESTIC_AWS_ASSUME_ROLE_ARN)";
        return Err(ToolError::Unsupported { entry, what }.into());
    }
    let settings = Settings {
        region: environment.get("AWS_DEFAULT_REGION").map(str::to_owned).or_else(|| store::region_of(&url)),
        addressing: store::addressing_of_minio(&url),
        endpoint_url: Some(url),
        ..Settings::default()
    };
    let key = key(environment);
    let is_empty = key.is_empty();
    let mut profile = ToolProfile::new(entry, key, settings)?;
    if is_empty {
        // minio-go reads only AWS_PROFILE, and signs with [default] otherwise.
        let default = environment.get("AWS_PROFILE").is_none() && environment.profile().is_some();
        let named = default.then(|| "default".to_owned());
        profile.keys = ToolKeys::OfAws { profile: named, credentials_file: None };
    }
    Ok(profile)
}

/// The name that [`find`] accepts, if there is a repository.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    Ok(repository(environment)?.map(|_| NAME.to_owned()).into_iter().collect())
}

fn repository(environment: &Environment) -> Result<Option<(ToolEntry, String)>, Error> {
    const VARIABLE: &str = "RESTIC_REPOSITORY";
    const FILE: &str = "RESTIC_REPOSITORY_FILE";
    if let Some(repository) = environment.get(VARIABLE) {
        return Ok(Some((in_variable(Tool::Restic, NAME, VARIABLE), repository.to_owned())));
    }
    let Some(path) = environment.get(FILE) else { return Ok(None) };
    let file: Option<ToolFile> = Places::Named(FILE, path.into()).read()?;
    Ok(file.map(|file| (in_file(Tool::Restic, NAME, &file.path), file.text.trim().to_owned())))
}

/// Whether the repository has a bucket after its host.
fn has_bucket(repository: &str) -> bool {
    let rest = repository.strip_prefix("s3:").unwrap_or_default();
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest).trim_start_matches('/');
    rest.split('/').nth(1).is_some_and(|bucket| !bucket.is_empty())
}

/// The profile of the repository, if there is one.
pub(super) fn all(environment: &Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error> {
    Ok(names(environment)?.iter().map(|name| find(name, environment)).collect())
}

/// The endpoint in `s3:https://HOST/BUCKET/PREFIX`, `s3:HOST/BUCKET` or `s3://HOST/BUCKET`.
fn endpoint(repository: &str) -> Option<String> {
    let rest = repository.strip_prefix("s3:")?;
    let (scheme, rest) = match rest.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        _ => ("https", rest.strip_prefix("//").unwrap_or(rest)),
    };
    let host = rest.split('/').next().filter(|host| !host.is_empty())?;
    // The user information before the host is dropped, because the endpoint is printed.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some(format!("{scheme}://{host}"))
}

/// AWS's variables, otherwise MinIO's.
fn key(environment: &Environment) -> Key {
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| environment.get(name));
    let id = first(["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"]);
    let secret = first(["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"]);
    let of_aws = Key::new(id, secret, environment.get("AWS_SESSION_TOKEN"));
    if !of_aws.is_empty() {
        return of_aws;
    }
    Key::new(first(["MINIO_ROOT_USER", "MINIO_ACCESS_KEY"]), first(["MINIO_ROOT_PASSWORD", "MINIO_SECRET_KEY"]), None)
}
