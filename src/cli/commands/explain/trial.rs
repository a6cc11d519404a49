//! `--try-host` and `--try-secret`: whether the signature would be right with these values. The evidence is not
//! changed.

use std::io::Read;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::options::signing::parse_host;
use crate::cli::options::value::read_settings;
use crate::files::SETTINGS_LIMIT;
use sigvet_core::credentials::Secret;

/// What is asked about a signed request.
#[derive(Debug, Clone, Default, Args)]
pub struct TrialOptions {
    /// Say whether the signature would be right with this Host header
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parse_host, help_heading = "Search")]
    pub try_host: Option<String>,

    /// Say whether the signature would be right with the secret in this file; '-' reads standard input
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Search")]
    try_secret: Option<String>,
}

impl TrialOptions {
    /// Reads the secret without its final line break. If a user passes the secret itself as the file name, the
    /// error does not repeat it.
    ///
    /// # Errors
    /// The file cannot be read, or contains no secret.
    pub fn read_secret(&self, stdin: &mut dyn Read) -> Result<Option<Secret>, Failure> {
        let Some(name) = &self.try_secret else { return Ok(None) };
        let source = if name == "-" { "standard input" } else { "the file" };
        let bytes = read_settings(name, SETTINGS_LIMIT, stdin).map_err(|_| {
            Failure::usage(format!("--try-secret: cannot read {source}"))
                .hint("give the name of a file that contains the secret, or '-'; never the secret itself")
        })?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Failure::usage(format!("--try-secret: {source} is not UTF-8, as each secret is")))?;
        let secret = text.strip_suffix('\n').unwrap_or(text);
        match secret.strip_suffix('\r').unwrap_or(secret) {
            "" => Err(Failure::usage(format!("--try-secret: {source} is empty")).hint("write the secret to it")),
            secret => Ok(Some(Secret::new(secret))),
        }
    }

    /// Refuses these options without a signed request.
    ///
    /// # Errors
    /// One of the options was given.
    pub fn refuse_unsigned(&self) -> Result<(), Failure> {
        match (&self.try_host, &self.try_secret) {
            (None, None) => Ok(()),
            _ => Err(Failure::usage("--try-host and --try-secret ask about a signature, and the input has none")
                .hint("give the signed request as the input")),
        }
    }
}
