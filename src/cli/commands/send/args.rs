//! The arguments of `sigvet send` other than the request and its signature: curl's options for connection,
//! redirects, retries and output.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::connection::options::ConnectionOptions;
use crate::cli::curl::options::CurlOptions;
use crate::cli::options::complete::files_after_at;
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::value::{parse_duration, parse_seconds, parse_secret};
use sigvet_core::credentials::Secret;

use super::output_options::OutputOptions;

/// The arguments of `sigvet send`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet send https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
  sigvet send -T report.pdf s3://documents/2026/report.pdf
  sigvet send --profile hetzner -X PUT -d @policy.json 's3://photos?policy'")]
pub struct SendArgs {
    /// Where to send it: https://…, or s3://bucket/key if a profile gives the endpoint
    pub url: String,

    #[command(flatten)]
    pub(in crate::cli::commands) request: RequestOptions,

    #[command(flatten)]
    pub(in crate::cli::commands) credentials: CredentialOptions,

    #[command(flatten)]
    pub(in crate::cli::commands) signing: SigningOptions,

    /// Send the request without a signature
    #[arg(long, help_heading = "Signing")]
    pub no_sign_request: bool,

    /// If the server says that the clock is off by no more than MAX (default: 1d), sign again with the server's time
    #[arg(
        long, value_name = "MAX", num_args = 0..=1, require_equals = true, default_missing_value = "1d",
        value_parser = parse_duration, help_heading = "Signing"
    )]
    pub fix_clock: Option<Duration>,

    /// If the server refuses the signature, print each step of it
    #[arg(long, help_heading = "Signing")]
    pub explain: bool,

    /// Send this token as 'Authorization: Bearer'; with --no-sign-request
    #[arg(long, value_name = "TOKEN", value_parser = parse_secret, requires = "no_sign_request", help_heading = "Credentials")]
    pub(super) oauth2_bearer: Option<Secret>,

    #[command(flatten)]
    pub(super) cookies: CookieOptions,

    #[command(flatten)]
    pub(super) connection: ConnectionOptions,

    #[command(flatten)]
    pub(super) redirects: RedirectOptions,

    #[command(flatten)]
    pub(super) retries: RetryOptions,

    #[command(flatten)]
    pub(super) output: OutputOptions,

    /// Print this text after the response, with curl's %{variables}; @FILE reads it from a file
    #[arg(short, long, value_name = "FORMAT", help_heading = "Output", add = files_after_at())]
    pub write_out: Option<String>,

    #[command(flatten)]
    pub(super) show: Show,

    #[command(flatten)]
    curl: CurlOptions,
}

impl SendArgs {
    /// Whether a failure ends the command even if there are further URLs.
    pub fn stops_early(&self) -> bool {
        self.output.fail_early
    }
}

/// Cookies that are sent and kept.
#[derive(Debug, Args)]
#[command(next_help_heading = "Request")]
pub struct CookieOptions {
    /// Send these cookies, 'NAME=VALUE; …'; or those in this file, of Netscape's format
    #[arg(short = 'b', long = "cookie", value_name = "COOKIES", value_hint = clap::ValueHint::FilePath)]
    pub cookies: Vec<String>,

    /// Write all cookies to this file at the end; '-' is standard output
    #[arg(short = 'c', long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub cookie_jar: Option<PathBuf>,

    /// Ignore session cookies in the file of -b
    #[arg(short = 'j', long)]
    pub junk_session_cookies: bool,
}

/// What to do where the server sends the request elsewhere.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redirects")]
pub struct RedirectOptions {
    /// Follow redirects
    ///
    /// Each hop is signed for its own host; a request to another host is not signed.
    #[arg(short = 'L', long)]
    pub location: bool,

    /// Follow redirects, and sign for other hosts too
    #[arg(long)]
    pub location_trusted: bool,

    /// Maximum number of redirects; -1 for no limit
    #[arg(long, value_name = "NUMBER", default_value_t = 50, allow_negative_numbers = true)]
    pub max_redirs: i64,
}

/// What to do where the server is not there, or busy.
#[derive(Debug, Args)]
#[command(next_help_heading = "Retries")]
pub struct RetryOptions {
    /// Number of retries after a failed connection, a timeout, 408, 429 or 5xx; each is signed anew
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub retry: u32,

    /// Seconds to wait before each retry (default: 1, 2, 4, …, or as the server says)
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub retry_delay: Option<Duration>,

    /// Maximum time for all retries: seconds, or 15m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub retry_max_time: Option<Duration>,

    /// Accepted for compatibility with curl; refused connections are always retried
    #[arg(long)]
    pub retry_connrefused: bool,

    /// Retry on any error
    #[arg(long)]
    pub retry_all_errors: bool,
}
