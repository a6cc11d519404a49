//! AWS's `config` and `credentials` files, parsed by `aws-config` itself, and what one profile of them says.

use std::path::{Path, PathBuf};

use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::providers::block_on;
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::found::KnownKey;
use crate::profiles::near::near;
use crate::profiles::profile::Settings;
use crate::profiles::{AwsProvider, Environment, Error, Source};
use sigvet_core::credentials::{Credentials, Secret};

/// The files, with one profile of them picked.
pub(super) struct AwsFiles {
    set: ProfileSet,
    /// `None` where neither file is there.
    pub(super) files: Option<EnvConfigFiles>,
}

/// How a profile comes by its keys.
pub(super) enum Means {
    /// They stand in the file.
    Static(Credentials),
    /// `aws-config` has to ask for them.
    Asked(AwsProvider),
}

impl AwsFiles {
    /// Reads the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, or those of `~/.aws`.
    pub(super) fn load(profile: &str, environment: &Environment) -> Result<Self, Error> {
        let places = [
            (EnvConfigFileKind::Config, "AWS_CONFIG_FILE", "config"),
            (EnvConfigFileKind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ];
        let paths = places.map(|(kind, variable, name)| (kind, place(variable, name, environment)));
        let there: Vec<_> =
            paths.into_iter().filter_map(|(kind, path)| Some((kind, path.filter(|p| p.exists())?))).collect();
        for (_, path) in &there {
            check(path)?;
        }
        if there.is_empty() {
            return Ok(Self { set: ProfileSet::default(), files: None });
        }
        let builder = there.into_iter().fold(EnvConfigFiles::builder(), |b, (kind, path)| b.with_file(kind, path));
        let files = builder.build();
        let (system, variables) = (Default::default(), Default::default());
        let loading = aws_config::profile::load(&system, &variables, &files, Some(profile.to_owned().into()));
        let set = block_on(loading)?.map_err(|error| Error::AwsFiles(AwsCause::copy(&error, str::to_owned)))?;
        let tokens = set.profiles().filter_map(|name| set.get_profile(name)?.get("web_identity_token_file"));
        tokens.map(Path::new).filter(|path| path.exists()).try_for_each(check)?;
        Ok(Self { set, files: Some(files) })
    }

    /// The picked profile, if the files hold it.
    pub(super) fn profile(&self) -> Option<&Profile> {
        self.set.get_profile(self.set.selected_profile())
    }

    /// Names in the files that look like this one.
    pub(super) fn near(&self, name: &str) -> Vec<String> {
        near(name, self.set.profiles())
    }

    /// What the picked profile says besides keys. Its services section goes before its own endpoint.
    pub(super) fn settings(&self) -> Settings {
        let Some(profile) = self.profile() else { return Settings::default() };
        let text = |key| profile.get(key).filter(|value| !value.is_empty()).map(str::to_owned);
        let ignored = text("ignore_configured_endpoint_urls").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Settings {
            region: text("region"),
            endpoint_url: self.endpoint_url().filter(|_| !ignored),
            addressing: self.addressing_style().and_then(|style| style.parse().ok()),
            ..Settings::default()
        }
    }

    fn endpoint_url(&self) -> Option<String> {
        let variables = Default::default();
        let value = EnvConfigValue::new().profile("endpoint_url").service_id("s3");
        value.load(&variables, Some(&self.set)).map(|(url, _)| url.into_owned()).filter(|url| !url.is_empty())
    }

    /// The one line of interest in the profile's nested `s3 =` section, which the parser leaves as text.
    fn addressing_style(&self) -> Option<&str> {
        let lines = self.profile()?.get("s3")?.lines();
        let mut pairs = lines.filter_map(|line| line.split_once('='));
        pairs.find(|(key, _)| key.trim() == "addressing_style").map(|(_, style)| style.trim())
    }

    /// How the picked profile comes by its keys; `None` where it says nothing of any.
    pub(super) fn means(&self) -> Option<Means> {
        let profile = self.profile()?;
        let asked = [
            ("web_identity_token_file", AwsProvider::WebIdentity),
            ("role_arn", AwsProvider::AssumeRole),
            ("credential_source", AwsProvider::CredentialSource),
            ("sso_session", AwsProvider::Sso),
            ("sso_start_url", AwsProvider::Sso),
            ("sso_account_id", AwsProvider::Sso),
            ("login_session", AwsProvider::Login),
            ("credential_process", AwsProvider::Process),
        ];
        if let Some((_, provider)) = asked.into_iter().find(|(key, _)| profile.get(key).is_some()) {
            return Some(Means::Asked(provider));
        }
        match (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
            (None, None) => None,
            (Some(key), Some(secret)) => {
                let credentials = Credentials::new(key, secret);
                Some(Means::Static(match profile.get("aws_session_token") {
                    Some(token) => credentials.with_session_token(token),
                    None => credentials,
                }))
            }
            // Half a key: `aws-config` says which half is missing.
            _ => Some(Means::Asked(AwsProvider::Static)),
        }
    }

    /// The keys of every profile that has them in the files themselves.
    pub(super) fn known_keys(&self) -> Vec<KnownKey> {
        let key = |name: &str| {
            let profile = self.set.get_profile(name)?;
            let (id, secret) = (profile.get("aws_access_key_id")?, profile.get("aws_secret_access_key")?);
            let source = Source::AwsProfile { name: name.to_owned(), provider: AwsProvider::Static };
            Some(KnownKey { source, access_key_id: id.to_owned(), secret: Secret::new(secret) })
        };
        self.set.profiles().filter_map(key).collect()
    }

    /// The text without any secret of the files, should one have slipped into it.
    pub(super) fn redact(&self, text: &str) -> String {
        let profiles = self.set.profiles().filter_map(|name| self.set.get_profile(name));
        let secrets = profiles.flat_map(|p| [p.get("aws_secret_access_key"), p.get("aws_session_token")]);
        let secrets = secrets.flatten().filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "[redacted]"))
    }
}

/// Refuses what `aws-config` would read without end.
pub(super) fn check(path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    files::check(path, SETTINGS_LIMIT).map_err(|source| Error::Unreadable { path: path.to_owned(), source })
}

fn place(variable: &str, name: &str, environment: &Environment) -> Option<PathBuf> {
    let Some(named) = environment.get(variable) else {
        return Some(environment.home_dir()?.join(".aws").join(name));
    };
    match named.strip_prefix("~/") {
        Some(rest) => Some(environment.home_dir()?.join(rest)),
        None => Some(PathBuf::from(named)),
    }
}
