//! Options for signing with a certificate. They have the names that AWS's own helper for IAM Roles Anywhere uses.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::failure::Failure;
use crate::cli::options::value::parse_secret;
use crate::profiles::{CertificateFiles, PassphraseSource};
use sigvet_core::credentials::Secret;

/// The files of the certificate, and where the passphrase of its key is.
#[derive(Debug, Clone, Default, Args)]
pub struct CertificateOptions {
    /// Certificate to sign with (PEM)
    ///
    /// IAM Roles Anywhere takes such signatures.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Signing", display_order = super::OTHER_SCHEMES)]
    pub certificate: Option<PathBuf>,

    /// Private key of --certificate (PEM)
    ///
    /// The passphrase of an encrypted key is read from --passphrase-file or $SIGVET_KEY_PASSPHRASE, or asked for.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Signing", display_order = super::OTHER_SCHEMES)]
    pub private_key: Option<PathBuf>,

    /// Certificates above it (PEM), issuer first
    ///
    /// They are those between --certificate and the trust anchor.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Signing", display_order = super::OTHER_SCHEMES)]
    pub intermediates: Option<PathBuf>,

    /// Read the passphrase of --private-key from this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Signing", display_order = super::OTHER_SCHEMES)]
    pub passphrase_file: Option<PathBuf>,

    /// The passphrase, as AWS's helper takes it; other users of the machine can see command lines
    #[arg(long, value_name = "PASSPHRASE", hide = true, value_parser = parse_secret, conflicts_with = "passphrase_file")]
    pub pkcs8_password: Option<Secret>,
}

impl CertificateOptions {
    /// Whether any of the file options was given.
    pub fn is_typed(&self) -> bool {
        self.certificate.is_some() || self.private_key.is_some() || self.intermediates.is_some()
    }

    /// The files.
    ///
    /// # Errors
    /// `--certificate` is missing.
    pub fn files(&self) -> Result<CertificateFiles, Failure> {
        let certificate = self.certificate.clone().ok_or_else(|| {
            Failure::usage("--certificate is missing: a signature with a certificate needs the certificate and its key")
                .hint("pass --certificate FILE and --private-key FILE; one file may hold both")
        })?;
        Ok(CertificateFiles {
            // As in AWS's helper, one file may contain both.
            private_key: self.private_key.clone().unwrap_or_else(|| certificate.clone()),
            certificate,
            intermediates: self.intermediates.clone(),
        })
    }

    /// Where to get the passphrase, if an option says.
    pub fn passphrase(&self) -> Option<PassphraseSource> {
        let given = self.pkcs8_password.clone().map(PassphraseSource::Given);
        given.or_else(|| self.passphrase_file.clone().map(PassphraseSource::File))
    }
}
