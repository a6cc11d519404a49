//! `sigvet explain`: each step of a signature, of a request to sign or of a signed one.

use std::io::Write;

use clap::Args;

use super::sign::sign;
use super::verify::{JudgeOptions, Judgement};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::input;
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::write_json;
use crate::cli::render::steps;
use crate::cli::render::verdict::{self, Judged, Word};
use crate::cli::session::{Session, Typed};
use crate::derivation::{Derivation, Placement, Terms};
use crate::formats;

/// The arguments of `sigvet explain`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet explain -X PUT -d hello https://bucket.s3.eu-central-1.amazonaws.com/key
  sigvet explain 'https://bucket.s3.eu-central-1.amazonaws.com/key?X-Amz-Algorithm=…'
  sigvet explain --json < captured-request.http")]
pub struct ExplainArgs {
    /// A URL, a file with a raw HTTP request, or '-' for standard input
    input: Option<String>,

    #[command(flatten)]
    request: RequestOptions<false>,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// Show how the URL would be presigned, for that long
    #[arg(long, value_name = "DURATION", value_parser = crate::cli::options::value::parse_duration, help_heading = "Signing")]
    presign: Option<std::time::Duration>,

    #[command(flatten)]
    judge: JudgeOptions,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    match args.input.as_deref().filter(|input| formats::is_url(input) && !is_presigned(input)) {
        Some(url) => explain_signing(url, args, context),
        None => explain_signed(args, context),
    }
}

fn is_presigned(url: &str) -> bool {
    url.contains("-Signature=") && url.contains("-Credential=")
}

fn explain_signing(url: &str, args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    if args.judge.no_credentials {
        return Err(Failure::usage("the URL is not signed, and without credentials it cannot be")
            .hint("leave --no-credentials out, or give a signed request"));
    }
    let ExplainArgs { request, credentials, signing, presign, judge, .. } = args;
    let mut session = Session::settle(Typed { url, request, credentials, signing }, context)?;
    if let Some(expires) = *presign {
        session.settings.placement = Placement::Query { expires };
    }
    let parts = sign(&session, &Show::default(), context)?;
    let redactor = match judge.show_secrets {
        true => Redactor::none(),
        false => Redactor::of(&parts.signed.request, &parts.terms.dialect),
    };
    if judge.json {
        write_json(&verdict::to_sign(&parts.derivation, &parts.signed.signature, &redactor), &mut context.stdout)?;
        return Ok(Exit::Done);
    }
    let out = &mut context.stdout;
    write_steps(&parts.terms, &parts.derivation, &redactor, out)?;
    writeln!(out, "\nSignature")?;
    steps::write_rows("signature", parts.signed.signature.as_str(), out)?;
    match parts.terms.placement {
        Placement::Header => {
            let authorization = parts.signed.request.headers.first_text("authorization").unwrap_or_default();
            steps::write_rows("authorization", authorization, out)?;
        }
        Placement::Query { .. } => {
            let url = session.url.with_target(parts.signed.request.target).to_text();
            steps::write_rows("URL", &redactor.apply(&url), out)?;
        }
    }
    context.stdout.flush()?;
    Ok(Exit::Done)
}

fn explain_signed(args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    let request = input::read(args.input.as_deref(), &args.request, context)?;
    if args.signing.is_for_signing() || args.presign.is_some() {
        return Err(Failure::usage("options that say how to sign have no meaning for a request that is signed")
            .hint("leave them out; of them, only --normalize-path and --encode-path tell how to read one"));
    }
    let judgement = Judgement::of(&request, &args.credentials, &args.judge, args.signing.path, context)?;
    let judged = judgement.view();
    if args.judge.json {
        write_json(&judged.to_json(), &mut context.stdout)?;
    } else {
        write_judged(&judged, &mut context.stdout)?;
    }
    context.stdout.flush()?;
    Ok(if judged.word() == Word::Invalid { Exit::NotValid } else { Exit::Done })
}

fn write_judged(judged: &Judged<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    judged.write_text(out)?;
    writeln!(out)?;
    write_steps(&judged.claim.terms, judged.derivation, judged.redactor, out)?;
    judged.write_signatures(out)
}

fn write_steps(
    terms: &Terms,
    derivation: &Derivation,
    redactor: &Redactor,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    steps::write_canonical_request(derivation, redactor, out)?;
    steps::write_string_to_sign(derivation, redactor, out)?;
    steps::write_key_path(terms, out)
}
