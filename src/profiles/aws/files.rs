//! Reads AWS's `config` and `credentials` files together: profiles, IAM Identity Center sessions, services.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::place;
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::ini::{Ini, Problem, Section, Value};
use crate::profiles::near::near;
use crate::profiles::{Environment, Error, Warning};

/// The contents of both files. It does not implement `Debug`, because it contains secrets.
#[derive(Default)]
pub(super) struct AwsFiles {
    profiles: BTreeMap<String, AwsProfile>,
    sessions: BTreeMap<String, BTreeMap<String, Value>>,
    services: BTreeMap<String, BTreeMap<String, Value>>,
    broken: Vec<Broken>,
    stray: Vec<(PathBuf, usize)>,
    /// Warnings that others may have written one of the files.
    writers: Vec<Warning>,
    config_path: Option<PathBuf>,
    credentials_path: Option<PathBuf>,
}

/// A profile, combined from both files.
#[derive(Default)]
pub(super) struct AwsProfile {
    pub(super) config: BTreeMap<String, Value>,
    pub(super) credentials: BTreeMap<String, Value>,
}

/// A section that cannot be parsed.
#[derive(Debug)]
struct Broken {
    /// The name of the profile, if the section is a profile.
    profile: Option<String>,
    header: String,
    path: PathBuf,
    problem: Problem,
}

/// What a section of `config` describes.
enum Kind {
    Profile(String),
    Session(String),
    Services(String),
    Other,
}

impl AwsFiles {
    /// Reads the files named by `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, or those in `~/.aws`. A
    /// missing file counts as empty.
    pub(super) fn load(environment: &Environment) -> Result<Self, Error> {
        let config_path = place::of_file("AWS_CONFIG_FILE", "config", environment);
        let credentials_path = place::of_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", environment);
        let mut all =
            Self { config_path: config_path.clone(), credentials_path: credentials_path.clone(), ..Self::default() };
        if let Some(path) = config_path {
            let ini = all.read(&path)?;
            all.take_config(ini, &path);
        }
        if let Some(path) = credentials_path {
            let ini = all.read(&path)?;
            all.take_credentials(ini, &path);
        }
        Ok(all)
    }

    /// Reads a file up to the size limit. Naming the null device disables a file.
    fn read(&mut self, path: &Path) -> Result<Ini, Error> {
        if !path.exists() || path == Path::new("/dev/null") {
            return Ok(Ini::default());
        }
        let read = files::read(path, SETTINGS_LIMIT);
        let read = read.map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        self.writers.extend(Warning::about_writers_of(path, &read.metadata));
        Ok(Ini::parse(&read.bytes))
    }

    /// The file that contains a profile's property, if somebody else may have written that file.
    pub(super) fn untrusted_place_of(&self, property: &str, profile: &AwsProfile) -> Option<&Path> {
        let is_of_credentials = profile.credentials.contains_key(property);
        let path = if is_of_credentials { &self.credentials_path } else { &self.config_path };
        let path = path.as_deref()?;
        self.writers.iter().any(|warning| warning.is_about(path)).then_some(path)
    }

    fn take_config(&mut self, ini: Ini, path: &Path) {
        self.stray.extend(ini.stray_line.map(|line| (path.to_owned(), line)));
        for section in ini.sections {
            let kind = kind_of(&section.header);
            let profile = if let Kind::Profile(name) = &kind { Some(name.clone()) } else { None };
            let Some(properties) = self.sound(section, profile, path) else { continue };
            match kind {
                Kind::Profile(name) => {
                    self.profiles.entry(name).or_default().config = properties;
                }
                Kind::Session(name) => drop(self.sessions.insert(name, properties)),
                Kind::Services(name) => drop(self.services.insert(name, properties)),
                Kind::Other => {}
            }
        }
    }

    fn take_credentials(&mut self, ini: Ini, path: &Path) {
        self.stray.extend(ini.stray_line.map(|line| (path.to_owned(), line)));
        for section in ini.sections {
            let name = section.header.trim().to_owned();
            if let Some(properties) = self.sound(section, Some(name.clone()), path) {
                self.profiles.entry(name).or_default().credentials = properties;
            }
        }
    }

    /// The properties of a section, unless one of its lines cannot be parsed.
    fn sound(&mut self, section: Section, profile: Option<String>, path: &Path) -> Option<BTreeMap<String, Value>> {
        let Some(problem) = section.problem else { return Some(section.properties) };
        self.broken.push(Broken { profile, header: section.header, path: path.to_owned(), problem });
        None
    }

    /// The profile of that name, if it exists.
    ///
    /// # Errors
    /// One of its sections cannot be parsed: then the rest may not be what the user meant.
    pub(super) fn profile(&self, name: &str) -> Result<Option<&AwsProfile>, Error> {
        match self.broken.iter().find(|broken| broken.profile.as_deref() == Some(name)) {
            Some(Broken { path, problem, .. }) => Err(Error::BrokenAwsProfile {
                profile: name.to_owned(),
                path: path.clone(),
                line: problem.line,
                message: problem.message,
            }),
            None => Ok(self.profiles.get(name)),
        }
    }

    /// The names of the profiles that could be parsed, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The files that contain a profile.
    pub(super) fn places_of(&self, profile: &AwsProfile) -> Vec<PathBuf> {
        let places = [(&profile.config, &self.config_path), (&profile.credentials, &self.credentials_path)];
        places
            .into_iter()
            .filter(|(properties, _)| !properties.is_empty())
            .filter_map(|(_, path)| path.clone())
            .collect()
    }

    /// Names in the files that are similar to this one.
    pub(super) fn near(&self, name: &str) -> Vec<String> {
        near(name, self.names())
    }

    /// The properties of an IAM Identity Center session.
    pub(super) fn session(&self, name: &str) -> Option<&BTreeMap<String, Value>> {
        self.sessions.get(name)
    }

    /// The properties of a `[services NAME]` section. `None` if there is no such section.
    pub(super) fn services(&self, name: &str) -> Option<&BTreeMap<String, Value>> {
        self.services.get(name)
    }

    /// Warnings about everything that could not be parsed.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let broken = self.broken.iter().map(|Broken { header, path, problem, .. }| Warning::BrokenSection {
            path: path.clone(),
            section: header.clone(),
            line: problem.line,
            message: problem.message,
        });
        let stray = self.stray.iter().map(|(path, line)| Warning::StrayLine { path: path.clone(), line: *line });
        self.writers.iter().cloned().chain(broken).chain(stray).collect()
    }
}

impl AwsProfile {
    /// A property, from `credentials` or otherwise from `config`.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.credentials.get(name).or_else(|| self.config.get(name))
    }

    /// The text of a property. An empty text counts as unset.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text_of(name, self.get(name)?)
    }

    /// A property nested under another, such as `addressing_style` under `s3`.
    pub(super) fn nested(&self, name: &str, under: &str) -> Option<&str> {
        nested_text(self.get(under)?, name)
    }
}

/// The text of a property without a trailing comment, as AWS's SDKs read it. A command keeps its `#`.
pub(super) fn text_of<'v>(name: &str, value: &'v Value) -> Option<&'v str> {
    let Value::Text(text) = value else { return None };
    let text = if name == "credential_process" { text } else { without_comment(text) };
    Some(text).filter(|text| !text.is_empty())
}

/// A property of a nested value.
pub(super) fn nested_text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    let Value::Nested(properties) = value else { return None };
    properties.get(name).map(|text| without_comment(text)).filter(|text| !text.is_empty())
}

fn without_comment(text: &str) -> &str {
    let marks = [" #", " ;", "\t#", "\t;"];
    let end = marks.iter().filter_map(|mark| text.find(mark)).min();
    end.map_or(text, |end| text[..end].trim_end())
}

/// Parses a section's header as the AWS CLI does: as words of a shell.
fn kind_of(header: &str) -> Kind {
    let header = header.trim();
    if header == "default" {
        return Kind::Profile("default".to_owned());
    }
    let Ok(words) = shell_words::split(header) else { return Kind::Other };
    match <[String; 2]>::try_from(words) {
        Ok([kind, name]) if kind == "profile" => Kind::Profile(name),
        Ok([kind, name]) if kind == "sso-session" => Kind::Session(name),
        Ok([kind, name]) if kind == "services" => Kind::Services(name),
        _ => Kind::Other,
    }
}
