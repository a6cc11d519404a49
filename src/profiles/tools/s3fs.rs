//! s3fs's `passwd-s3fs`: one key per line, either for one bucket or for all. The endpoint is an option of s3fs and
//! not in the file.
//!
//! Source: `src/s3fs_cred.cpp` of s3fs 1.90 and 1.95.

use std::collections::HashMap;

use super::entry::{Key, ToolProfile, in_file};
use super::text::{Places, ToolFile, in_home};
use crate::profiles::near::near;
use crate::profiles::profile::Settings;
use crate::profiles::tool::Tool;
use crate::profiles::{Environment, Error, ToolError};

/// The name of the key for all buckets without their own key.
const DEFAULT: &str = "default";

/// A line with a key; without a bucket, it is the key for all buckets.
struct Line<'t> {
    number: usize,
    bucket: Option<&'t str>,
    id: &'t str,
    secret: &'t str,
}

/// The profile of a bucket's key, otherwise of the key for all buckets.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let file = places(environment).expect(Tool::S3fs)?;
    let lines = parse(&file)?;
    let of_bucket = lines.iter().find(|line| line.bucket == Some(name));
    let chosen = of_bucket.or_else(|| lines.iter().find(|line| line.bucket.is_none()));
    let name = if name.is_empty() { DEFAULT } else { name };
    let Some(line) = chosen else { return Err(unknown(name, &file, &lines)) };
    let key = Key::new(Some(line.id), Some(line.secret), None);
    let profile = ToolProfile::new(in_file(Tool::S3fs, name, &file.path), key, Settings::default())?;
    Ok(ToolProfile { warnings: file.warnings.clone(), ..profile })
}

/// The profiles of all lines, in order.
pub(super) fn all(environment: &Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error> {
    let Some(file) = places(environment).read()? else { return Ok(Vec::new()) };
    let profile = |line: &Line<'_>| {
        let key = Key::new(Some(line.id), Some(line.secret), None);
        let entry = in_file(Tool::S3fs, line.bucket.unwrap_or(DEFAULT), &file.path);
        let profile = ToolProfile::new(entry, key, Settings::default())?;
        Ok(ToolProfile { warnings: file.warnings.clone(), ..profile })
    };
    Ok(parse(&file)?.iter().map(profile).collect())
}

/// The buckets with their own keys, and `default`.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    let Some(file) = places(environment).read()? else { return Ok(Vec::new()) };
    Ok(parse(&file)?.iter().map(|line| line.bucket.unwrap_or(DEFAULT).to_owned()).collect())
}

fn places(environment: &Environment) -> Places {
    let of_system = std::path::PathBuf::from("/etc/passwd-s3fs");
    Places::Usual(in_home(&[".passwd-s3fs"], environment).into_iter().chain([of_system]).collect())
}

fn unknown(name: &str, file: &ToolFile, lines: &[Line<'_>]) -> Error {
    let names: Vec<String> = lines.iter().filter_map(|line| line.bucket).map(str::to_owned).collect();
    let near = near(name, names.iter().map(String::as_str)).into_iter().map(|name| format!("{}:{name}", Tool::S3fs));
    let (near, place) = (near.collect(), file.path.display().to_string());
    ToolError::Unknown { tool: Tool::S3fs, name: name.to_owned(), place, near, names }.into()
}

/// Parses lines of the form `KEY:SECRET`, `BUCKET:KEY:SECRET`, or `AWSAccessKeyId=KEY` and `AWSSecretKey=SECRET`.
fn parse(file: &ToolFile) -> Result<Vec<Line<'_>>, Error> {
    let mut found: Vec<Line<'_>> = Vec::new();
    let (mut id, mut secret) = (None, None);
    for (number, line) in file.text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.contains([' ', '\t']) || line.starts_with('[') {
            return Err(file.malformed(number, "expected ACCESS_KEY_ID:SECRET or BUCKET:ACCESS_KEY_ID:SECRET"));
        }
        match line.split_once('=') {
            Some(("AWSAccessKeyId", value)) => id = id.or(Some((number, value))),
            Some(("AWSSecretKey", value)) => secret = secret.or(Some(value)),
            _ => found.extend(in_colons(number, line)),
        }
    }
    if let (Some((number, id)), Some(secret)) = (id, secret) {
        // In s3fs, this form overrides the other.
        found.retain(|line| line.bucket.is_some());
        found.insert(0, Line { number, bucket: None, id, secret });
    }
    match twins(&found) {
        Some((first, second)) => Err(ToolError::Twice {
            tool: Tool::S3fs,
            path: file.path.clone(),
            name: first.bucket.unwrap_or(DEFAULT).to_owned(),
            lines: (first.number, second.number),
        }
        .into()),
        None => Ok(found),
    }
}

fn in_colons(number: usize, line: &str) -> Option<Line<'_>> {
    let (front, secret) = line.rsplit_once(':')?;
    let (bucket, id) = match front.split_once(':') {
        Some((bucket, id)) => (Some(bucket), id),
        None => (None, front),
    };
    Some(Line { number, bucket, id, secret })
}

fn twins<'l, 't>(lines: &'l [Line<'t>]) -> Option<(&'l Line<'t>, &'l Line<'t>)> {
    let mut seen = HashMap::new();
    lines.iter().find_map(|line| seen.insert(line.bucket, line).map(|first| (first, line)))
}
