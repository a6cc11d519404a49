//! The result of reading a tool's entry: a profile as in sigvet's own file, and the origin of its keys.

use super::store;
use crate::profiles::profile::{Profile, SecretSource, Settings};
use crate::profiles::tool::{Tool, ToolEntry, ToolPlace};
use crate::profiles::{CertificateFields, Error, ToolError, Warning};
use sigvet_core::credentials::Secret;

/// A set of keys in another tool's configuration, as a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolProfile {
    /// The entry and its location.
    pub entry: ToolEntry,
    /// The keys and settings of the entry. The profile's name is the entry's name without the tool's prefix.
    pub profile: Profile,
    /// Where the tool gets the keys from.
    pub keys: ToolKeys,
    /// The variable that contains the secret, if the entry names one.
    pub secret_variable: Option<String>,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// Where a tool gets the keys of an entry from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolKeys {
    /// From the entry itself.
    Stated,
    /// From AWS's environment variables, files and credential chain.
    OfAws {
        /// The profile in AWS's files.
        profile: Option<String>,
        /// The file to read instead of `~/.aws/credentials`.
        credentials_file: Option<String>,
    },
}

/// The parts of a key in an entry.
#[derive(Default)]
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) secret: Option<Secret>,
    pub(super) token: Option<Secret>,
}

impl Key {
    /// Creates a key from these texts; empty texts count as absent.
    pub(super) fn new(id: Option<&str>, secret: Option<&str>, token: Option<&str>) -> Self {
        let full = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Self { id: full(id), secret: full(secret).map(Secret::new), token: full(token).map(Secret::new) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.id.is_none() && self.secret.is_none()
    }
}

impl ToolProfile {
    /// Creates a profile from the contents of an entry.
    ///
    /// # Errors
    /// Fails if the endpoint or the region is unusable.
    pub(super) fn new(entry: ToolEntry, key: Key, settings: Settings) -> Result<Self, Error> {
        let settings = Settings { service: Some("s3".to_owned()), ..store::settle(settings) };
        check(&entry, &settings)?;
        let profile = Profile {
            name: entry.name.clone(),
            access_key_id: key.id,
            secret: key.secret.map(SecretSource::Inline),
            session_token: key.token,
            certificate: CertificateFields::default(),
            settings,
        };
        Ok(Self { entry, profile, keys: ToolKeys::Stated, secret_variable: None, warnings: Vec::new() })
    }

    /// The region to sign for: the host's region overrides the entry's.
    pub fn effective_region(&self) -> Option<String> {
        let settings = &self.profile.settings;
        let url = settings.bucket_endpoint_url.as_deref().or(settings.endpoint_url.as_deref());
        url.and_then(store::region_of_host).or_else(|| settings.region.clone())
    }

    /// The entry's region, if the host's region overrides it.
    pub fn overridden_region(&self) -> Option<&str> {
        let stated = self.profile.settings.region.as_deref()?;
        (self.effective_region().as_deref() != Some(stated)).then_some(stated)
    }

    /// The key in the entry.
    ///
    /// # Errors
    /// Fails if the entry has no key, or only half of one.
    pub(in crate::profiles) fn stated(&self) -> Result<(&str, &Secret), Error> {
        let (id_field, secret_field) = fields(self.entry.tool);
        let entry = || self.entry.clone();
        let half = |present, missing| ToolError::HalfKey { entry: entry(), present, missing };
        match (&self.profile.access_key_id, &self.profile.secret) {
            (Some(id), Some(_)) if id.contains(|c: char| c.is_whitespace() || c.is_control() || "\"',".contains(c)) => {
                let problem = "contains a space, a quote, a comma or a control character";
                Err(ToolError::InvalidValue { entry: entry(), field: id_field, problem }.into())
            }
            (Some(id), Some(SecretSource::Inline(secret))) => Ok((id, secret)),
            (Some(_), _) => Err(half(id_field, secret_field).into()),
            (None, Some(_)) => Err(half(secret_field, id_field).into()),
            (None, None) => Err(ToolError::NoKeys { entry: entry() }.into()),
        }
    }
}

/// Rejects an endpoint or a region that no request can be made with.
fn check(entry: &ToolEntry, settings: &Settings) -> Result<(), Error> {
    let (endpoint, bucket_endpoint, region) = setting_fields(entry.tool);
    let problem_of = |url: &Option<String>| store::endpoint_problem(url.as_deref()?, settings.addressing);
    let found = [
        (endpoint, problem_of(&settings.endpoint_url)),
        (bucket_endpoint, problem_of(&settings.bucket_endpoint_url)),
        (region, store::region_problem(settings)),
    ];
    match found.into_iter().find_map(|(field, problem)| Some((field, problem?))) {
        Some((field, problem)) => Err(ToolError::InvalidValue { entry: entry.clone(), field, problem }.into()),
        None => Ok(()),
    }
}

/// The tool's names for the endpoint, the bucket endpoint and the region.
fn setting_fields(tool: Tool) -> (&'static str, &'static str, &'static str) {
    match tool {
        Tool::S3cmd => ("host_base", "host_bucket", "bucket_location"),
        Tool::Rclone | Tool::S3fs => ("endpoint", "endpoint", "region"),
        Tool::Mc => ("url", "url", "MC_REGION"),
        Tool::Boto => ("s3_host", "s3_host", "region"),
        Tool::Restic => ("the repository's host", "the repository's host", "AWS_DEFAULT_REGION"),
    }
}

/// The tool's names for the two halves of a key.
fn fields(tool: Tool) -> (&'static str, &'static str) {
    match tool {
        Tool::S3cmd => ("access_key", "secret_key"),
        Tool::Rclone => ("access_key_id", "secret_access_key"),
        Tool::Mc => ("accessKey", "secretKey"),
        Tool::Boto => ("aws_access_key_id", "aws_secret_access_key"),
        Tool::S3fs => ("access key ID", "secret"),
        Tool::Restic => ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    }
}

/// An entry in a tool's file.
pub(super) fn in_file(tool: Tool, name: &str, path: &std::path::Path) -> ToolEntry {
    ToolEntry { tool, name: name.to_owned(), place: ToolPlace::File(path.to_owned()), key_variable: None }
}

/// An entry in a variable.
pub(super) fn in_variable(tool: Tool, name: &str, variable: &str) -> ToolEntry {
    ToolEntry { tool, name: name.to_owned(), place: ToolPlace::Variable(variable.to_owned()), key_variable: None }
}
