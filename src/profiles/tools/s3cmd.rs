//! s3cmd's `.s3cfg`: `NAME = VALUE` under headers that s3cmd itself takes no notice of.
//!
//! Source: `S3/Config.py` and `S3/S3.py` of s3cmd 2.3 and 2.4. A value that begins with `$` names a variable; nothing else is
//! replaced but the bucket in `host_bucket`. Keys that the file lacks are those of the environment. The regions that s3cmd asks
//! for, and the role that it takes from the machine, are not its file's.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::entry::{Key, ToolProfile, in_file};
use super::store;
use super::text::{Places, ToolFile, expand_home, in_home};
use crate::profiles::near::near;
use crate::profiles::profile::{Addressing, Settings};
use crate::profiles::tool::{Tool, ToolEntry};
use crate::profiles::{Environment, Error, ToolError, Warning};

/// What stands between the header of a section and the next.
struct Section {
    /// `None` for what stands before the first header.
    name: Option<String>,
    line: usize,
    values: BTreeMap<String, Zeroizing<String>>,
}

/// The section of that name; the whole file, as s3cmd reads it, if the name is empty.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let file = places(environment).expect(Tool::S3cmd)?;
    let sections = parse(&file.text);
    let entry = in_file(Tool::S3cmd, name, &file.path);
    let (mut values, mut warnings) = (BTreeMap::new(), file.warnings.clone());
    match name {
        "" => values.extend(sections.into_iter().flat_map(|section| section.values)),
        _ => {
            let section = section(name, &sections, &file)?;
            if sections.iter().filter(|section| section.name.is_some()).count() > 1 {
                warnings.push(Warning::SectionsApart { path: file.path.clone(), section: name.to_owned() });
            }
            let common = sections.iter().filter(|section| section.name.is_none());
            let chosen = common.chain(section).flat_map(|section| &section.values);
            values.extend(chosen.map(|(name, value)| (name.clone(), value.clone())));
        }
    }
    let profile = Values { values, entry, environment }.profile()?;
    Ok(ToolProfile { warnings, ..profile })
}

/// The names that [`find`] takes.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    let Some(file) = places(environment).read()? else { return Ok(Vec::new()) };
    Ok(names_of(&parse(&file.text)))
}

fn places(environment: &Environment) -> Places {
    if let Some(named) = environment.get("S3CMD_CONFIG") {
        return Places::Named("S3CMD_CONFIG", named.into());
    }
    let of_windows = environment.get("APPDATA").map(|folder| std::path::Path::new(folder).join("s3cmd.ini"));
    Places::Usual(of_windows.into_iter().chain(in_home(&[".s3cfg"], environment)).collect())
}

/// A file without any header is one section, which s3cmd would call so if it wrote it.
const DEFAULT: &str = "default";

fn names_of(sections: &[Section]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in sections.iter().filter_map(|section| section.name.as_ref()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    if names.is_empty() && !sections.is_empty() {
        names.push(DEFAULT.to_owned());
    }
    names
}

/// The one section of that name; none if the file has no headers.
fn section<'s>(name: &str, sections: &'s [Section], file: &ToolFile) -> Result<Option<&'s Section>, Error> {
    let mut found = sections.iter().filter(|section| section.name.as_deref() == Some(name));
    let (tool, name) = (Tool::S3cmd, name.to_owned());
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => {
            let lines = (first.line, second.line);
            Err(ToolError::Twice { tool, path: file.path.clone(), name, lines }.into())
        }
        (Some(section), None) => Ok(Some(section)),
        (None, _) if name == DEFAULT && sections.iter().all(|section| section.name.is_none()) => Ok(None),
        (None, _) => {
            let names = names_of(sections);
            let near = near(&name, names.iter().map(String::as_str)).into_iter().map(|name| format!("{tool}:{name}"));
            let place = file.path.display().to_string();
            Err(ToolError::Unknown { tool, place, near: near.collect(), name, names }.into())
        }
    }
}

/// Reads the lines as s3cmd's own parser does: a line that is nothing it knows is passed over.
fn parse(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = header(line) {
            sections.push(Section { name: Some(name.to_owned()), line: number + 1, values: BTreeMap::new() });
        } else if let Some((name, value)) = assignment(line) {
            if sections.is_empty() {
                sections.push(Section { name: None, line: number + 1, values: BTreeMap::new() });
            }
            if let Some(section) = sections.last_mut() {
                section.values.insert(name.to_owned(), value.to_owned().into());
            }
        }
    }
    sections
}

/// The name in `[NAME]`, which begins a line.
fn header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']').map(|(name, _)| name).filter(|name| !name.is_empty())
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
    let name = name.trim_end();
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let value = value.trim_start();
    let quoted = value.strip_prefix('"').filter(|inner| inner.trim_end().ends_with('"'));
    // The last character goes, be it the quote or a space behind it.
    let value = quoted.map_or(value, |inner| inner.char_indices().last().map_or(inner, |(at, _)| &inner[..at]));
    is_word.then_some((name, value.trim()))
}

/// The values of a section, or of the file.
struct Values<'a> {
    values: BTreeMap<String, Zeroizing<String>>,
    entry: ToolEntry,
    environment: &'a Environment,
}

impl Values<'_> {
    fn profile(&self) -> Result<ToolProfile, Error> {
        let (host, addressing) = self.host()?;
        let url = format!("{}://{host}", if self.switch("use_https", true)? { "https" } else { "http" });
        let ca_bundle = self.get("ca_certs_file")?.map(|path| expand_home(path, self.environment));
        let settings = Settings {
            region: self.region(&url)?,
            addressing: Some(addressing),
            scheme: self.switch("signature_v2", false)?.then(|| "v2".to_owned()),
            ca_bundle: ca_bundle.map(|path| path.display().to_string()),
            endpoint_url: Some(url),
            ..Settings::default()
        };
        Ok(ToolProfile::new(self.entry.clone(), self.key()?, settings))
    }

    fn key(&self) -> Result<Key, Error> {
        let (id, secret) = (self.literal("access_key")?, self.literal("secret_key")?);
        let own = Key::new(id, secret, self.literal("access_token")?);
        if own.id.is_some() {
            return Ok(own);
        }
        let first = |names: [&str; 2]| names.into_iter().find_map(|name| self.environment.get(name));
        match first(["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID"]) {
            None => Ok(own),
            id => {
                let secret = first(["AWS_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"]);
                Ok(Key::new(id, secret, first(["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])))
            }
        }
    }

    /// The host in front of which, or in whose path, the bucket stands.
    fn host(&self) -> Result<(String, Addressing), Error> {
        const BUCKET: &str = "%(bucket)s";
        let bucket = self.get("host_bucket")?.map_or("%(bucket)s.s3.amazonaws.com", without_scheme);
        let base = self.literal("host_base")?.map_or("s3.amazonaws.com", without_scheme);
        if !bucket.contains(BUCKET) {
            return Ok((base.to_lowercase(), Addressing::Path));
        }
        match bucket.strip_prefix(BUCKET).and_then(|rest| rest.strip_prefix('.')) {
            Some(host) if !host.contains('%') => Ok((host.to_lowercase(), Addressing::Virtual)),
            Some(_) => Err(self.invalid("host_bucket", "has more to fill in than %(bucket)s")),
            None => Err(self.invalid("host_bucket", "must be %(bucket)s.HOST, or HOST alone for path-style addresses")),
        }
    }

    /// s3cmd asks a bucket for its region unless `bucket_location` says another than `US`. Here the host tells it.
    fn region(&self, url: &str) -> Result<Option<String>, Error> {
        Ok(match self.get("bucket_location")? {
            None | Some("US") => store::region_of(url),
            Some("EU") => Some("eu-west-1".to_owned()),
            Some(region) => Some(region.to_owned()),
        })
    }

    /// A value in which nothing is to be filled in.
    fn literal(&self, field: &'static str) -> Result<Option<&str>, Error> {
        match self.get(field)? {
            Some(value) if value.contains("%(") => {
                Err(self
                    .invalid(field, "has '%(' in it, and s3cmd fills in nothing there; write $VARIABLE, or the value"))
            }
            value => Ok(value),
        }
    }

    fn switch(&self, field: &'static str, default: bool) -> Result<bool, Error> {
        match self.get(field)?.map(str::to_lowercase).as_deref() {
            None => Ok(default),
            Some("true" | "yes" | "on" | "1") => Ok(true),
            Some("false" | "no" | "off" | "0") => Ok(false),
            Some(_) => Err(self.invalid(field, "must be True or False")),
        }
    }

    /// A value, with a variable put in its place; an empty one counts as absent.
    fn get(&self, field: &'static str) -> Result<Option<&str>, Error> {
        /// A variable may name another; s3cmd itself would go round for ever.
        const DEEPEST: usize = 8;
        let Some(mut value) = self.values.get(field).map(|value| value.as_str()) else { return Ok(None) };
        for _ in 0..DEEPEST {
            let Some(variable) = value.strip_prefix('$') else { break };
            value = self.environment.get(variable).ok_or_else(|| {
                let (entry, variable) = (self.entry.clone(), variable.to_owned());
                Error::from(ToolError::UnsetVariable { entry, field, variable })
            })?;
        }
        Ok(Some(value).filter(|value| !value.is_empty()))
    }

    fn invalid(&self, field: &'static str, problem: &'static str) -> Error {
        ToolError::InvalidValue { entry: self.entry.clone(), field, problem }.into()
    }
}

fn without_scheme(host: &str) -> &str {
    host.strip_prefix("http://").or_else(|| host.strip_prefix("https://")).unwrap_or(host)
}
