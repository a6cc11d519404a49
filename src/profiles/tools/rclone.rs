//! rclone's remotes: `rclone.conf`, and the variables that override it.
//!
//! Source: `fs/config/config.go`, `fs/configmap.go` and `backend/s3/s3.go` of rclone 1.60 and 1.75. A remote that
//! wraps another one stands for the wrapped remote. The secrets of s3 remotes are in plain text: rclone obscures only
//! passwords.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::connection::Connection;
use super::entry::{Key, ToolKeys, ToolProfile, in_file, in_variable};
use super::goconfig::GoConfig;
use super::store::{self, FIRST_REGION};
use super::text::{Places, ToolFile, in_home};
use crate::profiles::near::near;
use crate::profiles::profile::{Addressing, Settings};
use crate::profiles::shape::{OPTIONS, without_options};
use crate::profiles::tool::{Tool, ToolEntry, ToolPlace};
use crate::profiles::{Environment, Error, ToolError};

/// Providers for which rclone puts the bucket in the host name. Unknown providers are not among them.
///
/// Source: the providers without `force_path_style: true` in `backend/s3/provider/*.yaml` of rclone 1.75.
const VIRTUAL: [&str; 27] = [
    "AWS",
    "Alibaba",
    "Cubbit",
    "DigitalOcean",
    "Dreamhost",
    "GCS",
    "Hetzner",
    "HuaweiOBS",
    "ImpossibleCloud",
    "Intercolo",
    "Leviia",
    "Linode",
    "LyveCloud",
    "Netease",
    "OVHcloud",
    "Petabox",
    "Rabata",
    "RackCorp",
    "Scaleway",
    "Selectel",
    "Servercore",
    "Storj",
    "Synology",
    "TencentCOS",
    "Wasabi",
    "Zata",
    "us3",
];

/// The types of remotes that wrap another remote.
const WRAPPERS: [&str; 7] = ["alias", "archive", "cache", "chunker", "compress", "crypt", "hasher"];

/// The profile of a remote, which may have options: `REMOTE,OPTION=VALUE` or `:s3,OPTION=VALUE`.
pub(super) fn find(name: &str, environment: &Environment) -> Result<ToolProfile, Error> {
    let conf = Conf::read(environment)?;
    if conf.has(name) {
        return conf.profile(name, Remote::named(name));
    }
    let Some(remote) = with_options(name)? else { return Err(conf.unknown(name)?) };
    let written = remote.0.name.clone();
    if !written.starts_with(':') && !conf.has(&written) {
        return Err(conf.unknown(&written)?);
    }
    // Options may be secret, so messages omit them.
    conf.profile(&without_options(name), remote)
}

/// Parses a name with options; `None` if it has none and does not begin with a type.
fn with_options(name: &str) -> Result<Option<Remote>, Error> {
    let shown = without_options(name);
    let has_path = || {
        Error::from(ToolError::HasPath {
            tool: Tool::Rclone,
            name: name.split(':').next().unwrap_or_default().to_owned(),
            separator: ':',
        })
    };
    if !name.contains(',') && !name.starts_with(':') {
        return if name.contains(':') { Err(has_path()) } else { Ok(None) };
    }
    match Connection::parse(&format!("{name}:")) {
        Some(connection) => Ok(Some(Remote(connection))),
        None => Err(ToolError::UnreadableOptions { name: shown }.into()),
    }
}

/// The profiles of all remotes, in order; an error for each one that cannot be used.
pub(super) fn all(environment: &Environment) -> Result<Vec<Result<ToolProfile, Error>>, Error> {
    let conf = Conf::read(environment)?;
    Ok(conf.names().iter().map(|name| conf.profile(name, Remote::named(name))).collect())
}

/// The names of all remotes, of any type.
pub(super) fn names(environment: &Environment) -> Result<Vec<String>, Error> {
    Ok(Conf::read(environment)?.names())
}

/// The file, if it exists, and the environment.
struct Conf<'a> {
    places: Places,
    file: Option<(ToolFile, GoConfig)>,
    environment: &'a Environment,
}

impl<'a> Conf<'a> {
    fn read(environment: &'a Environment) -> Result<Self, Error> {
        let places = places(environment);
        let file = match places.read()? {
            Some(file) => Some((parse(&file)?, file)).map(|(config, file)| (file, config)),
            None => None,
        };
        Ok(Self { places, file, environment })
    }

    fn has(&self, name: &str) -> bool {
        Remote::named(name).get("type", "", self).is_some()
            || self.file.as_ref().is_some_and(|(_, config)| config.has(name))
    }

    /// The names in the file, and those that only variables define.
    fn names(&self) -> Vec<String> {
        let in_file = self.file.iter().flat_map(|(_, config)| config.names().map(str::to_owned));
        let mut names: Vec<String> = in_file.collect();
        let in_file: HashSet<String> = names.iter().map(|name| name.to_uppercase()).collect();
        for variable in self.environment.names() {
            let name = variable.strip_prefix(VARIABLES).and_then(|rest| rest.strip_suffix("_TYPE"));
            let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
            if !in_file.contains(&name.to_uppercase()) {
                names.push(name.to_lowercase());
            }
        }
        names
    }

    fn entry(&self, name: &str) -> ToolEntry {
        let written = name.strip_suffix(OPTIONS).unwrap_or(name);
        let file = self.file.as_ref().filter(|(_, config)| config.has(written));
        match file {
            _ if written.starts_with(':') => {
                ToolEntry { tool: Tool::Rclone, name: name.to_owned(), place: ToolPlace::Typed, key_variable: None }
            }
            Some((file, _)) => in_file(Tool::Rclone, name, &file.path),
            None => in_variable(Tool::Rclone, name, &format!("{VARIABLES}{}_TYPE", written.to_uppercase())),
        }
    }

    fn unknown(&self, name: &str) -> Result<Error, Error> {
        let names = self.names();
        if names.is_empty() {
            self.places.expect(Tool::Rclone)?;
        }
        let place =
            self.file.as_ref().map_or("rclone's variables".to_owned(), |(file, _)| file.path.display().to_string());
        let near =
            near(name, names.iter().map(String::as_str)).into_iter().map(|name| format!("{}:{name}", Tool::Rclone));
        let near = near.collect();
        Ok(ToolError::Unknown { tool: Tool::Rclone, name: name.to_owned(), place, near, names }.into())
    }

    fn profile(&self, name: &str, remote: Remote) -> Result<ToolProfile, Error> {
        let remote = self.storage(name, remote)?;
        let warnings = self.file.as_ref().map(|(file, _)| file.warnings.clone()).unwrap_or_default();
        let profile = S3 { remote, conf: self, entry: self.entry(name) }.profile()?;
        Ok(ToolProfile { warnings, ..profile })
    }

    /// Follows a wrapping remote to the s3 remote inside it.
    fn storage(&self, name: &str, mut remote: Remote) -> Result<Remote, Error> {
        /// The maximum number of nested remotes to follow.
        const DEEPEST: usize = 32;
        let mut seen = Vec::new();
        loop {
            self.refuse_twins(&remote)?;
            let kind = remote.kind(self);
            let kind = kind.as_deref().map(String::as_str);
            let inner = match kind {
                Some("s3") => return Ok(remote),
                Some(kind) if WRAPPERS.contains(&kind) => remote.get("remote", kind, self),
                Some("union") => return Err(self.joins(name, &remote, "union")),
                Some("combine") => return Err(self.joins(name, &remote, "combine")),
                other => return Err(self.not_s3(name, &remote, other)),
            };
            let inner = inner.ok_or_else(|| self.not_s3(name, &remote, kind))?;
            let inner = Remote(Connection::parse(&inner).ok_or_else(|| self.not_s3(name, &remote, Some("local")))?);
            if seen.contains(&inner.0.name) {
                return Err(ToolError::Circle { entry: self.entry(name) }.into());
            }
            if seen.len() == DEEPEST {
                let (entry, problem) = (self.entry(name), "wraps more than 32 remotes");
                return Err(ToolError::InvalidValue { entry, field: "remote", problem }.into());
            }
            seen.push(std::mem::replace(&mut remote, inner).0.name);
        }
    }

    fn refuse_twins(&self, remote: &Remote) -> Result<(), Error> {
        let Some((file, config)) = &self.file else { return Ok(()) };
        let name = remote.0.name.as_str();
        match config.lines_of_twins(name) {
            Some(lines) => {
                let (path, name) = (file.path.clone(), name.to_owned());
                Err(ToolError::Twice { tool: Tool::Rclone, path, name, lines }.into())
            }
            None => Ok(()),
        }
    }

    fn not_s3(&self, name: &str, remote: &Remote, kind: Option<&str>) -> Error {
        let is_wrapped = remote.0.name != name && !remote.0.name.starts_with(':');
        let wrapped = is_wrapped.then(|| remote.0.name.clone());
        ToolError::NotS3 { entry: self.entry(name), wrapped, kind: kind.map(str::to_owned) }.into()
    }

    /// The error for a union or combine remote, whose `upstreams` is a list of remotes: `a:path b:path:ro`,
    /// `dir=a:path`.
    fn joins(&self, name: &str, remote: &Remote, kind: &'static str) -> Error {
        let upstreams = remote.get("upstreams", kind, self).map(|list| list.to_string()).unwrap_or_default();
        let upstreams = upstreams.split_whitespace().map(|word| word.trim_matches('"'));
        let upstreams = upstreams
            .map(|word| if kind == "combine" { word.split_once('=').map_or(word, |(_, to)| to) } else { word });
        let mut names: Vec<String> = Vec::new();
        for connection in upstreams.filter_map(Connection::parse).filter(|connection| !connection.name.starts_with(':'))
        {
            if !names.contains(&connection.name) {
                names.push(connection.name);
            }
        }
        ToolError::Several { entry: self.entry(name), names, kind }.into()
    }
}

/// The prefix of the variables that define remotes.
const VARIABLES: &str = "RCLONE_CONFIG_";

fn parse(file: &ToolFile) -> Result<GoConfig, Error> {
    let first = file.text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with([';', '#']));
    if first.is_some_and(|line| line.starts_with("RCLONE_ENCRYPT_V")) {
        return Err(ToolError::Encrypted { path: file.path.clone() }.into());
    }
    GoConfig::parse(&file.text).map_err(|problem| file.malformed(problem.line, problem.message))
}

/// rclone's file is next to the program, in the configuration directory, or in the home directory.
fn places(environment: &Environment) -> Places {
    if let Some(named) = environment.get("RCLONE_CONFIG") {
        // Both values disable the file.
        return match Path::new(named) {
            path if path == Path::new("/dev/null") || path.ends_with("notfound") => Places::Usual(Vec::new()),
            path => Places::Named("RCLONE_CONFIG", path.to_owned()),
        };
    }
    let in_folder =
        |variable| environment.get(variable).map(|folder| Path::new(folder).join("rclone").join("rclone.conf"));
    let usual = [
        beside_the_program(environment),
        in_folder("APPDATA"),
        in_folder("XDG_CONFIG_HOME"),
        in_home(&[".config", "rclone", "rclone.conf"], environment),
        in_home(&[".rclone.conf"], environment),
    ];
    Places::Usual(usual.into_iter().flatten().collect())
}

fn beside_the_program(environment: &Environment) -> Option<PathBuf> {
    let folders = std::env::split_paths(environment.get("PATH")?);
    let program = folders.map(|folder| folder.join("rclone")).find(|program| program.is_file())?;
    let beside = std::fs::canonicalize(program).ok()?.with_file_name("rclone.conf");
    beside.is_file().then_some(beside)
}

/// A remote, with the options in its name.
struct Remote(Connection);

impl Remote {
    fn named(name: &str) -> Self {
        Self(Connection { name: name.to_owned(), options: Vec::new() })
    }

    fn kind(&self, conf: &Conf<'_>) -> Option<Zeroizing<String>> {
        match self.0.name.strip_prefix(':') {
            Some(kind) => Some(kind.to_owned().into()),
            None => self.get("type", "", conf),
        }
    }

    /// A value: from the options, otherwise the remote's variables, the variables of its type, or the file.
    fn get(&self, key: &str, kind: &str, conf: &Conf<'_>) -> Option<Zeroizing<String>> {
        let of_variable = || self.variable(key, kind, conf).map(|(_, value)| value);
        let stated = self.option(key).or_else(of_variable).map(|text| Zeroizing::new(text.to_owned()));
        let of_file = || conf.file.as_ref().and_then(|(_, config)| config.get(&self.0.name, key));
        stated.or_else(of_file).filter(|value| !value.is_empty())
    }

    fn option(&self, key: &str) -> Option<&str> {
        self.0.options.iter().rev().find(|(there, _)| there == key).map(|(_, value)| value.as_str())
    }

    /// The variable that sets a value, and the value; `None` if the options set it, or if no variable does.
    fn variable<'e>(&self, key: &str, kind: &str, conf: &Conf<'e>) -> Option<(String, &'e str)> {
        if self.option(key).is_some() {
            return None;
        }
        let of_remote = format!("{VARIABLES}{}", format!("{}_{key}", self.0.name).to_uppercase());
        let of_kind = (!kind.is_empty()).then(|| format!("RCLONE_{}", format!("{kind}_{key}").to_uppercase()));
        let variables = std::iter::once(of_remote).chain(of_kind);
        variables.into_iter().find_map(|variable| {
            let value = conf.environment.get(&variable)?;
            Some((variable, value))
        })
    }
}

struct S3<'a> {
    remote: Remote,
    conf: &'a Conf<'a>,
    entry: ToolEntry,
}

impl S3<'_> {
    fn profile(&self) -> Result<ToolProfile, Error> {
        let key = self.key()?;
        let asks_aws = key.is_empty() && self.switch("env_auth", false)?;
        let entry = ToolEntry { key_variable: self.key_variable(), ..self.entry.clone() };
        let region = self.text("region");
        let is_v2 = self.switch("v2_auth", false)? || region.as_deref() == Some("other-v2-signature");
        self.refuse_what_is_not_ours(is_v2)?;
        let endpoint_url = self.text("endpoint").map(|endpoint| store::as_url(&endpoint));
        let region_of_endpoint = || endpoint_url.as_deref().map_or(Some(FIRST_REGION.to_owned()), store::region_of);
        let settings = Settings {
            region: region.filter(|region| region != "other-v2-signature").or_else(region_of_endpoint),
            endpoint_url,
            addressing: self.addressing()?,
            scheme: is_v2.then(|| "v2".to_owned()),
            use_dualstack_endpoint: self.switch("use_dual_stack", false)?.then_some(true),
            use_accelerate_endpoint: self.switch("use_accelerate_endpoint", false)?.then_some(true),
            ..Settings::default()
        };
        let mut profile = ToolProfile::new(entry, key, settings)?;
        if asks_aws {
            profile.keys = ToolKeys::OfAws {
                profile: self.text("profile"),
                credentials_file: self.text("shared_credentials_file"),
            };
        }
        Ok(profile)
    }

    /// The variable that sets the access key ID.
    fn key_variable(&self) -> Option<String> {
        self.remote.variable("access_key_id", "s3", self.conf).map(|(variable, _)| variable)
    }

    fn key(&self) -> Result<Key, Error> {
        let value = |name| self.remote.get(name, "s3", self.conf);
        let (id, secret, token) = (value("access_key_id"), value("secret_access_key"), value("session_token"));
        let [id, secret, token] = [&id, &secret, &token].map(|value| value.as_ref().map(|text| text.as_str()));
        Ok(Key::new(id, secret, token))
    }

    fn refuse_what_is_not_ours(&self, is_v2: bool) -> Result<(), Error> {
        let unsupported = |what| Err(ToolError::Unsupported { entry: self.entry.clone(), what }.into());
        match self.text("provider").as_deref() {
            Some("IBMCOS") if is_v2 && self.remote.get("ibm_api_key", "s3", self.conf).is_some() => {
                unsupported("signs in to IBM's IAM (ibm_api_key)")
            }
            _ if self.text("role_arn").is_some() => unsupported("assumes a role (role_arn)"),
            _ => Ok(()),
        }
    }

    /// Puts the bucket in the host name for the providers in [`VIRTUAL`], whatever `force_path_style` is; otherwise
    /// depends on `force_path_style`.
    fn addressing(&self) -> Result<Option<Addressing>, Error> {
        let provider = self.text("provider").unwrap_or_default();
        let is_virtual = VIRTUAL.contains(&provider.as_str()) || !self.switch("force_path_style", true)?;
        // For AWS's own hosts, virtual-hosted addressing is the default if the bucket's name fits.
        Ok(match is_virtual {
            true => self.text("endpoint").map(|_| Addressing::Virtual),
            false => Some(Addressing::Path),
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.remote.get(name, "s3", self.conf).map(|value| value.to_string())
    }

    /// A boolean, parsed like Go's `strconv.ParseBool`.
    fn switch(&self, field: &'static str, default: bool) -> Result<bool, Error> {
        match self.text(field).as_deref() {
            None => Ok(default),
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some(_) => {
                let problem = "must be true or false";
                Err(ToolError::InvalidValue { entry: self.entry.clone(), field, problem }.into())
            }
        }
    }
}
