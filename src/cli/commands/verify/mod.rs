//! `sigvet verify`: decides whether a signed request is valid, as the server would.

mod own_fields;
mod batch;

use std::io::Write;
use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::credentials::words::describe_warning;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::batch::BatchOptions;
use crate::cli::options::request::SupplyOptions;
use crate::cli::options::signing::{
    BucketOptions, CredentialOptions, Expected, ExpectedOptions, PathOptions, TYPED_KEYS, TrustOptions,
};
use crate::cli::options::value::{parse_duration, parse_time};
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::write_json;
use crate::cli::render::verdict::{write_unreadable, write_verdict};
use crate::cli::request::address;
use crate::cli::request::input;
use crate::cli::terminal::notes::warn;
use crate::profiles::{Settings, Warning};
use sigvet_core::claim::ClaimError;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{
    Claimed, DEFAULT_WINDOW, Judge, Known, Outcome, Verdict, VerifyError, is_judged_by_certificate, verify,
};
use sigvet_diagnose::Diagnosis;

/// How a signed request is judged.
#[derive(Debug, Args)]
pub struct JudgeOptions {
    /// Time of the server's clock (default: this machine's)
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Judging")]
    pub now: Option<Timestamp>,

    /// Maximum difference between the clocks
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Judging")]
    pub window: Option<Duration>,

    /// Whose certificates are trusted.
    #[command(flatten)]
    pub trust: TrustOptions,

    /// Use no credentials
    ///
    /// No signature is recomputed, but everything else is checked.
    #[arg(long, help_heading = "Credentials", conflicts_with_all = TYPED_KEYS, conflicts_with = "profile")]
    pub no_credentials: bool,

    /// Print one JSON object
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Show session tokens and the expected signature too
    #[arg(long, help_heading = "Output")]
    pub show_secrets: bool,
}

/// The arguments of `sigvet verify`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet verify request.http
  sigvet verify --profile hetzner \"$URL\"
  sigvet verify --body payload.json trace.txt
  sigvet verify --now 20150830T124000Z --json < request.http")]
pub struct VerifyArgs {
    /// A file with a raw HTTP request, or a presigned URL, or '-' for standard input
    ///
    /// With --batch, files with a presigned URL a line.
    #[arg(value_name = "INPUT", value_hint = clap::ValueHint::FilePath)]
    inputs: Vec<String>,

    /// Use the Nth request if there are several
    #[arg(long, value_name = "N", help_heading = "Request", conflicts_with = "batch")]
    entry: Option<usize>,

    #[command(flatten)]
    supply: SupplyOptions,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    judge: JudgeOptions,

    #[command(flatten)]
    expected: ExpectedOptions,

    #[command(flatten)]
    path: PathOptions,

    #[command(flatten)]
    bucket: BucketOptions,

    #[command(flatten)]
    list: BatchOptions,
}

/// Runs the command.
pub fn run(args: &VerifyArgs, context: &mut Context) -> Result<Exit, Failure> {
    args.list.check_inputs(&args.inputs, "request")?;
    if args.list.batch {
        return batch::run(args, context);
    }
    let input = args.inputs.first().map(String::as_str);
    let (request, known, notes) = input::read(input, args.entry, &args.supply, context)?;
    if let Some(diagnosis) = unreadable(&request) {
        return refuse(&request, &diagnosis, known, args, context);
    }
    let (verdict, secrets) = judge(&request, known, args, context)?;
    let redactor = match args.judge.show_secrets {
        true => Redactor::of_secrets(&[&request], &secrets),
        false => Redactor::of_all(&[&request], &verdict.claimed.dialect(), &secrets).with_verdict(&verdict),
    };
    redactor.veil(&mut context.stdout);
    let diagnosis = Diagnosis::from_verdict(request, verdict, &notes);
    let outcome = diagnosis.outcome;
    if args.judge.json {
        let show_secrets = args.judge.show_secrets;
        let shown = Shown {
            diagnosis: &diagnosis,
            redactor: &redactor,
            known,
            reply: None,
            further_notes: &[],
            show_secrets,
            milliseconds: 0,
        };
        write_json(&redactor.apply_to_json(shown.to_contract()), &mut context.stdout)?;
    } else if let Some(judged) = &diagnosis.judged {
        let refused: Vec<_> = diagnosis.beyond_findings().collect();
        write_verdict(&judged.verdict, &refused, &redactor, &mut context.stdout)?;
    }
    context.stdout.flush()?;
    Ok(match outcome {
        Outcome::Valid => Exit::Done,
        Outcome::Invalid => Exit::NotValid,
        Outcome::Unknown => Exit::NoCredentials,
    })
}

/// Why the signature of a request cannot be parsed, if that is a mistake: then no key makes it valid.
fn unreadable(request: &Request) -> Option<Diagnosis> {
    let error = Claimed::extract(request, BucketRule::default()).err()?;
    Some(Diagnosis::from_unreadable(request, error)).filter(|diagnosis| diagnosis.outcome == Outcome::Invalid)
}

/// Reports why the signature cannot be parsed.
fn refuse(
    request: &Request,
    diagnosis: &Diagnosis,
    known: Known,
    args: &VerifyArgs,
    context: &mut Context,
) -> Result<Exit, Failure> {
    let show_secrets = args.judge.show_secrets;
    let redactor = match show_secrets {
        true => Redactor::none(),
        false => Redactor::of(request, &Dialect::AWS4),
    };
    redactor.veil(&mut context.stdout);
    let further_notes = &[];
    let shown =
        Shown { diagnosis, redactor: &redactor, known, reply: None, further_notes, show_secrets, milliseconds: 0 };
    match args.judge.json {
        true => write_json(&redactor.apply_to_json(shown.to_contract()), &mut context.stdout)?,
        false => write_unreadable(diagnosis, &redactor, &mut context.stdout)?,
    }
    context.stdout.flush()?;
    Ok(Exit::NotValid)
}

/// Verifies a request with the selected credentials, and returns the verdict and the secret that must not be shown.
fn judge(
    request: &Request,
    known: Known,
    args: &VerifyArgs,
    context: &mut Context,
) -> Result<(Verdict, Option<Secret>), Failure> {
    let claimed = Claimed::extract(request, BucketRule::default());
    let own = match claimed {
        Err(VerifyError::V4(error)) => return Err(explain_claim(error)),
        // The key comes with the request.
        Ok(Claimed::V4(ref claim)) if is_judged_by_certificate(request, claim) => Own::default(),
        _ => Own::find(&args.credentials, &args.judge, context)?,
    };
    for warning in &own.warnings {
        warn(context, &describe_warning(warning))?;
    }
    let endpoints = address::endpoint_hosts(own.settings.endpoint_urls(None));
    let now = args.judge.now.unwrap_or(context.now);
    let Expected { scope, token } = args.expected.expected();
    let mut judge = Judge::new(own.credentials.as_ref(), now, scope)
        .with_window(args.judge.window.unwrap_or(DEFAULT_WINDOW))
        .with_known(known)
        .with_buckets(args.bucket.rule(&endpoints));
    let anchors = args.judge.trust.anchors()?;
    (judge.token, judge.anchors) = (token, anchors.as_deref());
    if let Ok(Claimed::V4(claim)) = claimed {
        judge = judge.with_path_rule(args.path.or(claim.terms.path_rule));
    }
    let verdict = verify(request, &judge).map_err(|error| Failure::usage(error.to_string()))?;
    Ok((verdict, own.credentials.map(|credentials| credentials.secret_access_key)))
}

/// The key and settings from profiles and options, and what to know about them.
#[derive(Default)]
struct Own {
    credentials: Option<Credentials>,
    settings: Settings,
    warnings: Vec<Warning>,
}

impl Own {
    fn find(credentials: &CredentialOptions, options: &JudgeOptions, context: &Context) -> Result<Self, Failure> {
        if options.no_credentials {
            return Ok(Self::default());
        }
        let resolved = credentials
            .resolve(context)
            .map_err(|error| Failure::from(error).hint("pass --no-credentials to check the request without a key"))?;
        let (settings, warnings) = (resolved.settings, resolved.warnings);
        Ok(Self { credentials: Some(resolved.credentials), settings, warnings })
    }
}

fn explain_claim(error: ClaimError) -> Failure {
    let hint = match &error {
        ClaimError::Procedure { presented } if presented.starts_with("OSS") => {
            Some("use the endpoint s3.oss-REGION.aliyuncs.com, which accepts AWS4-HMAC-SHA256; sigvet can check that")
        }
        ClaimError::NotSigned => Some("use 'sigvet explain' with the URL to see how it would be signed"),
        _ => None,
    };
    Failure::invalid(error).with_hints(hint)
}
