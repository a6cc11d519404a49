//! boto 2's `.boto` and `/etc/boto.cfg`: the keys of `[Credentials]` and `[profile NAME]`, and the host.
//!
//! Source: `boto/pyami/config.py`, `boto/provider.py` and `boto/s3/connection.py` of boto 2.49. boto merges its
//! files, and later files override earlier ones. By default it signs with Version 2, which AWS no longer accepts in
//! most regions, so sigvet does not adopt that default.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::entry::{Key, ToolProfile, in_file};
use super::store;
use super::text::{ToolFile, expand_home, in_home};
use crate::profiles::ini::{Ini, Section, Value};
use crate::profiles::near::near;
use crate::profiles::profile::{Addressing, Settings};
use crate::profiles::tool::{Tool, ToolEntry};
use crate::profiles::{Environment, Error, ToolError, Warning};

/// The section of the key that boto uses if no profile is named.
const CREDENTIALS: &str = "Credentials";

/// The profile of the section `[Credentials]` or `[profile NAME]`.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let files = Files::expect(environment)?;
    let name = if name.is_empty() { CREDENTIALS } else { name };
    files.profile(name).unwrap_or_else(|| Err(files.unknown(name, environment)))
}

/// The profiles of all sections, in order; an error for each one that cannot be used.
pub(super) fn all(environment: &Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error> {
    let files = Files::read(environment)?;
    Ok(files.names().iter().filter_map(|name| files.profile(name)).collect())
}

/// The names that [`find`] accepts.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    Ok(Files::read(environment)?.names())
}

/// The files in the order in which boto reads them.
struct Files(Vec<BotoFile>);

struct BotoFile {
    path: PathBuf,
    ini: Ini,
    /// The index of each header's section.
    places: HashMap<String, usize>,
    warnings: Vec<Warning>,
}

impl BotoFile {
    fn section(&self, header: &str) -> Option<&Section> {
        self.places.get(header).map(|&at| &self.ini.sections[at])
    }
}

impl Files {
    fn read(environment: &Environment) -> Result<Self, Error> {
        let mut files = Vec::new();
        for path in paths(environment) {
            let Some(file) = ToolFile::read(&path)? else { continue };
            let ini = Ini::parse(file.text.as_bytes());
            let problem = ini.sections.iter().find_map(|section| section.problem);
            if let Some(problem) = problem {
                return Err(file.malformed(problem.line, problem.message));
            }
            let mut places = HashMap::new();
            for (at, section) in ini.sections.iter().enumerate() {
                places.entry(section.header.clone()).or_insert(at);
            }
            files.push(BotoFile { path: file.path, ini, places, warnings: file.warnings });
        }
        Ok(Self(files))
    }

    /// Reads the files; fails if a variable names a file that does not exist.
    fn expect(environment: &Environment) -> Result<Self, Error> {
        let files = Self::read(environment)?;
        match environment.get("BOTO_CONFIG") {
            Some(named) if files.0.is_empty() => {
                let path = expand_home(named, environment);
                Err(ToolError::MissingFile { variable: "BOTO_CONFIG", path }.into())
            }
            _ => Ok(files),
        }
    }

    /// The profile of a section; `None` if no file contains the section.
    fn profile(&self, name: &str) -> Option<Result<ToolProfile, Error>> {
        let header = if name == CREDENTIALS { CREDENTIALS.to_owned() } else { format!("profile {name}") };
        let file = self.0.iter().rev().find(|file| file.section(&header).is_some())?;
        let entry = in_file(Tool::Boto, name, &file.path);
        let profile = Found { files: self, header, entry }.profile();
        let warnings = self.0.iter().flat_map(|file| file.warnings.clone()).collect();
        Some(profile.map(|profile| ToolProfile { warnings, ..profile }))
    }

    fn names(&self) -> Vec<String> {
        let (mut names, mut seen) = (Vec::new(), HashSet::new());
        for section in self.0.iter().flat_map(|file| &file.ini.sections) {
            let name = match section.header.as_str() {
                CREDENTIALS => Some(CREDENTIALS),
                header => header.strip_prefix("profile "),
            };
            names.extend(name.filter(|name| seen.insert(*name)).map(str::to_owned));
        }
        names
    }

    /// A value; later files override earlier ones.
    fn get(&self, header: &str, name: &str) -> Option<&str> {
        self.0.iter().rev().find_map(|file| match file.section(header)?.properties.get(name)? {
            Value::Text(text) => Some(text.as_str()),
            Value::Nested(_) => None,
        })
    }

    fn unknown(&self, name: &str, environment: &Environment) -> Error {
        if self.0.is_empty() {
            return ToolError::NoFile { tool: Tool::Boto, paths: paths(environment) }.into();
        }
        let places: Vec<String> = self.0.iter().map(|file| file.path.display().to_string()).collect();
        let names = self.names();
        let near =
            near(name, names.iter().map(String::as_str)).into_iter().map(|name| format!("{}:{name}", Tool::Boto));
        let (near, place) = (near.collect(), places.join(" or "));
        ToolError::Unknown { tool: Tool::Boto, name: name.to_owned(), place, near, names }.into()
    }
}

fn paths(environment: &Environment) -> Vec<PathBuf> {
    if let Some(named) = environment.get("BOTO_CONFIG") {
        return vec![expand_home(named, environment)];
    }
    if let Some(named) = environment.get("BOTO_PATH") {
        let paths = std::env::split_paths(named).map(|path| path.display().to_string());
        return paths.map(|path| expand_home(&path, environment)).collect();
    }
    std::iter::once(PathBuf::from("/etc/boto.cfg")).chain(in_home(&[".boto"], environment)).collect()
}

/// A section with a key, and the files with the other settings.
struct Found<'a> {
    files: &'a Files,
    header: String,
    entry: ToolEntry,
}

impl Found<'_> {
    fn profile(&self) -> Result<ToolProfile, Error> {
        let own = |name| self.value(&self.header, name);
        let (id, secret) = (own("aws_access_key_id")?, own("aws_secret_access_key")?);
        if secret.is_none() && own("keyring")?.is_some() {
            let what = "keeps its secret in a keyring";
            return Err(ToolError::Unsupported { entry: self.entry.clone(), what }.into());
        }
        let token = own("aws_security_token")?;
        let [id, secret, token] = [&id, &secret, &token].map(|value| value.as_ref().map(|text| text.as_str()));
        let key = Key::new(id, secret, token);
        let endpoint_url = self.endpoint()?;
        let region = endpoint_url.as_deref().map_or(Some(store::FIRST_REGION.to_owned()), store::region_of);
        let settings = Settings {
            region,
            addressing: self.addressing(endpoint_url.as_deref())?,
            endpoint_url,
            ..Settings::default()
        };
        ToolProfile::new(self.entry.clone(), key, settings)
    }

    /// The endpoint, if it is not AWS's.
    fn endpoint(&self) -> Result<Option<String>, Error> {
        let host = self.value(CREDENTIALS, "s3_host")?;
        let host = if host.is_some() { host } else { self.value("s3", "host")? };
        let port = self.value(CREDENTIALS, "s3_port")?;
        let is_secure = self.value("Boto", "is_secure")?.map(|text| text.to_lowercase());
        let scheme = match is_secure.as_deref() {
            Some("0" | "no" | "false" | "off") => "http",
            _ => "https",
        };
        Ok(host.map(|host| match port {
            Some(port) => format!("{scheme}://{}:{}", *host, *port),
            None => format!("{scheme}://{}", *host),
        }))
    }

    /// The bucket goes in the host name, unless the calling format is `OrdinaryCallingFormat`.
    fn addressing(&self, endpoint: Option<&str>) -> Result<Option<Addressing>, Error> {
        let format = self.value("s3", "calling_format")?;
        Ok(match format.is_some_and(|format| format.ends_with("OrdinaryCallingFormat")) {
            true => Some(Addressing::Path),
            false => endpoint.map(|_| Addressing::Virtual),
        })
    }

    fn value(&self, header: &str, name: &'static str) -> Result<Option<Zeroizing<String>>, Error> {
        let Some(text) = self.files.get(header, name).filter(|text| !text.is_empty()) else { return Ok(None) };
        /// The maximum number of replacements in a value; real files need far fewer.
        const MOST: usize = 100;
        let get = |wanted: &str| self.files.get(header, wanted);
        match (Filling { get: &get, left: MOST }).fill(text, 0) {
            Some(filled) => Ok(Some(filled)),
            None => Err(ToolError::InvalidValue {
                entry: self.entry.clone(),
                field: name,
                problem: "has a '%' in it that Python's configparser cannot fill in; a '%' itself is written '%%'",
            }
            .into()),
        }
    }
}

/// Replaces `%(NAME)s` and `%%` as Python's `configparser` does; `None` if `configparser` would refuse, or if the
/// replacements never end.
struct Filling<'f> {
    get: &'f dyn Fn(&str) -> Option<&'f str>,
    /// The number of replacements left.
    left: usize,
}

impl Filling<'_> {
    fn fill(&mut self, text: &str, depth: usize) -> Option<Zeroizing<String>> {
        /// Python's `MAX_INTERPOLATION_DEPTH`.
        const DEEPEST: usize = 10;
        let mut filled = Zeroizing::new(String::with_capacity(text.len()));
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            filled.push_str(before);
            if let Some(behind) = behind.strip_prefix('%') {
                filled.push('%');
                rest = behind;
                continue;
            }
            let (name, behind) = behind.strip_prefix('(')?.split_once(")s").filter(|(name, _)| !name.contains(')'))?;
            self.left = self.left.checked_sub(1)?;
            let value = (self.get)(&name.to_lowercase()).filter(|_| depth < DEEPEST)?;
            filled.push_str(&self.fill(value, depth + 1)?);
            rest = behind;
        }
        filled.push_str(rest);
        Some(filled)
    }
}
