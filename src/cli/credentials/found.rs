//! Finds keys and settings: in a file that `sigvet key` wrote, or in one of the sources that `profiles` knows.

use crate::cli::context::Context;
use crate::cli::credentials::outside::Network;
use crate::cli::credentials::signer::Signer;
use crate::cli::credentials::signing_key::ScopedKey;
use crate::cli::credentials::words::{describe_certificate_warning, describe_source, describe_warning};
use crate::cli::failure::Failure;
use crate::cli::options::signing::CredentialOptions;
use crate::cli::options::typed::Typed;
use crate::cli::secrets::values_of;
use crate::profiles::{self, CredentialChoice, KeyParts, Resolved, Warning};

/// Keys and settings, and where they come from.
pub struct FoundKeys {
    /// What to sign with.
    pub signer: Signer,
    /// The other settings of the profile.
    pub settings: profiles::Settings,
    /// Where the keys come from, to show to the user.
    pub source: String,
    /// Warnings about the source.
    pub warnings: Vec<String>,
}

impl FoundKeys {
    /// Looks in the source that the options select.
    pub fn of(typed: Typed<'_>, context: &mut Context) -> Result<Self, Failure> {
        let choice = typed.credentials.choice();
        if let Some(file) = &typed.signing.signing_key {
            let key = ScopedKey::read(file, context)?;
            let described = profiles::describe(&choice, &context.environment)?;
            let source = format!("signing key in {file}, for {}", key.scope);
            return Ok(Self {
                signer: Signer::Key(key),
                settings: described.settings,
                source,
                warnings: describe_all(&described.warnings),
            });
        }
        if typed.signing.is_certified() {
            return Self::certified(typed, context);
        }
        let resolved = typed.credentials.resolve(context)?;
        context.secrets.add(values_of(&resolved.credentials));
        Ok(Self {
            signer: Signer::Credentials(resolved.credentials),
            settings: resolved.settings,
            source: describe_source(&resolved.source),
            warnings: describe_all(&resolved.warnings),
        })
    }
}

impl FoundKeys {
    /// Loads the key of the certificate in the options. The region and the endpoint may come from a profile.
    fn certified(typed: Typed<'_>, context: &Context) -> Result<Self, Failure> {
        let options = &typed.signing.certificate;
        let files = options.files()?;
        let outside = Network::new(context, None);
        let loaded = profiles::load_certified(&files, options.passphrase().as_ref(), &context.environment, &outside)?;
        let described = profiles::describe(&typed.credentials.choice(), &context.environment)?;
        let serial = &loaded.key.certificate().serial;
        let source = format!("certificate {serial} in {}", files.certificate.display());
        let of_certificate = loaded.warnings.iter().map(describe_certificate_warning);
        Ok(Self {
            warnings: describe_all(&described.warnings).into_iter().chain(of_certificate).collect(),
            signer: Signer::Certified(Box::new(loaded.key)),
            settings: described.settings,
            source,
        })
    }
}

fn describe_all(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(describe_warning).collect()
}

impl CredentialOptions {
    /// Finds the credentials in the source that the options select.
    ///
    /// # Errors
    /// See [`profiles::resolve`](profiles::resolve()).
    pub fn resolve(&self, context: &Context) -> Result<Resolved, profiles::Error> {
        let outside = Network::new(context, self.mfa_code.as_deref());
        profiles::resolve(&self.choice(), &context.environment, &outside)
    }

    /// The source that the options select.
    pub fn choice(&self) -> CredentialChoice {
        let parts = KeyParts {
            access_key_id: self.access_key.clone(),
            secret_access_key: self.secret_key.clone(),
            session_token: self.session_token.clone(),
        };
        let Self { user, profile, profile_file, .. } = self.clone();
        CredentialChoice { user, parts, profile, profile_file }
    }
}
