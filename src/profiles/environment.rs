//! Environment variables and the user's directories, passed as an argument.
//!
//! The process's own environment is read in one place, [`Environment::of_this_process`], which only the
//! command line calls. An empty variable counts as unset everywhere.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::profile::Settings;
use super::{Error, Warning};
use sigvet_core::credentials::Credentials;
use sigvet_core::time::Timestamp;

/// Environment variables and the user's directories.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    config_dir: Option<PathBuf>,
    cache_dir: Option<PathBuf>,
}

const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
/// The second is boto's original name, which is still read.
const TOKEN: [&str; 2] = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const PROFILE: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];
const ENDPOINT: [&str; 2] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];

impl Environment {
    /// An environment with only these variables, and this configuration directory.
    pub fn new<N, V>(variables: impl IntoIterator<Item = (N, V)>, config_dir: Option<PathBuf>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { variables: variables.collect(), config_dir, cache_dir: None }
    }

    /// The same environment with this cache directory.
    #[must_use]
    pub fn with_cache_dir(mut self, directory: PathBuf) -> Self {
        self.cache_dir = Some(directory);
        self
    }

    /// The environment of this process.
    pub fn of_this_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self { variables: variables.collect(), config_dir: dirs::config_dir(), cache_dir: dirs::cache_dir() }
    }

    /// The values that are secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        [SECRET].into_iter().chain(TOKEN).filter_map(|name| self.get(name))
    }

    /// The URLs of endpoints, for all services or for one, which may contain a user and a password.
    pub fn endpoint_urls(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL")).map(|(_, url)| url.as_str())
    }

    /// The value of a variable. An empty value counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The names of all variables that are set.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name.as_str())
    }

    /// The same environment with other values for some variables.
    #[must_use]
    pub(super) fn with_variables<'v>(mut self, variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        self.variables.extend(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    /// The user's configuration directory.
    pub fn config_dir(&self) -> Option<&PathBuf> {
        self.config_dir.as_ref()
    }

    /// The user's cache directory.
    pub fn cache_dir(&self) -> Option<&PathBuf> {
        self.cache_dir.as_ref()
    }

    /// The user's home directory, from `HOME` (`USERPROFILE` on Windows).
    pub fn home_dir(&self) -> Option<PathBuf> {
        self.first(&["HOME", "USERPROFILE"]).map(PathBuf::from)
    }

    /// The profile named by `AWS_PROFILE`, or otherwise by `AWS_DEFAULT_PROFILE`.
    pub fn profile(&self) -> Option<&str> {
        self.first(&PROFILE)
    }

    /// The region from `AWS_REGION`, or otherwise from `AWS_DEFAULT_REGION`.
    pub fn region(&self) -> Option<&str> {
        self.first(&REGION)
    }

    /// The settings from the environment other than keys: the region, and the endpoint from
    /// `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`.
    pub fn settings(&self) -> Settings {
        Settings {
            region: self.region().map(str::to_owned),
            endpoint_url: self.first(&ENDPOINT).filter(|_| !self.ignores_configured_endpoints()).map(str::to_owned),
            region_set: self.get("AWS_SIGV4A_SIGNING_REGION_SET").map(str::to_owned),
            use_dualstack_endpoint: self.switch("AWS_USE_DUALSTACK_ENDPOINT"),
            use_fips_endpoint: self.switch("AWS_USE_FIPS_ENDPOINT"),
            ..Settings::default()
        }
    }

    /// Whether to ignore endpoints from variables and from AWS's files.
    pub(super) fn ignores_configured_endpoints(&self) -> bool {
        self.is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    }

    /// The variables that determine where a request is sent, with their values. Of alternative names for the
    /// same setting, only the first one that is set is included.
    pub fn destination_variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [&REGION, &ENDPOINT]
            .into_iter()
            .filter_map(|names| names.iter().find_map(|name| Some((*name, self.get(name)?))))
    }

    /// The value of a switch such as `AWS_USE_FIPS_ENDPOINT`, if it is set.
    fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether a switch such as `AWS_EC2_METADATA_DISABLED` is on.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether the environment contains a key, or half of one.
    pub(super) fn has_keys(&self) -> bool {
        self.access_key_id().is_some() || self.get(SECRET).is_some()
    }

    /// The access key ID, which is not secret.
    pub(super) fn access_key_id(&self) -> Option<&str> {
        self.get(KEY)
    }

    /// The keys from the environment, and a warning if their expiry cannot be parsed.
    pub(super) fn credentials(&self) -> Result<(Credentials, Option<Warning>), Error> {
        let half = |present, missing| Error::HalfEnvironment { present, missing };
        let key = self.access_key_id().ok_or(half(SECRET, KEY))?;
        let secret = self.get(SECRET).ok_or(half(KEY, SECRET))?;
        let mut credentials = Credentials::new(key, secret);
        if let Some(token) = self.first(&TOKEN) {
            credentials = credentials.with_session_token(token);
        }
        let (expires_at, warning) = self.expiration();
        credentials.expires_at = expires_at;
        Ok((credentials, warning))
    }

    fn expiration(&self) -> (Option<Timestamp>, Option<Warning>) {
        match self.get(EXPIRATION).map(Timestamp::parse) {
            None => (None, None),
            Some(Ok(instant)) => (Some(instant), None),
            Some(Err(_)) => (None, Some(Warning::InvalidExpiration { variable: EXPIRATION })),
        }
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

/// Shows only the names, because values may be secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        f.debug_struct("Environment").field("variables", &names).field("config_dir", &self.config_dir).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().copied(), None)
    }

    #[test]
    fn an_empty_variable_is_unset() {
        let environment = environment(&[("AWS_PROFILE", ""), ("AWS_DEFAULT_PROFILE", "b"), ("AWS_ACCESS_KEY_ID", "")]);
        assert_eq!(environment.profile(), Some("b"));
        assert!(!environment.has_keys());
    }

    #[test]
    fn keys_come_with_token_and_expiry() {
        let (credentials, warning) = environment(&[
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
            ("AWS_SECURITY_TOKEN", "old"),
            ("AWS_SESSION_TOKEN", "new"),
            ("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T00:00:00Z"),
        ])
        .credentials()
        .unwrap();
        assert_eq!(credentials.session_token.unwrap().expose_secret(), "new");
        assert_eq!(credentials.expires_at.unwrap().as_str(), "20300101T000000Z");
        assert_eq!(warning, None);
    }

    #[test]
    fn the_legacy_token_is_used_if_there_is_no_other() {
        let (credentials, _) =
            environment(&[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SECURITY_TOKEN", "old")])
                .credentials()
                .unwrap();
        assert_eq!(credentials.session_token.unwrap().expose_secret(), "old");
    }

    #[test]
    fn an_invalid_expiry_is_a_warning_that_does_not_quote_it() {
        let (credentials, warning) = environment(&[
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_CREDENTIAL_EXPIRATION", "soon"),
        ])
        .credentials()
        .unwrap();
        assert_eq!(credentials.expires_at, None);
        assert_eq!(warning, Some(Warning::InvalidExpiration { variable: "AWS_CREDENTIAL_EXPIRATION" }));
    }

    #[test]
    fn half_a_key_names_the_half_that_is_missing() {
        let error = environment(&[("AWS_ACCESS_KEY_ID", "A")]).credentials().unwrap_err();
        assert_eq!(error.to_string(), "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not");
        let error = environment(&[("AWS_SECRET_ACCESS_KEY", "hush")]).credentials().unwrap_err();
        assert_eq!(error.to_string(), "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not");
    }

    #[test]
    fn the_endpoint_for_s3_takes_precedence_unless_endpoints_are_ignored() {
        let both = [("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_S3", "http://s3")];
        assert_eq!(environment(&both).settings().endpoint_url.as_deref(), Some("http://s3"));
        assert_eq!(environment(&both[..1]).settings().endpoint_url.as_deref(), Some("http://all"));
        let ignored = [both[0], ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        assert_eq!(environment(&ignored).settings().endpoint_url, None);
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", environment(&[("AWS_SECRET_ACCESS_KEY", "hush-hush")]));
        assert!(shown.contains("AWS_SECRET_ACCESS_KEY") && !shown.contains("hush"), "{shown}");
    }
}
