//! `sigvet credentials roles-anywhere`: requests a session from IAM Roles Anywhere with the key of a certificate.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::connection::options::ConnectionOptions;
use crate::cli::context::Context;
use crate::cli::credentials::outside::Network;
use crate::cli::credentials::words::describe_certificate_warning;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::complete::profile_names;
use crate::cli::options::signing::CertificateOptions;
use crate::cli::options::value::parse_duration;
use crate::cli::screen::inert_json;
use crate::cli::terminal::notes::{note, warn};
use crate::cli::terminal::output::Output;
use crate::profiles::{self, CertificateSession, CredentialChoice, RolesAnywhere};
use sigvet_core::credentials::{Credentials, Secret};

/// The arguments of `sigvet credentials roles-anywhere`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet credentials roles-anywhere --profile workload
  sigvet credentials roles-anywhere --certificate c.pem --private-key k.pem
      --trust-anchor-arn ARN --profile-arn ARN --role-arn ARN")]
pub struct RolesAnywhereArgs {
    /// Use the certificate and ARNs of this profile
    #[arg(long, value_name = "NAME", add = profile_names(), conflicts_with_all = ["certificate", "private_key", "intermediates"])]
    #[arg(conflicts_with_all = ["trust_anchor_arn", "profile_arn", "role_arn", "session_duration", "role_session_name"])]
    #[arg(help_heading = "Session")]
    profile: Option<String>,

    /// Read profiles from this file
    ///
    /// The default is $SIGVET_PROFILES, or profiles.toml in the configuration directory.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Session")]
    profile_file: Option<PathBuf>,

    #[command(flatten)]
    certificate: CertificateOptions,

    /// Trust anchor that vouches for it
    #[arg(long, value_name = "ARN", help_heading = "Session")]
    trust_anchor_arn: Option<String>,

    /// Profile that allows the role
    #[arg(long, value_name = "ARN", help_heading = "Session")]
    profile_arn: Option<String>,

    /// Role to assume
    #[arg(long, value_name = "ARN", help_heading = "Session")]
    role_arn: Option<String>,

    /// Duration of the session, in seconds or as 1h (default: 1h)
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Session")]
    session_duration: Option<Duration>,

    /// Name of the session, if the profile accepts one
    #[arg(long, value_name = "NAME", help_heading = "Session")]
    role_session_name: Option<String>,

    /// Region (default: that of the trust anchor)
    #[arg(long, value_name = "REGION", help_heading = "Session")]
    region: Option<String>,

    /// Endpoint to call instead of AWS's own for the region
    #[arg(long, alias = "endpoint", value_name = "URL", help_heading = "Session")]
    endpoint_url: Option<String>,

    /// Taken for the helper's sake: the proxies of the environment are used in any case
    #[arg(long, hide = true)]
    with_proxy: bool,

    #[command(flatten)]
    elsewhere: KeysElsewhere,

    #[command(flatten)]
    connection: ConnectionOptions,
}

/// Options of AWS's helper for keys that are in no file.
#[derive(Debug, Args)]
struct KeysElsewhere {
    #[arg(long, hide = true)]
    cert_selector: Option<String>,
    #[arg(long, hide = true)]
    system_store_name: Option<String>,
    #[arg(long, hide = true)]
    use_latest_expiring_certificate: bool,
    #[arg(long, hide = true)]
    pkcs11_lib: Option<String>,
    #[arg(long, hide = true)]
    pkcs11_pin: Option<String>,
    #[arg(long, hide = true)]
    reuse_pin: bool,
    #[arg(long, hide = true)]
    tpm_key_password: Option<String>,
    #[arg(long, hide = true)]
    no_tpm_key_password: bool,
}

impl KeysElsewhere {
    /// The first of these options that was given.
    fn typed(&self) -> Option<&'static str> {
        let typed = [
            (self.cert_selector.is_some(), "--cert-selector"),
            (self.system_store_name.is_some(), "--system-store-name"),
            (self.use_latest_expiring_certificate, "--use-latest-expiring-certificate"),
            (self.pkcs11_lib.is_some(), "--pkcs11-lib"),
            (self.pkcs11_pin.is_some(), "--pkcs11-pin"),
            (self.reuse_pin, "--reuse-pin"),
            (self.tpm_key_password.is_some(), "--tpm-key-password"),
            (self.no_tpm_key_password, "--no-tpm-key-password"),
        ];
        typed.into_iter().find(|(is_typed, _)| *is_typed).map(|(_, name)| name)
    }
}

/// The hint for a missing option.
const NEEDED: &str = "pass --trust-anchor-arn, --profile-arn and --role-arn, or --profile NAME";

/// Runs the command.
pub fn run(args: &RolesAnywhereArgs, is_verbose: bool, context: &mut Context) -> Result<(), Failure> {
    if let Some(option) = args.elsewhere.typed() {
        return Err(Failure::usage(format!(
            "{option} is about keys in tokens, TPMs or certificate stores, which are not supported"
        ))
        .hint("give the certificate and its key as PEM files, or use aws_signing_helper for this key"));
    }
    let CertificateSession { session, passphrase } = match &args.profile {
        Some(name) => args.of_profile(name, context)?,
        None => args.typed()?,
    };
    context.connection = args.connection.to_credentials(context);
    let outside = Network::new(context, None);
    let created = profiles::create_session(&session, passphrase.as_ref(), &context.environment, &outside);
    let (credentials, warnings) = created.map_err(|source| match &args.profile {
        Some(name) => profiles::Error::RolesAnywhere { profile: name.clone(), source }.into(),
        None => Failure::from(source),
    })?;
    warnings.iter().try_for_each(|warning| warn(context, &describe_certificate_warning(warning)))?;
    if is_verbose {
        let end = credentials.expires_at.map_or_else(|| "an unknown time".to_owned(), |end| end.to_rfc3339());
        note(context, &format!("credentials of {} until {end}", session.role_arn))?;
    }
    let mut output = Output::open_secret(None, context)?;
    writeln!(output, "{}", inert_json(&to_process_json(&credentials))).map_err(|error| output.failure(error))?;
    output.finish()
}

impl RolesAnywhereArgs {
    /// The session that a profile describes. Options may override the region and the endpoint.
    fn of_profile(&self, name: &str, context: &Context) -> Result<CertificateSession, Failure> {
        let choice = CredentialChoice {
            profile: Some(name.to_owned()),
            profile_file: self.profile_file.clone(),
            ..CredentialChoice::default()
        };
        let found = profiles::certificate_session(&choice, &context.environment)?;
        let found = found.ok_or_else(|| {
            let described = profiles::describe(&choice, &context.environment);
            if described.is_ok_and(|described| described.settings.scheme.as_deref() == Some("x509")) {
                // The same as for `sign` with such a profile.
                return Failure::new(Exit::BrokenProfiles, "the profile has scheme x509, but no certificate")
                    .hint("add certificate, private_key, trust_anchor_arn, profile_arn and role_arn to it");
            }
            Failure::new(Exit::NoCredentials, format!("profile '{name}' has no certificate"))
                .hint("add certificate, private_key, trust_anchor_arn, profile_arn and role_arn to it")
        })?;
        let mut session = found.session;
        session.region = self.region.clone().or(session.region);
        session.endpoint_url = self.endpoint_url.clone().or(session.endpoint_url);
        Ok(CertificateSession { session, passphrase: self.certificate.passphrase().or(found.passphrase) })
    }

    fn typed(&self) -> Result<CertificateSession, Failure> {
        let needed = |arn: &Option<String>, name: &str| {
            arn.clone().ok_or_else(|| Failure::usage(format!("{name} is missing")).hint(NEEDED))
        };
        let session = RolesAnywhere {
            files: self.certificate.files()?,
            trust_anchor_arn: needed(&self.trust_anchor_arn, "--trust-anchor-arn")?,
            profile_arn: needed(&self.profile_arn, "--profile-arn")?,
            role_arn: needed(&self.role_arn, "--role-arn")?,
            session_duration: self.session_duration,
            role_session_name: self.role_session_name.clone(),
            region: self.region.clone(),
            endpoint_url: self.endpoint_url.clone(),
        };
        Ok(CertificateSession { session, passphrase: self.certificate.passphrase() })
    }
}

/// Formats credentials as the output of a `credential_process` (*Sourcing credentials with an external process* in the
/// AWS SDKs and Tools guide).
fn to_process_json(credentials: &Credentials) -> Zeroizing<String> {
    /// What a `credential_process` prints.
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Printed<'c> {
        version: u8,
        access_key_id: &'c str,
        secret_access_key: &'c str,
        #[serde(skip_serializing_if = "Option::is_none")]
        session_token: Option<&'c str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expiration: Option<String>,
    }
    let printed = Printed {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose_secret(),
        session_token: credentials.session_token.as_ref().map(Secret::expose_secret),
        expiration: credentials.expires_at.map(|end| end.to_rfc3339()),
    };
    // A buffer that grows would leave parts of the secret in memory.
    const LONGEST_ANSWER: usize = 16 * 1024;
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST_ANSWER));
    serde_json::to_writer(&mut *text, &printed).expect("texts can be written into memory");
    Zeroizing::new(String::from_utf8_lossy(&text).into_owned())
}
