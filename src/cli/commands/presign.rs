//! `sigvet presign`: prints a URL that carries its signature, for whoever is to use it.

use std::io::Write;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::sign::{SignedParts, sign};
use crate::cli::context::Context;
use crate::cli::express::{self, Reach};
use crate::cli::failure::Failure;
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::value::parse_duration;
use crate::cli::render::signed::SignedView;
use crate::cli::session::{Session, Typed, note};
use crate::derivation::Placement;
use crate::prepare::{self, EXPIRES_LIMITS};

/// How long a URL is good for where nobody says: an hour, as the AWS CLI has it, or what service and session allow.
const DEFAULT_EXPIRES: Duration = Duration::from_secs(3_600);

/// The arguments of `sigvet presign`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet presign https://bucket.s3.eu-central-1.amazonaws.com/report.pdf
  sigvet presign -X PUT --expires 15m -H 'Content-Type: image/png' s3://photos/cat.png
  sigvet presign --as json --profile hetzner s3://backups/2026/db.dump")]
pub struct PresignArgs {
    /// What the URL leads to: https://…, or s3://bucket/key where a profile gives the endpoint
    url: String,

    /// How long the URL is good for: 15m, 1h30m, 7d, or seconds; by default the profile's, else 1h
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Signing")]
    expires: Option<Duration>,

    #[command(flatten)]
    request: RequestOptions,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// How to print it
    #[arg(long = "as", value_enum, default_value_t, help_heading = "Output")]
    form: Form,

    #[command(flatten)]
    show: Show,
}

/// The forms of a presigned URL.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Form {
    /// The bare URL
    #[default]
    Url,
    /// An object with every part, and the headers that the user of the URL must send
    Json,
}

/// Runs the command.
pub fn run(args: &PresignArgs, context: &mut Context) -> Result<(), Failure> {
    let PresignArgs { url, expires, request, credentials, signing, form, show } = args;
    let mut session = Session::settle(Typed { url, request, credentials, signing }, context)?;
    signing.checksum.check_body(&session.unsigned)?;
    express::enter(&mut session, Reach::Kept, context)?;
    session.settings.placement = Placement::Query { expires: life(*expires, &session)? };
    let SignedParts { signed, terms, derivation } = sign(&session, show, context)?;
    let view = SignedView::new(&session, &signed, &terms, &derivation);
    match form {
        Form::Url => writeln!(context.stdout, "{}", view.url.to_text())?,
        Form::Json => view.write_json(&mut context.stdout)?,
    }
    context.stdout.flush()?;
    let to_send = terms.headers_to_send(&signed.request);
    if signing.verbose > 0 && !to_send.is_empty() {
        let names: Vec<&str> = to_send.iter().map(|(name, _)| *name).collect();
        note(context, &format!("whoever uses the URL must send these headers: {}", names.join(", ")))?;
    }
    Ok(())
}

fn life(typed: Option<Duration>, session: &Session) -> Result<Duration, Failure> {
    match (typed, session.profile_expires()) {
        (Some(typed), _) => Ok(typed),
        (None, Some(text)) => {
            parse_duration(text).map_err(|problem| Failure::usage(format!("expires in the profile: {problem}")))
        }
        (None, None) => Ok(default_life(session)),
    }
}

fn default_life(session: &Session) -> Duration {
    let by_service = DEFAULT_EXPIRES.min(prepare::longest_life(&session.settings.service));
    match session.time_left() {
        Some(left) => by_service.min(left.max(EXPIRES_LIMITS.0)),
        None => by_service,
    }
}
