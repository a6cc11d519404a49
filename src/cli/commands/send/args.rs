//! What `sigvet send` takes besides the request and its signature: curl's options for connection, redirects, retries, output.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::connection::options::ConnectionOptions;
use crate::cli::curl::options::CurlOptions;
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::value::{parse_duration, parse_seconds};
use crate::cli::terminal::progress::ProgressMode;

/// The arguments of `sigvet send`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet send https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
  sigvet send -T report.pdf s3://documents/2026/report.pdf
  sigvet send -X PUT --data @policy.json 'https://bucket.fsn1.your-objectstorage.com/?policy'")]
pub struct SendArgs {
    /// Where to send it: https://…, or s3://bucket/key where a profile gives the endpoint
    pub url: String,

    #[command(flatten)]
    pub(in crate::cli::commands) request: RequestOptions,

    #[command(flatten)]
    pub(in crate::cli::commands) credentials: CredentialOptions,

    #[command(flatten)]
    pub(in crate::cli::commands) signing: SigningOptions,

    /// Send the request as it is, without a signature
    #[arg(long, help_heading = "Signing")]
    pub no_sign_request: bool,

    /// If the server says that the clock is off by no more than MAX (default: 1d), sign again with the server's time
    #[arg(
        long, value_name = "MAX", num_args = 0..=1, require_equals = true, default_missing_value = "1d",
        value_parser = parse_duration, help_heading = "Signing"
    )]
    pub fix_clock: Option<Duration>,

    /// Where the server refuses the signature, show each step of it
    #[arg(long, help_heading = "Signing")]
    pub explain: bool,

    #[command(flatten)]
    pub(super) connection: ConnectionOptions,

    #[command(flatten)]
    pub(super) redirects: RedirectOptions,

    #[command(flatten)]
    pub(super) retries: RetryOptions,

    #[command(flatten)]
    pub(super) output: OutputOptions,

    /// Print these facts after the response: curl's %{variables}; @FILE reads the format from a file
    #[arg(short, long, value_name = "FORMAT", help_heading = "Output")]
    pub write_out: Option<String>,

    #[command(flatten)]
    pub(super) show: Show,

    #[command(flatten)]
    curl: CurlOptions,
}

impl SendArgs {
    /// Whether a failure ends the command, though further URLs were typed.
    pub fn stops_early(&self) -> bool {
        self.output.fail_early
    }
}

/// What to do where the server sends the request elsewhere.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redirects")]
pub struct RedirectOptions {
    /// Follow redirects; each hop is signed for its own host, and another host gets no signature
    #[arg(short = 'L', long)]
    pub location: bool,

    /// Follow redirects, and sign for other hosts too
    #[arg(long)]
    pub location_trusted: bool,

    /// How many redirects to follow; -1 for any number
    #[arg(long, value_name = "NUMBER", default_value_t = 50, allow_negative_numbers = true)]
    pub max_redirs: i64,
}

/// What to do where the server is not there, or busy.
#[derive(Debug, Args)]
#[command(next_help_heading = "Retries")]
pub struct RetryOptions {
    /// Try again so often after a failed connection, a timeout, 408, 429 or 5xx; each time signed anew
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub retry: u32,

    /// Wait so long before each retry, in seconds; by default 1, 2, 4, …, or what the server says
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub retry_delay: Option<Duration>,

    /// Retry for so long at most: seconds, or 15m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub retry_max_time: Option<Duration>,

    /// Accepted for curl's sake: a refused connection is retried in any case
    #[arg(long)]
    pub retry_connrefused: bool,

    /// Retry on any error
    #[arg(long)]
    pub retry_all_errors: bool,
}

/// Where the response goes, and what of it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Write the response body to this file instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Write the response body to a file named like the last part of the URL
    #[arg(short = 'O', long, overrides_with = "output")]
    pub remote_name: bool,

    /// Do as -O does for each URL that has no -o
    #[arg(long, hide = true)]
    pub remote_name_all: bool,

    /// The directory for -o and -O
    #[arg(long, value_name = "DIRECTORY", value_hint = clap::ValueHint::DirPath)]
    pub output_dir: Option<PathBuf>,

    /// Make the directories that -o needs
    #[arg(long)]
    pub create_dirs: bool,

    /// Print the response's status and headers before its body
    #[arg(short, long)]
    pub include: bool,

    /// Exit with code 22, and print no body, where the server answers with status 400 or above
    #[arg(short, long)]
    pub fail: bool,

    /// Like --fail, but print the body
    #[arg(long, overrides_with = "fail")]
    pub fail_with_body: bool,

    /// Print no progress, warnings or errors
    #[arg(short, long)]
    pub silent: bool,

    /// Show no progress, and everything else
    #[arg(long)]
    pub no_progress_meter: bool,

    /// Print errors even with -s
    #[arg(short = 'S', long)]
    pub show_error: bool,

    /// Stop at the first URL that fails, instead of going on to the next
    #[arg(long)]
    pub fail_early: bool,
}

impl OutputOptions {
    /// Whether bars are wanted.
    pub fn progress(&self) -> ProgressMode {
        if self.silent || self.no_progress_meter { ProgressMode::Quiet } else { ProgressMode::Bars }
    }
}
