//! `sigvet key`: derives and exports the signing key for one day, region and service.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::credentials::signing_key::ScopedKey;
use crate::cli::failure::Failure;
use crate::cli::options::signing::{CredentialOptions, SchemeName};
use crate::cli::options::value::parse_time;
use crate::cli::render::steps;
use crate::cli::screen::inert_json;
use crate::cli::terminal::output::Output;
use sigvet_core::internal::key_pair;
use sigvet_core::prepare::Identity;
use sigvet_core::scheme::{Dialect, KeyTrace, Scheme, Scope};
use sigvet_core::time::Timestamp;

/// The arguments of `sigvet key`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet key --region eu-central-1 --service s3 -o key.json
  sigvet sign --signing-key key.json https://bkt.s3.eu-central-1.amazonaws.com/
  sigvet key --region us-east-1 --service iam --date 20150830 --as trace
  sigvet key --scheme v4a")]
pub struct KeyArgs {
    /// Day (default: today, UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    date: Option<Timestamp>,

    /// Region (default: the profile's)
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Service (default: the profile's)
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,

    /// Signature scheme
    ///
    /// v4 derives the key of a day, region and service; v4a prints the public half of the key pair.
    #[arg(long, value_enum, default_value = "v4")]
    scheme: SchemeName,

    /// Provider names in the signature: aws, goog, or provider1:provider2
    #[arg(long, value_name = "NAME", value_parser = Dialect::from_name)]
    dialect: Option<Dialect>,

    #[command(flatten)]
    credentials: CredentialOptions,

    /// Output format
    #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    form: KeyForm,

    /// Write to this file, readable by you alone
    ///
    /// The default is standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
}

/// The forms of a signing key.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum KeyForm {
    /// What --signing-key reads: the key with its owner and scope; of v4a the point with its owner
    #[default]
    Json,
    /// 64 hex digits; of v4a the point as SEC 1 has it, 130
    Hex,
    /// kDate, kRegion, kService and kSigning, a line each
    Trace,
}

/// Runs the command.
pub fn run(args: &KeyArgs, context: &mut Context) -> Result<(), Failure> {
    match args.scheme {
        SchemeName::V4 => {}
        SchemeName::V4a => return print_public_key(args, context),
        SchemeName::X509 => {
            return Err(Failure::usage("a certificate's private key signs as it is: no key is derived from it")
                .hint("use --scheme v4 to derive a key for one day, region and service"));
        }
        SchemeName::V2 => {
            return Err(Failure::usage("Signature Version 2 has no signing key: it signs with the secret itself")
                .hint("use --scheme v4 to derive a key for one day, region and service"));
        }
    }
    let resolved = args.credentials.resolve(context)?;
    let dialect = args.dialect.clone().unwrap_or(Dialect::AWS4);
    let date = args.date.unwrap_or(context.now);
    let region = required("region", args.region.as_ref().or(resolved.settings.region.as_ref()))?;
    let service = required("service", args.service.as_ref().or(resolved.settings.service.as_ref()))?;
    let scope = Scope::new(&date, region, service, &dialect).map_err(Failure::invalid)?;
    let trace = KeyTrace::derive(&resolved.credentials.secret_access_key, &dialect.secret_prefix, &scope);
    let key = ScopedKey::new(&Identity::from(&resolved.credentials), scope, trace.k_signing());

    let mut output = Output::open_secret(args.output.as_deref(), context)?;
    let written = match args.form {
        KeyForm::Json => writeln!(output, "{}", inert_json(&key.to_json())),
        KeyForm::Hex => writeln!(output, "{}", key.to_hex()),
        KeyForm::Trace => steps::write_key_trace(&trace, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    output.finish()
}

/// The private key would sign for every day, region and service, like the secret does, so it is not printed.
fn print_public_key(args: &KeyArgs, context: &mut Context) -> Result<(), Failure> {
    if args.region.is_some() || args.service.is_some() || args.date.is_some() || args.dialect.is_some() {
        return Err(Failure::usage("the key pair of Version 4A is the same for every day, region and service")
            .hint("omit --date, --region, --service and --dialect"));
    }
    let credentials = args.credentials.resolve(context)?.credentials;
    let (dialect, id) = (Dialect::AWS4, &credentials.access_key_id);
    let key = key_pair::of_secret(&credentials.secret_access_key, &dialect.secret_prefix, id).public_key();
    let (x, y) = key.coordinates();
    let text = match args.form {
        KeyForm::Json => {
            let algorithm = dialect.algorithm_for(Scheme::V4a);
            let object = json!({ "access_key_id": id, "algorithm": algorithm, "curve": "P-256", "x": x, "y": y });
            let text = serde_json::to_string_pretty(&object).expect("every JSON value can be written as text");
            inert_json(&text).into_owned()
        }
        KeyForm::Hex => hex::encode(key.to_sec1_bytes()),
        KeyForm::Trace => {
            return Err(
                Failure::usage("the Version 4A key pair has no derivation chain").hint("use --as json or --as hex")
            );
        }
    };
    let mut output = Output::open_secret(args.output.as_deref(), context)?;
    writeln!(output, "{text}").map_err(|error| output.failure(error))?;
    output.finish()
}

fn required<'a>(name: &str, value: Option<&'a String>) -> Result<&'a str, Failure> {
    value.map(String::as_str).ok_or_else(|| {
        Failure::usage(format!("no {name} to derive a key for"))
            .hint(format!("pass --{name}, or set {name} in the profile"))
    })
}
