//! `sigvet verify`: is this signed request valid, as the server would judge it?

use std::io::Write;
use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::RequestOptions;
use crate::cli::options::signing::{BucketOptions, CredentialOptions, PathOptions, TYPED_KEYS};
use crate::cli::options::value::{parse_duration, parse_time};
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::write_json;
use crate::cli::render::verdict::{Judged, Word};
use crate::cli::request::address;
use crate::cli::request::input;
use crate::profiles::{self, Settings};
use sigvet_core::claim::{Claim, ClaimError};
use sigvet_core::credentials::Credentials;
use sigvet_core::derivation::Derivation;
use sigvet_core::request::Request;
use sigvet_core::scheme::{Dialect, Signature};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{self, DEFAULT_WINDOW, Finding, Judge, PlainJudge, PlainVerdict, Verdict};

/// How a signed request is judged.
#[derive(Debug, Args)]
pub struct JudgeOptions {
    /// The server's clock, instead of this machine's
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Judging")]
    pub now: Option<Timestamp>,

    /// How far the clocks may be apart
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Judging")]
    pub window: Option<Duration>,

    /// Look for no credentials: nothing is recomputed, and the rest still works
    #[arg(long, help_heading = "Credentials", conflicts_with_all = TYPED_KEYS, conflicts_with = "profile")]
    pub no_credentials: bool,

    /// Print one JSON object
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Show session tokens too
    #[arg(long, help_heading = "Output")]
    pub show_secrets: bool,
}

/// The arguments of `sigvet verify`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet verify request.http
  sigvet verify --profile hetzner 'https://bucket.fsn1.your-objectstorage.com/key?X-Amz-Algorithm=…'
  sigvet verify --now 20150830T124000Z --json < request.http")]
pub struct VerifyArgs {
    /// A file with a raw HTTP request, or a presigned URL, or '-' for standard input
    input: Option<String>,

    #[command(flatten)]
    request: RequestOptions<false>,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    judge: JudgeOptions,

    #[command(flatten)]
    path: PathOptions,

    #[command(flatten)]
    bucket: BucketOptions,
}

/// Runs the command.
pub fn run(args: &VerifyArgs, context: &mut Context) -> Result<Exit, Failure> {
    let request = input::read(args.input.as_deref(), &args.request, context)?;
    let judgement = Judgement::of(&request, args, context)?;
    let judged = judgement.view();
    if args.judge.json {
        write_json(&judged.to_json(), &mut context.stdout)?;
    } else {
        judged.write_text(&mut context.stdout)?;
    }
    context.stdout.flush()?;
    Ok(match judged.word() {
        Word::Valid => Exit::Done,
        Word::Invalid => Exit::NotValid,
        Word::Unknown => Exit::NoCredentials,
    })
}

/// Everything that was found of a signed request.
pub struct Judgement {
    found: Found,
    redactor: Redactor,
}

/// What was found, by the kind of the scheme.
enum Found {
    Claim(Box<OfClaim>),
    Plain(PlainVerdict),
}

impl Found {
    fn of_claim(claim: Claim, derivation: Derivation, expected: Option<Signature>, findings: Vec<Finding>) -> Self {
        Self::Claim(Box::new(OfClaim { claim, derivation, expected, findings }))
    }
}

/// What was found in the Version 4 family.
struct OfClaim {
    claim: Claim,
    derivation: Derivation,
    expected: Option<Signature>,
    findings: Vec<Finding>,
}

/// What the server knows, as far as options and profiles tell it.
struct Known {
    credentials: Option<Credentials>,
    settings: Settings,
    now: Timestamp,
    window: Duration,
}

impl Known {
    fn of(credentials: &CredentialOptions, options: &JudgeOptions, context: &Context) -> Result<Self, Failure> {
        let (now, window) = (options.now.unwrap_or(context.now), options.window.unwrap_or(DEFAULT_WINDOW));
        if options.no_credentials {
            return Ok(Self { credentials: None, settings: Settings::default(), now, window });
        }
        let resolved = profiles::resolve(&credentials.choice(), &context.environment)
            .map_err(|error| Failure::from(error).hint("--no-credentials looks at the request without any key"))?;
        Ok(Self { credentials: Some(resolved.credentials), settings: resolved.settings, now, window })
    }
}

impl Judgement {
    /// Judges a request by the credentials that the options lead to.
    pub fn of(request: &Request, args: &VerifyArgs, context: &Context) -> Result<Self, Failure> {
        let redactor = |dialect: &Dialect| match args.judge.show_secrets {
            true => Redactor::none(),
            false => Redactor::of(request, dialect),
        };
        if verify::is_plain(request) {
            let known = Known::of(&args.credentials, &args.judge, context)?;
            let verdict = judge_plain(request, args, &known)?;
            return Ok(Self { found: Found::Plain(verdict), redactor: redactor(&Dialect::AWS4) });
        }
        let mut claim = Claim::extract(request).map_err(explain_claim)?;
        claim.terms.path_rule = args.path.or(claim.terms.path_rule);
        let redactor = redactor(&claim.terms.dialect);
        let Known { credentials, now, window, .. } = Known::of(&args.credentials, &args.judge, context)?;
        let Some(credentials) = &credentials else {
            let derivation = claim.derive(request);
            let findings = verify::inspect(request, &claim, now, window);
            return Ok(Self { found: Found::of_claim(claim, derivation, None, findings), redactor });
        };
        let Verdict { claim, derivation, expected, findings } =
            verify::verify_claim(request, claim, Judge { credentials, now, window });
        Ok(Self { found: Found::of_claim(claim, derivation, Some(expected), findings), redactor })
    }

    /// What can be printed of it.
    pub fn view(&self) -> Judged<'_> {
        match &self.found {
            Found::Claim(found) => {
                let OfClaim { claim, derivation, expected, findings } = &**found;
                Judged::of_claim(claim, derivation, (expected.as_ref(), findings), &self.redactor)
            }
            Found::Plain(verdict) => Judged::of_plain(verdict, &self.redactor),
        }
    }
}

fn judge_plain(request: &Request, args: &VerifyArgs, known: &Known) -> Result<PlainVerdict, Failure> {
    let endpoints = address::endpoint_hosts(known.settings.endpoint_url.as_deref());
    let judge = PlainJudge {
        credentials: known.credentials.as_ref(),
        now: known.now,
        window: known.window,
        buckets: args.bucket.rule(&endpoints),
    };
    match verify::judge_plain(request, judge) {
        Some(verdict) => verdict.map_err(Failure::invalid),
        None => Err(explain_claim(ClaimError::NotSigned)),
    }
}

fn explain_claim(error: ClaimError) -> Failure {
    let hint = match &error {
        ClaimError::Procedure { .. } => {
            Some("OSS takes AWS4-HMAC-SHA256 too, at s3.oss-REGION.aliyuncs.com; that can be judged")
        }
        ClaimError::NotSigned => Some("'sigvet explain' with a URL shows how it would be signed"),
        _ => None,
    };
    Failure::invalid(error).with_hints(hint)
}
