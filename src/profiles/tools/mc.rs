//! The aliases of MinIO's client: `config.json`, and the variables that override it.
//!
//! Source: `cmd/config*.go`, `cmd/client*.go` and `cmd/utils.go` of mc RELEASE.2025-08-13. Versions 7 to 9 of the
//! file have `hosts` with a `lookup`; version 10 has `aliases` with a `path`. Older versions are not supported; mc
//! itself can upgrade them.

use std::collections::{HashMap, HashSet};
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

/// The prefix of variables that define an alias.
const VARIABLES: &str = "MC_HOST_";

/// The placeholders that mc writes for keys that are to be filled in.
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

/// The aliases in order, including repeated names.
#[derive(Default)]
struct Aliases(Vec<(String, Alias)>);

/// The profile of an alias.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    // Shell completion may append the slash of a path.
    let name = name.strip_suffix('/').unwrap_or(name);
    if let Some((alias, _)) = name.split_once('/') {
        return Err(ToolError::HasPath { tool: Tool::Mc, name: alias.to_owned(), separator: '/' }.into());
    }
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

/// The names that [`find`] accepts, from all sources that can be read.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    let of_variables = names_of_variables(environment).map(str::to_owned);
    let of_env_file = env_file(environment).and_then(|file| file.map_or(Ok(Vec::new()), |file| lines_of(&file)));
    let of_env_file = of_env_file.unwrap_or_default().into_iter().map(|(name, _)| name);
    let of_config = Document::read(environment).ok().flatten().map(|document| document.config.aliases.0);
    let of_config = of_config.unwrap_or_default().into_iter().map(|(name, _)| name);
    let mut seen = HashSet::new();
    Ok(of_variables.chain(of_env_file).chain(of_config).filter(|name| seen.insert(name.clone())).collect())
}

fn names_of_variables(environment: &Environment) -> impl Iterator<Item = &str> {
    environment.names().filter_map(|name| name.strip_prefix(VARIABLES)).filter(|name| !name.is_empty())
}

/// The profiles of all aliases, variables first; an error for each one that cannot be used, and for a file that
/// cannot be read.
pub(super) fn all(environment: &Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error> {
    let mut seen: HashSet<String> = names_of_variables(environment).map(str::to_owned).collect();
    let mut found: Vec<_> = names_of_variables(environment).map(|name| find(name, environment)).collect();
    let read = |file: ToolFile| Ok::<_, Error>((lines_of(&file)?, file));
    match env_file(environment).and_then(|file| file.map(read).transpose()) {
        Ok(None) => {}
        Err(error) => found.push(Err(error)),
        Ok(Some((lines, file))) => {
            // Later lines override earlier ones with the same name.
            let urls: HashMap<&str, &Zeroizing<String>> =
                lines.iter().map(|(name, url)| (name.as_str(), url)).collect();
            for (name, _) in &lines {
                if seen.insert(name.clone()) {
                    let profile = of_url(urls[name.as_str()], in_file(Tool::Mc, name, &file.path), environment);
                    found.push(profile.map(|profile| ToolProfile { warnings: file.warnings.clone(), ..profile }));
                }
            }
        }
    }
    match Document::read(environment) {
        Ok(None) => {}
        Err(error) => found.push(Err(error)),
        Ok(Some(document)) => {
            let mut of_name: HashMap<&str, Vec<&Alias>> = HashMap::new();
            for (name, alias) in &document.config.aliases.0 {
                of_name.entry(name).or_default().push(alias);
            }
            for (name, _) in &document.config.aliases.0 {
                if seen.insert(name.clone()) {
                    found.push(document.profile(name, &of_name[name.as_str()], environment));
                }
            }
        }
    }
    Ok(found)
}

fn places(environment: &Environment) -> Places {
    const FILE: &str = "config.json";
    if let Some(folder) = environment.get("MC_CONFIG_DIR") {
        return Places::Named("MC_CONFIG_DIR", Path::new(folder).join(FILE));
    }
    // Some packages call the program `mcli`, because there is another `mc`; on Windows, its folder has no dot.
    let folders = [".mc", ".mcli"].into_iter().chain(environment.get("USERPROFILE").map(|_| "mc"));
    Places::Usual(folders.filter_map(|folder| in_home(&[folder, FILE], environment)).collect())
}

fn of_config(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let file = places(environment).expect(Tool::Mc).or_else(|error| of_variables_alone(name, error, environment))?;
    let document = Document::parse(file)?;
    let found: Vec<&Alias> =
        document.config.aliases.0.iter().filter(|(there, _)| there == name).map(|(_, alias)| alias).collect();
    if found.is_empty() {
        return Err(unknown(name, document.file.path.display().to_string(), environment)?);
    }
    document.profile(name, &found, environment)
}

/// The error for an unknown name if there is no file. If variables define aliases, it lists their names.
fn of_variables_alone(name: &str, error: Error, environment: &Environment) -> Result<ToolFile, Error> {
    match names_of_variables(environment).next() {
        Some(_) => Err(unknown(name, format!("the variables {VARIABLES}…"), environment)?),
        None => Err(error),
    }
}

fn unknown(name: &str, place: String, environment: &Environment) -> Result<Error, Error> {
    let names = names(environment)?;
    let near = near(name, names.iter().map(String::as_str)).into_iter().map(|name| format!("{}:{name}", Tool::Mc));
    let near = near.collect();
    Ok(ToolError::Unknown { tool: Tool::Mc, name: name.to_owned(), place, near, names }.into())
}

/// A parsed `config.json`.
struct Document {
    file: ToolFile,
    config: Config,
}

impl Document {
    /// Reads the file, if it exists.
    fn read(environment: &Environment) -> Result<Option<Self>, Error> {
        places(environment).read()?.map(Self::parse).transpose()
    }

    fn parse(file: ToolFile) -> Result<Self, Error> {
        let config = parse(&file)?;
        let is_old = |version: &str| matches!(version, "1.0.0" | "1.0.1" | "2" | "3" | "4" | "5" | "6");
        if config.version.as_deref().is_some_and(is_old) {
            let message = "written by an old version of mc; run mc once to update the file";
            return Err(malformed(&file.path, None, message));
        }
        Ok(Self { file, config })
    }

    /// The profile of the aliases with this name; fails if there is more than one.
    fn profile(&self, name: &str, aliases: &[&Alias], environment: &Environment) -> Result<ToolProfile, Error> {
        let [alias] = aliases else {
            let path = self.file.path.clone();
            let lines = lines_of_key(&self.file.text, name);
            return Err(ToolError::Twice { tool: Tool::Mc, path, name: name.to_owned(), lines }.into());
        };
        let profile = alias.profile(in_file(Tool::Mc, name, &self.file.path), environment)?;
        Ok(ToolProfile { warnings: self.file.warnings.clone(), ..profile })
    }
}

/// Keeps only the position of a `serde_json` error: its message quotes the value, which may be a secret.
fn parse(file: &ToolFile) -> Result<Config, Error> {
    serde_json::from_str(&file.text).map_err(|error| {
        let message = if error.is_data() { "not a configuration of mc" } else { "invalid JSON" };
        malformed(&file.path, Some((error.line(), error.column())), message)
    })
}

/// The first lines with this name as a key.
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
        if self.url.is_empty() {
            return Err(invalid("url", "is missing; expected https://HOST or http://HOST:PORT"));
        }
        let url = self.url.trim_end_matches('/');
        if !is_origin(url) {
            return Err(invalid("url", "must be http://HOST or https://HOST, with no path"));
        }
        let url = store::as_url(url);
        let scheme = match self.api.to_lowercase().as_str() {
            "" | "s3v4" => None,
            "s3v2" => Some("v2".to_owned()),
            _ => return Err(invalid("api", "must be S3v4 or S3v2")),
        };
        let region = environment.get("MC_REGION").or_else(|| environment.get("AWS_REGION")).map(str::to_owned);
        let settings = Settings {
            region: region.or_else(|| store::region_of(&url)),
            addressing: self.addressing(&url),
            endpoint_url: Some(url),
            scheme,
            ..Settings::default()
        };
        let [id, secret] = [self.access_key.as_str(), self.secret_key.as_str()]
            .map(|text| Some(text).filter(|text| !PLACEHOLDERS.contains(text)));
        let key = Key::new(id, secret, Some(&self.session_token));
        ToolProfile::new(entry, key, settings)
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

/// Parses `https://KEY:SECRET@HOST` or `https://KEY:SECRET:TOKEN@HOST`; nothing in it is percent-encoded.
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

/// The file that `MC_CONFIG_ENV_FILE` names.
fn env_file(environment: &Environment) -> Result<Option<ToolFile>, Error> {
    const VARIABLE: &str = "MC_CONFIG_ENV_FILE";
    environment.get(VARIABLE).map_or(Ok(None), |path| Places::Named(VARIABLE, path.into()).read())
}

/// The aliases in the lines of that file: `MC_HOST_ALIAS=URL`, or `ALIAS=URL`.
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

/// Collects the aliases in a list, because a map would drop repeated names.
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
