//! `sigvet explain`: why a signature was refused, or each step of one that is to be made.

mod catalogue;
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
use crate::cli::options::request::{RequestOptions, RequestSource};
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::typed::Typed;
use crate::cli::options::value::parse_duration;
use gather::Subject;
use signing::RequestOwner;
use sigvet_diagnose::formats;

/// The arguments of `sigvet explain`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet explain refused.http
  sigvet explain --response reply.xml --profile hetzner < captured-request.http
  sigvet explain --client-log debug.log --html why.html trace.txt
  sigvet explain 'https://bucket.s3.eu-central-1.amazonaws.com/key?X-Amz-Algorithm=…'
  sigvet explain -X PUT -d hello https://bucket.s3.eu-central-1.amazonaws.com/key
  sigvet explain --id path-double-encoded")]
pub struct ExplainArgs {
    /// What was captured: a raw HTTP request, a trace or a command of curl, a HAR file, an SDK's debug log, a reply; its
    /// file, or '-' for standard input; or a URL, or a token that is one
    input: Option<String>,

    /// What the server said: headers and body, or the body alone
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Evidence")]
    response: Option<String>,

    /// What the client says it signed: its debug log, or a canonical request or string to sign
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Evidence")]
    client_log: Option<String>,

    /// Of several requests take this one, counted from 1
    #[arg(long, value_name = "N", help_heading = "Evidence")]
    entry: Option<usize>,

    /// Try so many mistakes at once
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3), help_heading = "Search")]
    depth: u8,

    /// Search no longer than this; two mistakes at once are tried to the end, unless the request is huge
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration, help_heading = "Search")]
    time_limit: Duration,

    /// Show each step of the signature too
    #[arg(long, help_heading = "Output")]
    steps: bool,

    /// Print one line: the verdict and the ids of the mistakes
    #[arg(long, help_heading = "Output", conflicts_with_all = ["format", "json", "steps"])]
    quiet: bool,

    /// Print the answer as text, as JSON, or as an annotation of a GitHub workflow
    #[arg(long = "as", value_name = "FORMAT", help_heading = "Output", conflicts_with = "json")]
    format: Option<Format>,

    /// Write a page for browsers, which needs nothing else
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Output")]
    html: Option<PathBuf>,

    /// List the mistakes that are known
    #[arg(long, help_heading = "Catalogue", conflicts_with_all = ["input", "id"])]
    list: bool,

    /// Explain one of them
    #[arg(long, value_name = "ID", help_heading = "Catalogue", conflicts_with = "input")]
    id: Option<String>,

    #[command(flatten)]
    request: RequestOptions<false>,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// Show how the URL would be presigned, for that long
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Signing")]
    presign: Option<Duration>,

    #[command(flatten)]
    judge: JudgeOptions,
}

/// What an answer is printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// One JSON object, as --json
    Json,
    /// '::error …', shown beside the run
    Github,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    let unsigned_url = args.input.as_deref().filter(|input| formats::is_url(input) && !is_presigned(input));
    match (&args.id, unsigned_url) {
        _ if args.list => catalogue::list(args.judge.json, context),
        (Some(id), _) => catalogue::one(id, args.judge.json, context),
        (None, Some(url)) => signing::run(args.typed(url, &args.request), RequestOwner::User, args, context),
        (None, None) => run_captured(args, context),
    }
}

/// Explains what was captured: a refused request, or one that is to be signed.
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

/// Who gave a capture to be explained may not know that it has no signature, or that its body is in a file.
fn say_unsigned(failure: Failure) -> Failure {
    match failure.exit {
        Exit::NoCredentials => failure.context("the request is not signed, and to show how it would be takes a key"),
        _ => failure,
    }
}

impl ExplainArgs {
    /// A request with what the arguments say of its signature.
    fn typed<'a>(&'a self, url: &'a str, request: &'a dyn RequestSource) -> Typed<'a> {
        Typed { url, request, credentials: &self.credentials, signing: &self.signing }
    }
}

/// Whether a URL has a signature or a part of one, of this scheme or of its forerunner.
fn is_presigned(url: &str) -> bool {
    let has = |parts: [&str; 2]| parts.iter().all(|part| url.contains(part));
    let marks = ["-Signature", "-Credential", "-Algorithm", "-SignedHeaders"];
    let of_version_4 =
        |mark: &&str| ["X-Amz", "X-Goog", "x-amz", "x-goog"].iter().any(|prefix| has_joined(url, prefix, mark));
    marks.iter().any(of_version_4)
        || has(["-Signature=", "-Credential="])
        || ["AWSAccessKeyId=", "GoogleAccessId="].iter().any(|key| has(["Signature=", key]))
}

/// Whether a parameter of the signature is there, cut off or escaped as it may be.
fn has_joined(url: &str, prefix: &str, mark: &str) -> bool {
    url.match_indices(prefix).any(|(at, _)| url.get(at + prefix.len()..).is_some_and(|rest| rest.starts_with(mark)))
}
