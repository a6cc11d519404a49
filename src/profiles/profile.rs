//! A profile as written in the file: keys, how to get the secret, and settings.

use std::fmt;
use std::str::FromStr;

use super::certificate_fields::CertificateFields;
use super::shape::{as_program_name, as_variable_name};
use sigvet_core::credentials::Secret;

/// One `[profile.NAME]` of the profile file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// The access key ID.
    pub access_key_id: Option<String>,
    /// Where the secret access key is.
    pub secret: Option<SecretSource>,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
    /// The certificate that gets keys from IAM Roles Anywhere instead.
    pub certificate: CertificateFields,
    /// The settings that are not credentials.
    pub settings: Settings,
}

/// How to get a profile's secret access key.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `secret_access_key`: the secret is in the file itself.
    Inline(Secret),
    /// `secret_command`: a program prints the secret. It is run without a shell.
    Command {
        /// The program, which is looked up in `PATH`.
        program: String,
        /// The arguments. They are not shown, because they may contain a secret themselves.
        arguments: Vec<String>,
    },
    /// `secret_env`: an environment variable contains the secret.
    Variable(String),
}

impl SecretSource {
    /// The name of the program or of the variable, which may be shown. `None` for the secret itself, and for
    /// a text that does not look like such a name: it may be the secret, written in the wrong place.
    pub fn shown_name(&self) -> Option<&str> {
        match self {
            Self::Inline(_) => None,
            Self::Command { program, .. } => as_program_name(program),
            Self::Variable(name) => as_variable_name(name),
        }
    }

    /// The field of the profile file for this kind of source.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Inline(_) => "secret_access_key",
            Self::Command { .. } => "secret_command",
            Self::Variable(_) => "secret_env",
        }
    }
}

/// Shows neither a secret nor the arguments of a command.
impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("[redacted]"),
            Self::Command { program, arguments } => {
                match as_program_name(program) {
                    Some(program) => write!(f, "printed by '{program}'"),
                    None => f.write_str("printed by a program (not shown)"),
                }?;
                match arguments.len() {
                    0 => Ok(()),
                    1 => f.write_str(" (1 argument, not shown)"),
                    n => write!(f, " ({n} arguments, not shown)"),
                }
            }
            Self::Variable(name) => match as_variable_name(name) {
                Some(name) => write!(f, "in the environment variable {name}"),
                None => f.write_str("in an environment variable (its name is not shown: it does not look like one)"),
            },
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.field())
    }
}

/// A profile's settings other than keys. Each is a default that an option overrides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The region of the credential scope, such as `eu-central-1`.
    pub region: Option<String>,
    /// The service of the credential scope, such as `s3`.
    pub service: Option<String>,
    /// The URL that `s3://bucket/key` is sent to.
    pub endpoint_url: Option<String>,
    /// The endpoint for requests to a bucket, if it differs from `endpoint_url`.
    pub bucket_endpoint_url: Option<String>,
    /// Where the bucket's name goes in the URL.
    pub addressing: Option<Addressing>,
    /// Whether to use AWS's dual-stack endpoints if no endpoint is given.
    pub use_dualstack_endpoint: Option<bool>,
    /// Whether to use AWS's FIPS endpoints if no endpoint is given.
    pub use_fips_endpoint: Option<bool>,
    /// Whether to use S3 Transfer Acceleration if no endpoint is given.
    pub use_accelerate_endpoint: Option<bool>,
    /// The regions that a Version 4A signature is valid for, separated by commas.
    pub region_set: Option<String>,
    /// A file of CA certificates to trust instead of the system's.
    pub ca_bundle: Option<String>,
    /// The signature scheme, as `--scheme` spells it. It is not checked here.
    pub scheme: Option<String>,
    /// The expiry of presigned URLs, as `--expires` spells it. It is not checked here.
    pub expires: Option<String>,
}

impl Settings {
    /// The endpoints: the one that was typed, or otherwise those in these settings.
    pub fn endpoint_urls<'s>(&'s self, typed: Option<&'s str>) -> impl Iterator<Item = &'s str> {
        let own = [self.bucket_endpoint_url.as_deref(), self.endpoint_url.as_deref()];
        let own = own.into_iter().flatten().filter(move |_| typed.is_none());
        typed.into_iter().chain(own)
    }

    /// These settings, with missing ones taken from `others`.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            region: self.region.or(others.region),
            service: self.service.or(others.service),
            endpoint_url: self.endpoint_url.or(others.endpoint_url),
            bucket_endpoint_url: self.bucket_endpoint_url.or(others.bucket_endpoint_url),
            addressing: self.addressing.or(others.addressing),
            use_dualstack_endpoint: self.use_dualstack_endpoint.or(others.use_dualstack_endpoint),
            use_fips_endpoint: self.use_fips_endpoint.or(others.use_fips_endpoint),
            use_accelerate_endpoint: self.use_accelerate_endpoint.or(others.use_accelerate_endpoint),
            region_set: self.region_set.or(others.region_set),
            ca_bundle: self.ca_bundle.or(others.ca_bundle),
            scheme: self.scheme.or(others.scheme),
            expires: self.expires.or(others.expires),
        }
    }
}

/// Where the bucket's name goes in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// In the host: `https://bucket.endpoint/key`.
    Virtual,
    /// In the path: `https://endpoint/bucket/key`.
    Path,
}

impl Addressing {
    /// The name in the profile file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Path => "path",
        }
    }
}

impl fmt::Display for Addressing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not an addressing style. It is not quoted, because in a profile file it may be a secret on the
/// wrong line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 'virtual' or 'path'")]
pub struct UnknownAddressing;

impl FromStr for Addressing {
    type Err = UnknownAddressing;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "virtual" => Ok(Self::Virtual),
            "path" => Ok(Self::Path),
            _ => Err(UnknownAddressing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_secret_nor_token_nor_the_arguments_of_a_command() {
        let command = SecretSource::Command { program: "vault".into(), arguments: vec!["hush-token".into()] };
        for secret in [SecretSource::Inline(Secret::new("hush")), command] {
            let token = Some(Secret::new("hush-token"));
            let profile = Profile { secret: Some(secret), session_token: token, ..Profile::default() };
            let shown = format!("{profile:?} {}", profile.secret.as_ref().unwrap());
            assert!(!shown.contains("hush"), "{shown}");
        }
    }

    #[test]
    fn missing_settings_are_filled_in_and_others_are_kept() {
        let ours = Settings { region: Some("a".into()), ..Settings::default() };
        let theirs = Settings { region: Some("b".into()), service: Some("s3".into()), ..Settings::default() };
        let both = ours.or(theirs);
        assert_eq!((both.region.as_deref(), both.service.as_deref()), (Some("a"), Some("s3")));
    }
}
