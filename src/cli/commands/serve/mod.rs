//! `sigvet serve`: an endpoint that verifies like AWS and explains each refusal.

pub mod answering;
pub mod keys;
pub mod tls;
pub mod report;
pub mod page;
pub mod sink;
pub mod logging;
pub mod running;

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::gateway::{LimitOptions, ListenOptions, LogFormat};
use crate::cli::options::signing::{ExpectedOptions, TrustOptions};
use crate::cli::options::value::{parse_duration, parse_time};
use crate::gateway::{AnswerAs, Asker, Limits};
use running::KnownSigners;
use sigvet_core::time::Timestamp;

/// The default port.
const DEFAULT_PORT: u16 = 8004;

/// Whose refusals to imitate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ServerKind {
    /// AWS's reply with the mistake named in its message
    #[default]
    Sigvet,
    /// AWS's reply and nothing else
    Aws,
    /// MinIO's, which shows no canonical request
    Minio,
    /// Ceph's, which has no message
    Ceph,
}

/// The proxies that can ask whether to let a request pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProxyKind {
    /// auth_request: reads X-Original-Method, X-Original-URI and Host
    Nginx,
    /// ForwardAuth: reads X-Forwarded-Method, X-Forwarded-Host and X-Forwarded-Uri
    Traefik,
    /// forward_auth: reads the same fields as traefik
    Caddy,
    /// ext_authz over HTTP: reads the request itself
    Envoy,
}

impl From<ProxyKind> for Asker {
    fn from(kind: ProxyKind) -> Self {
        match kind {
            ProxyKind::Nginx => Self::Nginx,
            ProxyKind::Traefik | ProxyKind::Caddy => Self::Forwarded,
            ProxyKind::Envoy => Self::Envoy,
        }
    }
}

/// The arguments of `sigvet serve`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet serve --demo-keys
  AWS_ENDPOINT_URL=http://127.0.0.1:8004 aws s3api list-buckets
  sigvet serve --profile hetzner --port 0 --once --exit-code")]
pub struct ServeArgs {
    /// Port to listen on (0: a free one)
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT, help_heading = "Listening")]
    port: u16,

    /// Options for listening.
    #[command(flatten)]
    listening: ListenOptions,

    /// Accept this profile's key; repeatable (default: all)
    ///
    /// All are the keys in your files and in the environment whose secrets can be had without running a command.
    #[arg(long, value_name = "NAME", action = ArgAction::Append, help_heading = "Credentials")]
    #[arg(add = crate::cli::options::complete::profile_names())]
    profile: Vec<String>,

    /// Profile file (default: $SIGVET_PROFILES, or profiles.toml in the configuration directory)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Credentials")]
    profile_file: Option<PathBuf>,

    /// Accept and print AWS's example keys
    #[arg(long, help_heading = "Credentials")]
    demo_keys: bool,

    #[command(flatten)]
    expected: ExpectedOptions,

    #[command(flatten)]
    trust: TrustOptions,

    /// Time of the server's clock, which then stands still (default: this machine's clock)
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Judging")]
    now: Option<Timestamp>,

    /// Maximum difference between the clocks
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Judging")]
    window: Option<Duration>,

    /// Maximum time to search for the mistake behind a refusal
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "1s", help_heading = "Judging")]
    time_limit: Duration,

    /// Pass valid requests on to this server
    #[arg(long, value_name = "URL", help_heading = "Answering")]
    upstream: Option<String>,

    /// Answer a proxy's question about a request with 204, 401 or 403
    #[arg(long, value_name = "PROXY", value_enum, conflicts_with_all = ["upstream", "echo", "store"])]
    #[arg(help_heading = "Answering")]
    auth: Option<ProxyKind>,

    /// Refuse like this server
    #[arg(
        long,
        value_name = "SERVER",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        help_heading = "Answering"
    )]
    answer_as: ServerKind,

    /// Answer a valid request with its own body and content type (default: with what was understood)
    #[arg(long, help_heading = "Answering", conflicts_with_all = ["store", "upstream"])]
    echo: bool,

    /// Store S3 objects in this directory, so that clients can read back what they wrote
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, conflicts_with = "upstream")]
    #[arg(help_heading = "Answering")]
    store: Option<PathBuf>,

    /// Stop after this many requests (default: 1)
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "1", require_equals = true)]
    #[arg(help_heading = "Answering")]
    once: Option<NonZeroU64>,

    /// Exit with 1 if a request was refused
    #[arg(long, help_heading = "Answering")]
    exit_code: bool,

    /// Limits on requests.
    #[command(flatten)]
    limits: LimitOptions,

    /// Do not serve the page that shows requests in a browser
    #[arg(long, help_heading = "Output")]
    no_page: bool,

    /// How to log requests to standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    log: LogFormat,
}

/// Runs the command.
pub fn run(args: &ServeArgs, context: &mut Context) -> Result<Exit, Failure> {
    let anchors = args.trust.anchors()?;
    // A server that trusts certificates needs no other keys.
    let keys = keys::find(args, anchors.is_some(), context)?;
    keys::warn_of_unread(args, context)?;
    running::run(args, KnownSigners { keys, anchors: anchors.unwrap_or_default() }, context)
}

impl ServeArgs {
    fn address(&self) -> SocketAddr {
        SocketAddr::new(self.listening.listen, self.port)
    }

    fn limits(&self) -> Limits {
        self.limits.to_limits(self.time_limit)
    }

    fn answer_as(&self) -> AnswerAs {
        match self.answer_as {
            ServerKind::Sigvet => AnswerAs::Sigvet,
            ServerKind::Aws => AnswerAs::Aws,
            ServerKind::Minio => AnswerAs::Minio,
            ServerKind::Ceph => AnswerAs::Ceph,
        }
    }
}
