//! s3cmd's `.s3cfg`: `NAME = VALUE` lines, under headers that s3cmd itself ignores.
//!
//! Source: `S3/Config.py` and `S3/S3.py` of s3cmd 2.3 and 2.4. A value that begins with `$` names a variable; the
//! only other replacement is the bucket in `host_bucket`. If the file has no keys, s3cmd takes them from the
//! environment. sigvet does not ask buckets for their regions and does not use the machine's role, as s3cmd does:
//! neither is in the file.

use std::collections::{BTreeMap, HashMap, HashSet};

use zeroize::Zeroizing;

use super::entry::{Key, ToolProfile, in_file};
use super::store;
use super::text::{Places, ToolFile, expand_home, in_home};
use crate::profiles::near::near;
use crate::profiles::profile::{Addressing, Settings};
use crate::profiles::tool::{Tool, ToolEntry};
use crate::profiles::{Environment, Error, ToolError, Warning};

/// The lines from a section's header to the next header.
struct Section {
    /// `None` for the lines before the first header.
    name: Option<String>,
    line: usize,
    values: BTreeMap<String, Zeroizing<String>>,
}

/// The profile of a section. If the name is empty, the whole file counts, as in s3cmd.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let file = places(environment).expect(Tool::S3cmd)?;
    let sections = parse(&file.text);
    match name {
        "" => {
            let layers = sections.iter().map(|section| &section.values).collect();
            let profile = Values { layers, entry: in_file(Tool::S3cmd, name, &file.path), environment }.profile()?;
            Ok(ToolProfile { warnings: file.warnings.clone(), ..profile })
        }
        _ => Document { file: &file, sections: &sections, environment }.profile(name, section(name, &sections, &file)?),
    }
}

/// The profiles of all sections, in order; an error for each one that cannot be used.
pub(super) fn all(environment: &Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error> {
    let Some(file) = places(environment).read()? else { return Ok(Vec::new()) };
    let sections = parse(&file.text);
    let document = Document { file: &file, sections: &sections, environment };
    let mut of_name: HashMap<&str, Vec<&Section>> = HashMap::new();
    for section in &sections {
        of_name.entry(section.name.as_deref().unwrap_or_default()).or_default().push(section);
    }
    let profile = |name: &String| match of_name.get(name.as_str()).map(Vec::as_slice) {
        Some([first, second, ..]) => Err(twice(name, &file, first, second)),
        Some([section]) => document.profile(name, Some(section)),
        _ => document.profile(name, None),
    };
    Ok(names_of(&sections).iter().map(profile).collect())
}

/// The names that [`find`] accepts.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    let Some(file) = places(environment).read()? else { return Ok(Vec::new()) };
    Ok(names_of(&parse(&file.text)))
}

/// A parsed file.
struct Document<'a> {
    file: &'a ToolFile,
    sections: &'a [Section],
    environment: &'a Environment,
}

impl Document<'_> {
    /// The profile of a section, together with the lines before the first header.
    fn profile(&self, name: &str, section: Option<&Section>) -> Result<ToolProfile, Error> {
        let common = self.sections.first().filter(|section| section.name.is_none());
        let layers = common.into_iter().chain(section).map(|section| &section.values).collect();
        let entry = in_file(Tool::S3cmd, name, &self.file.path);
        let profile = Values { layers, entry, environment: self.environment }.profile()?;
        let mut warnings = self.file.warnings.clone();
        if self.sections.len() > 1 + usize::from(common.is_some()) {
            warnings.push(Warning::SectionsApart { path: self.file.path.clone(), section: name.to_owned() });
        }
        Ok(ToolProfile { warnings, ..profile })
    }
}

fn places(environment: &Environment) -> Places {
    if let Some(named) = environment.get("S3CMD_CONFIG") {
        return Places::Named("S3CMD_CONFIG", named.into());
    }
    let of_windows = environment.get("APPDATA").map(|folder| std::path::Path::new(folder).join("s3cmd.ini"));
    Places::Usual(of_windows.into_iter().chain(in_home(&[".s3cfg"], environment)).collect())
}

/// The name of the only section in a file without headers; s3cmd itself writes this header.
const DEFAULT: &str = "default";

fn names_of(sections: &[Section]) -> Vec<String> {
    let mut seen = HashSet::new();
    let written = sections.iter().filter_map(|section| section.name.as_deref());
    let mut names: Vec<String> = written.filter(|name| seen.insert(*name)).map(str::to_owned).collect();
    if names.is_empty() && !sections.is_empty() {
        names.push(DEFAULT.to_owned());
    }
    names
}

fn twice(name: &str, file: &ToolFile, first: &Section, second: &Section) -> Error {
    let (path, lines) = (file.path.clone(), (first.line, second.line));
    ToolError::Twice { tool: Tool::S3cmd, path, name: name.to_owned(), lines }.into()
}

/// The section with this name; `None` if the file has no headers. Fails if there are two.
fn section<'s>(name: &str, sections: &'s [Section], file: &ToolFile) -> Result<Option<&'s Section>, Error> {
    let mut found = sections.iter().filter(|section| section.name.as_deref() == Some(name));
    let (tool, name) = (Tool::S3cmd, name.to_owned());
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => Err(twice(&name, file, first, second)),
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

/// Parses the lines as s3cmd's own parser does: unknown lines are skipped.
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

/// The name in a `[NAME]` at the start of a line.
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
    // Like s3cmd, drops the last character, whether it is the quote or a space after it.
    let value = quoted.map_or(value, |inner| inner.char_indices().last().map_or(inner, |(at, _)| &inner[..at]));
    is_word.then_some((name, value.trim()))
}

/// The values of a section or of the whole file.
struct Values<'a> {
    /// Later layers override earlier ones.
    layers: Vec<&'a BTreeMap<String, Zeroizing<String>>>,
    entry: ToolEntry,
    environment: &'a Environment,
}

impl Values<'_> {
    fn profile(&self) -> Result<ToolProfile, Error> {
        let Hosts { base, bucket, addressing } = self.hosts()?;
        let scheme = if self.switch("use_https", true)? { "https" } else { "http" };
        let url = |host: String| format!("{scheme}://{host}");
        let (base, bucket) = (url(base), bucket.map(url));
        let ca_bundle = self.get("ca_certs_file")?.map(|path| expand_home(path, self.environment));
        let settings = Settings {
            region: self.region(&base, bucket.as_deref())?,
            addressing: Some(addressing),
            scheme: self.switch("signature_v2", false)?.then(|| "v2".to_owned()),
            ca_bundle: ca_bundle.map(|path| path.display().to_string()),
            endpoint_url: Some(base),
            bucket_endpoint_url: bucket,
            ..Settings::default()
        };
        let profile = ToolProfile::new(self.entry.clone(), self.key()?, settings)?;
        Ok(ToolProfile { secret_variable: self.secret_variable()?, ..profile })
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

    /// Source: `get_hostname` and `format_uri` in `S3/S3.py`, `check_bucket_name_dns_support` in `S3/Utils.py`.
    fn hosts(&self) -> Result<Hosts, Error> {
        const BUCKET: &str = "%(bucket)s";
        let base = self.literal("host_base")?.map_or(store::AWS_HOST, without_scheme).to_lowercase();
        // An empty value is not the default: with it, all requests go to host_base.
        let pattern = match (self.get("host_bucket")?, self.stated("host_bucket")) {
            (Some(pattern), _) => without_scheme(pattern),
            (None, Some(_)) => "",
            (None, None) => "%(bucket)s.s3.amazonaws.com",
        };
        let Some((before, behind)) = pattern.split_once(BUCKET) else {
            return Ok(Hosts { base, bucket: None, addressing: Addressing::Path });
        };
        if before.contains('%') || behind.contains('%') {
            return Err(self.invalid("host_bucket", "has more to fill in than %(bucket)s"));
        }
        let (host, addressing) = match (before.strip_suffix('/'), behind.strip_prefix('.')) {
            (None, Some(host)) if before.is_empty() => (host, Addressing::Virtual),
            (Some(host), None) if behind.is_empty() => (host, Addressing::Path),
            _ => {
                let problem = "puts %(bucket)s in a place that sigvet does not support; expected %(bucket)s.HOST or HOST/%(bucket)s";
                return Err(self.invalid("host_bucket", problem));
            }
        };
        let bucket = Some(host.to_lowercase()).filter(|host| *host != base);
        Ok(Hosts { base, bucket, addressing })
    }

    /// s3cmd asks the bucket for its region unless `bucket_location` is a region other than `US`. sigvet takes it
    /// from the host.
    fn region(&self, base: &str, bucket: Option<&str>) -> Result<Option<String>, Error> {
        Ok(match self.get("bucket_location")? {
            None | Some("US") => store::region_of(base).or_else(|| store::region_of(bucket?)),
            Some("EU") => Some("eu-west-1".to_owned()),
            Some(region) => Some(region.to_owned()),
        })
    }

    /// A value in which nothing is replaced; fails if it contains a placeholder.
    fn literal(&self, field: &'static str) -> Result<Option<&str>, Error> {
        match self.get(field)? {
            Some(value) if value.contains("%(") => {
                Err(self.invalid(field, "contains '%(', which s3cmd does not expand; write $VARIABLE, or the value"))
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

    /// A value, with a variable replaced; an empty value counts as absent.
    fn get(&self, field: &'static str) -> Result<Option<&str>, Error> {
        /// The maximum number of variables that name another one; s3cmd itself would loop forever.
        const DEEPEST: usize = 8;
        let Some(mut value) = self.stated(field) else { return Ok(None) };
        for _ in 0..DEEPEST {
            let Some(variable) = value.strip_prefix('$') else { break };
            value = self.environment.get(variable).ok_or_else(|| {
                let (entry, variable) = (self.entry.clone(), variable.to_owned());
                Error::from(ToolError::UnsetVariable { entry, field, variable })
            })?;
        }
        Ok(Some(value).filter(|value| !value.is_empty()))
    }

    /// The variable that contains the secret, if the file names one.
    fn secret_variable(&self) -> Result<Option<String>, Error> {
        if self.get("access_key")?.is_none() {
            return Ok(None);
        }
        let name = self.stated("secret_key").and_then(|value| value.strip_prefix('$'));
        let is_last = |name: &&str| self.environment.get(name).is_some_and(|value| !value.starts_with('$'));
        Ok(name.filter(is_last).map(str::to_owned))
    }

    /// A value as written in the file.
    fn stated(&self, field: &str) -> Option<&str> {
        self.layers.iter().rev().find_map(|values| values.get(field)).map(|value| value.as_str())
    }

    fn invalid(&self, field: &'static str, problem: &'static str) -> Error {
        ToolError::InvalidValue { entry: self.entry.clone(), field, problem }.into()
    }
}

/// The hosts that s3cmd sends requests to.
struct Hosts {
    /// The host for requests without a bucket, and for buckets whose names do not fit in a host name.
    base: String,
    /// The host for other buckets, if it is different.
    bucket: Option<String>,
    addressing: Addressing,
}

fn without_scheme(host: &str) -> &str {
    let has = |scheme: &str| host.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let scheme = ["http://", "https://"].into_iter().find(|scheme| has(scheme));
    scheme.map_or(host, |scheme| &host[scheme.len()..]).trim_end_matches('/')
}
