//! The fields of a profile that gets its keys from IAM Roles Anywhere.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::passphrase::PassphraseSource;
use super::roles_anywhere::RolesAnywhere;
use super::x509::CertificateFiles;

/// The fields, in the order in which they are written.
pub(super) const FIELDS: [&str; 11] = [
    "certificate",
    "private_key",
    "intermediates",
    "trust_anchor_arn",
    "profile_arn",
    "role_arn",
    "duration_seconds",
    "role_session_name",
    "passphrase_env",
    "passphrase_command",
    "rolesanywhere_endpoint_url",
];

/// A profile's fields for a certificate. Any of them may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateFields {
    /// The file that contains the certificate.
    pub certificate: Option<String>,
    /// The file that contains its private key.
    pub private_key: Option<String>,
    /// The file that contains the intermediate CA certificates.
    pub intermediates: Option<String>,
    /// The ARN of the trust anchor.
    pub trust_anchor_arn: Option<String>,
    /// The ARN of the IAM Roles Anywhere profile.
    pub profile_arn: Option<String>,
    /// The ARN of the role.
    pub role_arn: Option<String>,
    /// The duration of a session, in seconds.
    pub duration_seconds: Option<u64>,
    /// The name of a session.
    pub role_session_name: Option<String>,
    /// Where to get the passphrase of the private key.
    pub passphrase: Option<PassphraseSource>,
    /// The endpoint for `CreateSession`.
    pub endpoint_url: Option<String>,
}

impl CertificateFields {
    /// Whether no field is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The session that the fields describe. File names are relative to the profile file, and `~/` is the
    /// user's home directory.
    ///
    /// # Errors
    /// The name of the first field that is missing.
    pub(super) fn session(&self, file: &Path, home: Option<&Path>) -> Result<RolesAnywhere, &'static str> {
        let path = |text: &String| located(text, file, home);
        let needed = |field: &Option<String>, name: &'static str| field.clone().ok_or(name);
        let files = CertificateFiles {
            certificate: path(self.certificate.as_ref().ok_or("certificate")?),
            private_key: path(self.private_key.as_ref().ok_or("private_key")?),
            intermediates: self.intermediates.as_ref().map(path),
        };
        Ok(RolesAnywhere {
            files,
            trust_anchor_arn: needed(&self.trust_anchor_arn, "trust_anchor_arn")?,
            profile_arn: needed(&self.profile_arn, "profile_arn")?,
            role_arn: needed(&self.role_arn, "role_arn")?,
            session_duration: self.duration_seconds.map(Duration::from_secs),
            role_session_name: self.role_session_name.clone(),
            region: None,
            endpoint_url: self.endpoint_url.clone(),
        })
    }

    /// The first field that is set, for an error about another one that is missing.
    pub(super) fn first_given(&self) -> &'static str {
        let given = [
            (self.certificate.is_some(), "certificate"),
            (self.private_key.is_some(), "private_key"),
            (self.trust_anchor_arn.is_some(), "trust_anchor_arn"),
            (self.profile_arn.is_some(), "profile_arn"),
            (self.role_arn.is_some(), "role_arn"),
        ];
        given.into_iter().find(|(is_given, _)| *is_given).map_or("a field of a certificate", |(_, name)| name)
    }

    /// The fields and their values as they may be shown.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let text = |name, field: &Option<String>| field.clone().map(|text| (name, text));
        let passphrase = self.passphrase.as_ref().map(|source| match source {
            PassphraseSource::Variable(_) => ("passphrase_env", "[redacted]".to_owned()),
            _ => ("passphrase_command", "[redacted]".to_owned()),
        });
        [
            text("certificate", &self.certificate),
            text("private_key", &self.private_key),
            text("intermediates", &self.intermediates),
            text("trust_anchor_arn", &self.trust_anchor_arn),
            text("profile_arn", &self.profile_arn),
            text("role_arn", &self.role_arn),
            self.duration_seconds.map(|seconds| ("duration_seconds", seconds.to_string())),
            text("role_session_name", &self.role_session_name),
            passphrase,
            text("rolesanywhere_endpoint_url", &self.endpoint_url),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn located(text: &str, file: &Path, home: Option<&Path>) -> PathBuf {
    match text.strip_prefix("~/").and_then(|rest| Some(home?.join(rest))) {
        Some(path) => path,
        // AWS's helper uses this prefix for keys in hardware tokens. The text is kept, so that the refusal names it.
        None if text.starts_with("pkcs11:") => PathBuf::from(text),
        None => file.parent().unwrap_or(Path::new("")).join(text),
    }
}
