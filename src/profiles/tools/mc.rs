//! The aliases of MinIO's client: `config.json`, and the variables that go before it.
//!
//! Source: `cmd/config*.go`, `cmd/client*.go` and `cmd/utils.go` of mc RELEASE.2025-08-13. Versions 7 to 9 of the file have
//! `hosts` with a `lookup`, version 10 has `aliases` with a `path`. Older ones are for mc itself to bring up to date.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use zeroize::Zeroizing;

use super::entry::{Key, ToolProfile, in_file, in_variable};
use super::store;
use super::text::{Places, ToolFile, in_home, malformed};
use crate::profiles::near::near;
use crate::profiles::profile::{Addressing, Settings};
use crate::profiles::tool::{Tool, ToolEntry};
use crate::profiles::{Environment, Error, ToolError};

/// What a variable with an alias begins with.
const VARIABLES: &str = "MC_HOST_";

/// What mc writes where a key should be filled in.
const PLACEHOLDERS: [&str; 2] = ["YOUR-ACCESS-KEY-HERE", "YOUR-SECRET-KEY-HERE"];

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    version: Option<String>,
    #[serde(default, alias = "hosts")]
    aliases: Aliases,
}

#[derive(Deserialize)]
struct Alias {
    #[serde(default)]
    url: String,
    #[serde(default, rename = "accessKey")]
    access_key: Zeroizing<String>,
    #[serde(default, rename = "secretKey")]
    secret_key: Zeroizing<String>,
    #[serde(default, rename = "sessionToken")]
    session_token: Zeroizing<String>,
    #[serde(default)]
    api: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    lookup: String,
}

/// The aliases in order, and the names that come more than once.
#[derive(Default)]
struct Aliases(Vec<(String, Alias)>);

/// The alias of that name.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    // A shell completes it with the slash of a path.
    let name = name.strip_suffix('/').unwrap_or(name);
    if let Some(url) = environment.get(&format!("{VARIABLES}{name}")) {
        return of_url(url, in_variable(Tool::Mc, name, &format!("{VARIABLES}{name}")), environment);
    }
    if let Some(file) = env_file(environment)?
        && let Some((_, url)) = lines_of(&file)?.into_iter().rev().find(|(there, _)| there == name)
    {
        let profile = of_url(&url, in_file(Tool::Mc, name, &file.path), environment)?;
        return Ok(ToolProfile { warnings: file.warnings, ..profile });
    }
    of_config(name, environment)
}

/// The names that [`find`] takes.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    let of_variables = environment.names().filter_map(|name| name.strip_prefix(VARIABLES)).map(str::to_owned);
    let mut names: Vec<String> = of_variables.filter(|name| !name.is_empty()).collect();
    if let Some(file) = env_file(environment)? {
        names.extend(lines_of(&file)?.into_iter().map(|(name, _)| name));
    }
    if let Some(file) = places(environment).read()? {
        names.extend(parse(&file)?.aliases.0.into_iter().map(|(name, _)| name));
    }
    let mut seen = BTreeMap::new();
    names.retain(|name| seen.insert(name.clone(), ()).is_none());
    Ok(names)
}

fn places(environment: &Environment) -> Places {
    const FILE: &str = "config.json";
    if let Some(folder) = environment.get("MC_CONFIG_DIR") {
        return Places::Named("MC_CONFIG_DIR", Path::new(folder).join(FILE));
    }
    // Packages call it mcli, for there is another mc; on Windows its folder has no dot.
    let folders = [".mc", ".mcli"].into_iter().chain(environment.get("USERPROFILE").map(|_| "mc"));
    Places::Usual(folders.filter_map(|folder| in_home(&[folder, FILE], environment)).collect())
}

fn of_config(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let file = places(environment).expect(Tool::Mc)?;
    let Config { version, aliases } = parse(&file)?;
    let entry = in_file(Tool::Mc, name, &file.path);
    if version.as_deref().is_some_and(|version| matches!(version, "1.0.0" | "1.0.1" | "2" | "3" | "4" | "5" | "6")) {
        let problem = "is older than 7; run mc once to bring the file up to date";
        return Err(ToolError::InvalidValue { entry, field: "version", problem }.into());
    }
    let mut found = aliases.0.iter().filter(|(there, _)| there == name);
    let Some((_, alias)) = found.next() else {
        let names: Vec<String> = aliases.0.into_iter().map(|(name, _)| name).collect();
        let near = near(name, names.iter().map(String::as_str)).into_iter().map(|name| format!("{}:{name}", Tool::Mc));
        let (near, place) = (near.collect(), file.path.display().to_string());
        return Err(ToolError::Unknown { tool: Tool::Mc, name: name.to_owned(), place, near, names }.into());
    };
    if found.next().is_some() {
        let path = file.path.clone();
        let lines = lines_of_key(&file.text, name);
        return Err(ToolError::Twice { tool: Tool::Mc, path, name: name.to_owned(), lines }.into());
    }
    let profile = alias.profile(entry, environment)?;
    Ok(ToolProfile { warnings: file.warnings, ..profile })
}

/// `serde_json` quotes what it refuses, which may be a secret: its position alone is kept.
fn parse(file: &ToolFile) -> Result<Config, Error> {
    serde_json::from_str(&file.text).map_err(|error| {
        let message = if error.is_data() { "expected the JSON that mc writes" } else { "not JSON" };
        malformed(&file.path, Some((error.line(), error.column())), message)
    })
}

/// The lines in which a name first stands as a key.
fn lines_of_key(text: &str, name: &str) -> (usize, usize) {
    let key = serde_json::Value::from(name).to_string();
    let is_there =
        |line: &str| line.trim_start().strip_prefix(&key).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let mut lines = text.lines().enumerate().filter(|(_, line)| is_there(line)).map(|(at, _)| at + 1);
    let first = lines.next().unwrap_or(1);
    (first, lines.next().unwrap_or(first))
}

impl Alias {
    fn profile(&self, entry: ToolEntry, environment: &Environment) -> Result<ToolProfile, Error> {
        let invalid = |field, problem| Error::from(ToolError::InvalidValue { entry: entry.clone(), field, problem });
        let url = self.url.trim_end_matches('/');
        if !is_origin(url) {
            return Err(invalid("url", "must be http://HOST or https://HOST, with no path"));
        }
        let scheme = match self.api.to_lowercase().as_str() {
            "" | "s3v4" => None,
            "s3v2" => Some("v2".to_owned()),
            _ => return Err(invalid("api", "must be S3v4 or S3v2")),
        };
        let region = environment.get("MC_REGION").or_else(|| environment.get("AWS_REGION")).map(str::to_owned);
        let settings = Settings {
            region: region.or_else(|| store::region_of(url)),
            endpoint_url: Some(url.to_owned()),
            addressing: self.addressing(url),
            scheme,
            ..Settings::default()
        };
        let real =
            |text: &Zeroizing<String>| Some(text.to_string()).filter(|text| !PLACEHOLDERS.contains(&text.as_str()));
        let (id, secret) = (real(&self.access_key), real(&self.secret_key));
        let key = Key::new(id.as_deref(), secret.as_deref(), Some(&self.session_token));
        Ok(ToolProfile::new(entry, key, settings))
    }

    fn addressing(&self, url: &str) -> Option<Addressing> {
        match (self.path.to_lowercase().as_str(), self.lookup.to_lowercase().as_str()) {
            ("off", _) | ("", "dns") => Some(Addressing::Virtual),
            ("on", _) | ("", "path") => Some(Addressing::Path),
            _ => store::addressing_of_minio(url),
        }
    }
}

fn is_origin(url: &str) -> bool {
    let parsed = url::Url::parse(url).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https"));
    parsed.is_some_and(|parsed| {
        let is_bare = parsed.path() == "/" && parsed.query().is_none() && parsed.fragment().is_none();
        is_bare && parsed.username().is_empty() && parsed.password().is_none()
    })
}

/// `https://KEY:SECRET@HOST`, or `https://KEY:SECRET:TOKEN@HOST`: nothing of it is percent-encoded.
fn of_url(text: &str, entry: ToolEntry, environment: &Environment) -> Result<ToolProfile, Error> {
    let (scheme, rest) = text.split_at(text.find("//").map_or(0, |at| at + 2));
    let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let mut parts = user.splitn(3, ':');
    let mut part = || Zeroizing::new(parts.next().unwrap_or_default().to_owned());
    let alias = Alias {
        url: format!("{scheme}{host}"),
        access_key: part(),
        secret_key: part(),
        session_token: part(),
        api: String::new(),
        path: String::new(),
        lookup: String::new(),
    };
    alias.profile(entry, environment)
}

/// The file of `MC_CONFIG_ENV_FILE`.
fn env_file(environment: &Environment) -> Result<Option<ToolFile>, Error> {
    const VARIABLE: &str = "MC_CONFIG_ENV_FILE";
    environment.get(VARIABLE).map_or(Ok(None), |path| Places::Named(VARIABLE, path.into()).read())
}

/// Its lines: `MC_HOST_ALIAS=URL`, or `ALIAS=URL`.
fn lines_of(file: &ToolFile) -> Result<Vec<(String, Zeroizing<String>)>, Error> {
    let line = |(at, line): (usize, &str)| {
        let split = line.split_once('=').map(|(name, url)| (name.strip_prefix(VARIABLES).unwrap_or(name), url));
        let (name, url) = split.ok_or_else(|| file.malformed(at + 1, "expected MC_HOST_ALIAS=URL"))?;
        Ok((name.to_owned(), Zeroizing::new(url.to_owned())))
    };
    file.text.lines().enumerate().map(line).collect()
}

impl<'de> Deserialize<'de> for Aliases {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AliasesVisitor)
    }
}

/// A map would keep one of two aliases of a name.
struct AliasesVisitor;

impl<'de> Visitor<'de> for AliasesVisitor {
    type Value = Aliases;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of aliases")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Aliases, A::Error> {
        let mut aliases = Vec::new();
        while let Some(entry) = map.next_entry()? {
            aliases.push(entry);
        }
        Ok(Aliases(aliases))
    }
}
