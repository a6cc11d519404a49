//! Gets credentials from a profile in sigvet's own file.

use std::path::PathBuf;

use super::certified::{self, CertificateSession};
use super::file::ProfileFile;
use super::found::{Described, Resolved};
use super::passphrase::PassphraseSource;
use super::profile::{Profile, SecretSource, Settings};
use super::rank::Rank;
use super::{Environment, Error, Outside, Source, Warning, secret};
use sigvet_core::credentials::Credentials;

/// A profile in sigvet's own file.
pub(super) struct ProfileSource {
    profile: Profile,
    path: PathBuf,
    rank: Rank,
    warnings: Vec<Warning>,
}

impl ProfileSource {
    pub(super) fn boxed(file: &ProfileFile, profile: &Profile, rank: Rank) -> Box<Self> {
        let (path, warnings) = (file.path().to_owned(), file.warnings().to_vec());
        Box::new(Self { profile: profile.clone(), path, rank, warnings })
    }

    /// The profile's credentials. This runs a command or calls IAM Roles Anywhere, if the profile says so.
    pub(super) fn resolve(&self, environment: &Environment, outside: &dyn Outside) -> Result<Resolved, Error> {
        if let Some(wanted) = self.certificate_session(environment)? {
            return self.resolve_certificate(&wanted, environment, outside);
        }
        let (key, source) = self.stated_key()?;
        if matches!(source, SecretSource::Command { .. }) && self.warnings.iter().any(Warning::is_about_writers) {
            let (profile, path) = (self.profile.name.clone(), self.path.clone());
            return Err(Error::UntrustedCommand { property: "secret_command", profile, path });
        }
        let credentials = Credentials {
            access_key_id: key.to_owned(),
            secret_access_key: secret::fetch(&self.profile, source, environment)?,
            session_token: self.profile.session_token.clone(),
            expires_at: None,
        };
        let Described { settings, warnings, .. } = self.describe(environment);
        Ok(Resolved { credentials, settings, source: self.source(), warnings })
    }

    /// The key ID in the profile, and where its secret is.
    ///
    /// # Errors
    /// One of the two is missing, or both.
    pub(super) fn stated_key(&self) -> Result<(&str, &SecretSource), Error> {
        let (profile, path) = (|| self.profile.name.clone(), || self.path.clone());
        let half = |present, missing| Error::HalfProfile { profile: profile(), path: path(), present, missing };
        match (&self.profile.access_key_id, &self.profile.secret) {
            (Some(key), Some(source)) => Ok((key, source)),
            (None, Some(source)) => Err(half(source.field(), "access_key_id")),
            (Some(_), None) => Err(half("access_key_id", "secret_access_key, secret_command or secret_env")),
            (None, None) => Err(Error::NoKeys { profile: profile(), path: path() }),
        }
    }

    /// The session that the profile asks for, if it has a certificate.
    pub(super) fn certificate_session(&self, environment: &Environment) -> Result<Option<CertificateSession>, Error> {
        let (profile, path) = (|| self.profile.name.clone(), || self.path.clone());
        let fields = &self.profile.certificate;
        if fields.is_empty() {
            return Ok(None);
        }
        let session = fields.session(&self.path, environment.home_dir().as_deref()).map_err(|missing| {
            Error::HalfProfile { profile: profile(), path: path(), present: fields.first_given(), missing }
        })?;
        let is_command = matches!(fields.passphrase, Some(PassphraseSource::Command { .. }));
        if is_command && self.warnings.iter().any(Warning::is_about_writers) {
            return Err(Error::UntrustedCommand { property: "passphrase_command", profile: profile(), path: path() });
        }
        Ok(Some(CertificateSession { session, passphrase: fields.passphrase.clone() }))
    }

    /// Gets a session for the profile's certificate.
    fn resolve_certificate(
        &self,
        wanted: &CertificateSession,
        environment: &Environment,
        outside: &dyn Outside,
    ) -> Result<Resolved, Error> {
        let created = certified::create_session(&wanted.session, wanted.passphrase.as_ref(), environment, outside);
        let (credentials, of_certificate) =
            created.map_err(|source| Error::RolesAnywhere { profile: self.profile.name.clone(), source })?;
        let Described { settings, mut warnings, .. } = self.describe(environment);
        warnings.extend(of_certificate.into_iter().map(Warning::Certificate));
        Ok(Resolved { credentials, settings, source: self.source(), warnings })
    }

    /// What is known about the profile without its secret.
    ///
    /// An endpoint from the environment is used only if the profile has none, because a profile's endpoint
    /// belongs to its keys.
    pub(super) fn describe(&self, environment: &Environment) -> Described {
        let own = self.profile.settings.clone();
        let endpoint_url = own.endpoint_url.clone();
        let merged = self.rank.merge(own, environment.settings());
        Described {
            access_key_id: self.profile.access_key_id.clone(),
            settings: Settings { endpoint_url, ..Settings::default() }.or(merged),
            source: Some(self.source()),
            warnings: self.warnings.clone(),
        }
    }

    fn source(&self) -> Source {
        Source::Profile { name: self.profile.name.clone(), path: self.path.clone() }
    }
}
