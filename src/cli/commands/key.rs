//! `sigvet key`: derives the signing key of one day, region and service, and exports it.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::signing::CredentialOptions;
use crate::cli::options::value::parse_time;
use crate::cli::output::Output;
use crate::cli::render::steps;
use crate::cli::signing_key::ScopedKey;
use crate::prepare::Identity;
use crate::profiles;
use crate::scheme::{Dialect, KeyTrace, Scope};
use crate::time::Timestamp;

/// The arguments of `sigvet key`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet key --region eu-central-1 --service s3 -o key.json
  sigvet sign --signing-key key.json https://bucket.s3.eu-central-1.amazonaws.com/
  sigvet key --region us-east-1 --service iam --date 20150830 --as trace")]
pub struct KeyArgs {
    /// The day, by default today (UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    date: Option<Timestamp>,

    /// The region, by default the profile's
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// The service, by default the profile's
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,

    /// The provider's names: aws, goog, or provider1:provider2
    #[arg(long, value_name = "NAME", value_parser = Dialect::named)]
    dialect: Option<Dialect>,

    #[command(flatten)]
    credentials: CredentialOptions,

    /// How to print it
    #[arg(long = "as", value_enum, default_value_t, help_heading = "Output")]
    form: Form,

    /// Write to this file, readable by you alone, instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
}

/// The forms of a signing key.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Form {
    /// What --signing-key reads: the key with its owner and scope
    #[default]
    Json,
    /// 64 hex digits
    Hex,
    /// kDate, kRegion, kService and kSigning, a line each
    Trace,
}

/// Runs the command.
pub fn run(args: &KeyArgs, context: &mut Context) -> Result<(), Failure> {
    let resolved = profiles::resolve(&args.credentials.choice(), &context.environment)?;
    let dialect = args.dialect.clone().unwrap_or(Dialect::AWS4);
    let date = args.date.unwrap_or(context.now);
    let region = required("region", args.region.as_ref().or(resolved.settings.region.as_ref()))?;
    let service = required("service", args.service.as_ref().or(resolved.settings.service.as_ref()))?;
    let scope = Scope::new(&date, region, service, &dialect).map_err(|error| Failure::usage(error.to_string()))?;
    let trace = KeyTrace::derive(&resolved.credentials.secret_access_key, &dialect.secret_prefix, &scope);
    let key = ScopedKey::new(&Identity::from(&resolved.credentials), scope, &trace.k_signing);

    let mut output = Output::open_secret(args.output.as_deref(), context)?;
    let written = match args.form {
        Form::Json => writeln!(output, "{}", *key.to_json()?),
        Form::Hex => writeln!(output, "{}", key.to_hex()),
        Form::Trace => steps::write_key_trace(&trace, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    output.finish()
}

fn required<'a>(name: &str, value: Option<&'a String>) -> Result<&'a str, Failure> {
    value.map(String::as_str).ok_or_else(|| {
        Failure::usage(format!("no {name} to make a key for"))
            .hint(format!("pass --{name}, or set {name} in the profile"))
    })
}
