//! `sigvet explain`: explains why a signature was refused, or shows each step of a new one.

mod catalogue;
mod how;
mod trial;
mod gather;
mod refused;
mod signing;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::verify::JudgeOptions;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::complete::mistake_ids;
use crate::cli::options::request::{RequestSource, SupplyOptions};
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::typed::Typed;
use crate::cli::options::value::parse_duration;
use gather::Subject;
use signing::RequestOwner;
use sigvet_diagnose::formats;
use sigvet_diagnose::formats::capture::is_token;
use trial::TrialOptions;

/// The arguments of `sigvet explain`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet explain refused.http
  sigvet explain --response reply.xml --profile hetzner < request.http
  sigvet explain --client-log debug.log --html why.html trace.txt
  sigvet explain \"$URL\"
  sigvet explain --id path-double-encoded")]
pub struct ExplainArgs {
    /// The evidence: a file, '-' for standard input, a URL or a token. Its format is recognized: a raw HTTP request, curl -v
    /// output, a curl command, a HAR file, an SDK debug log, a server's reply, and more
    #[arg(value_hint = clap::ValueHint::FilePath)]
    input: Option<String>,

    /// File with the server's reply
    ///
    /// It has headers and body, or only the body.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Evidence")]
    response: Option<String>,

    /// File with the client's debug log
    ///
    /// A canonical request or string to sign alone will do.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Evidence")]
    client_log: Option<String>,

    /// Use the Nth request if there are several
    #[arg(long, value_name = "N", help_heading = "Evidence")]
    entry: Option<usize>,

    /// Maximum number of simultaneous mistakes to try
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3), help_heading = "Search")]
    depth: u8,

    /// Maximum search time; pairs of mistakes are always tried completely, unless the request is huge
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration, help_heading = "Search")]
    time_limit: Duration,

    /// Also show every step of the signature
    #[arg(long, help_heading = "Output")]
    steps: bool,

    /// Print only one line: the verdict and the IDs of the mistakes
    #[arg(long, help_heading = "Output", conflicts_with_all = ["format", "json", "steps"])]
    quiet: bool,

    /// Output format
    #[arg(long = "as", value_name = "FORMAT", help_heading = "Output", conflicts_with = "json")]
    format: Option<Format>,

    /// Show how to capture a request, client by client
    #[arg(long, help_heading = "Evidence", conflicts_with_all = ["input", "id", "list"])]
    how: bool,

    /// Write an HTML page to this file
    ///
    /// The page is self-contained; '-' is standard output.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Output")]
    html: Option<PathBuf>,

    /// List all known mistakes
    #[arg(long, help_heading = "Catalogue", conflicts_with_all = ["input", "id"])]
    list: bool,

    /// Describe the mistake with this ID
    #[arg(long, value_name = "ID", add = mistake_ids(), help_heading = "Catalogue", conflicts_with = "input")]
    id: Option<String>,

    #[command(flatten)]
    supply: SupplyOptions,

    #[command(flatten)]
    trial: TrialOptions,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// Show how the URL would be presigned with this expiry
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Signing")]
    presign: Option<Duration>,

    #[command(flatten)]
    judge: JudgeOptions,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// One JSON object, as --json
    Json,
    /// An annotation for GitHub Actions ('::error …')
    Github,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    let unsigned_url =
        args.input.as_deref().filter(|input| formats::is_url(input) && !is_presigned(input) && !is_token(input));
    match (&args.id, unsigned_url) {
        _ if args.list => catalogue::list(args.judge.json, context),
        _ if args.how => how::list(args.judge.json, context),
        (Some(id), _) => catalogue::one(id, args.judge.json, context),
        (None, Some(url)) => {
            args.trial.refuse_unsigned()?;
            signing::run(args.typed(url, &args.supply), RequestOwner::User, args, context)
        }
        (None, None) => run_captured(args, context),
    }
}

/// Explains captured input: a refused request, or one to sign.
fn run_captured(args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    match Subject::of(args, context)? {
        Subject::Evidence(evidence) => refused::run(*evidence, args, context),
        Subject::ToSign { url, request, notes } => {
            let notes: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
            context.stderr.write_all(notes.as_bytes())?;
            let url = url.to_string();
            let typed = args.typed(&url, &*request);
            signing::run(typed, RequestOwner::SomebodyElse, args, context).map_err(say_unsigned)
        }
    }
}

/// Adds that the request is not signed, which the user may not know.
fn say_unsigned(failure: Failure) -> Failure {
    match failure.exit {
        Exit::NoCredentials => {
            failure.context("the request is not signed, and showing how to sign it needs credentials")
        }
        _ => failure,
    }
}

impl ExplainArgs {
    /// Whether JSON is requested, by either option.
    fn wants_json(&self) -> bool {
        self.judge.json || self.format == Some(Format::Json)
    }

    /// A request with the signing options.
    fn typed<'a>(&'a self, url: &'a str, request: &'a dyn RequestSource) -> Typed<'a> {
        Typed { url, request, credentials: &self.credentials, signing: &self.signing }
    }
}

/// Whether a URL has a signature or parts of one, of Version 4 or of its predecessor.
fn is_presigned(url: &str) -> bool {
    let has = |parts: [&str; 2]| parts.iter().all(|part| url.contains(part));
    let marks = ["-Signature", "-Credential", "-Algorithm", "-SignedHeaders"];
    let of_version_4 =
        |mark: &&str| ["X-Amz", "X-Goog", "x-amz", "x-goog"].iter().any(|prefix| has_joined(url, prefix, mark));
    marks.iter().any(of_version_4)
        || has(["-Signature=", "-Credential="])
        || ["AWSAccessKeyId=", "GoogleAccessId="].iter().any(|key| has(["Signature=", key]))
}

/// Whether a signature parameter is present, even if it is cut off or escaped.
fn has_joined(url: &str, prefix: &str, mark: &str) -> bool {
    url.match_indices(prefix).any(|(at, _)| url.get(at + prefix.len()..).is_some_and(|rest| rest.starts_with(mark)))
}
