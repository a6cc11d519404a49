//! `sigvet proxy`: signs the requests that pass, or verifies and re-signs them.

mod checks;
mod spec;
mod table;
mod config;
mod identities;
mod routes;
mod forwarding;
mod admin;
mod running;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::connection::options::ConnectionOptions;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::gateway::{LimitOptions, ListenOptions, LogFormat, Port};
use crate::cli::options::signing::{CredentialOptions, PathOptions, SchemeName};
use crate::cli::options::value::{parse_duration, parse_time_limit};
use crate::cli::terminal::notes::warn;

/// The default port, which is that of aws-sigv4-proxy.
const DEFAULT_PORT: &str = "8080";

/// The scheme used for an upstream server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum UpstreamScheme {
    /// Over TLS
    #[default]
    // Templates of containers pass options without a value on as empty ones.
    #[value(alias = "")]
    Https,
    /// In the clear
    Http,
}

/// The arguments of `sigvet proxy`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet proxy --to https://sqs.eu-west-1.amazonaws.com --profile prod
  sigvet proxy --config routes.toml --check
  sigvet proxy --inbound keys.toml --to https://s3.eu-west-1.amazonaws.com
  sigvet proxy --inbound keys.toml --ca ca.pem")]
pub struct ProxyArgs {
    /// Upstream server (default: the host of each request)
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "host"], help_heading = "Upstream")]
    to: Option<String>,

    /// Read routes from this file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Upstream")]
    config: Option<PathBuf>,

    /// Check --config and --inbound, and exit
    #[arg(long, help_heading = "Upstream")]
    check: bool,

    /// Host to pass requests on to, as aws-sigv4-proxy spells it
    #[arg(long, value_name = "HOST", hide = true, conflicts_with = "config")]
    host: Option<String>,

    /// How to reach --host, or the host in each request
    #[arg(long, value_name = "SCHEME", value_enum, ignore_case = true, default_value_t)]
    #[arg(hide_possible_values = true, help_heading = "Upstream")]
    upstream_url_scheme: UpstreamScheme,

    /// Pass on requests for these hosts; repeatable (default: endpoints of AWS services)
    #[arg(long, value_name = "HOST", action = ArgAction::Append, conflicts_with_all = ["to", "host", "config"])]
    #[arg(help_heading = "Upstream")]
    allow_host: Vec<String>,

    /// Maximum time until the upstream begins to answer
    #[arg(long, value_name = "DURATION", value_parser = parse_time_limit, default_value = "60s")]
    #[arg(help_heading = "Upstream")]
    response_timeout: Duration,

    /// Speak HTTP/2 without TLS to an http:// upstream
    #[arg(long, help_heading = "Upstream")]
    http2_prior_knowledge: bool,

    /// Port to listen on (0: a free one)
    #[arg(long, value_name = "PORT", default_value = DEFAULT_PORT, help_heading = "Listening")]
    port: Port,

    /// Options for listening.
    #[command(flatten)]
    listening: ListenOptions,

    /// Port for /healthz, /readyz and /metrics (default: /_sigvet/ on --port)
    #[arg(long, value_name = "PORT", help_heading = "Listening")]
    admin_port: Option<u16>,

    /// The credentials to sign with.
    #[command(flatten)]
    credentials: CredentialOptions,

    /// Assume this role with the credentials
    #[arg(long, value_name = "ARN", help_heading = "Credentials")]
    role_arn: Option<String>,

    /// Verify requests by these keys, and sign them again
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Credentials")]
    inbound: Option<PathBuf>,

    /// Work as HTTPS_PROXY; write the CA certificate (PEM) here
    ///
    /// Clients must trust that certificate. The proxy still takes requests that are sent to its own address.
    #[arg(long, value_name = "FILE", requires = "inbound", value_hint = clap::ValueHint::FilePath)]
    #[arg(help_heading = "Forward proxy")]
    ca: Option<PathBuf>,

    /// Keep the private key of --ca in this file (default: in memory)
    #[arg(long, value_name = "FILE", requires = "ca", value_hint = clap::ValueHint::FilePath)]
    #[arg(help_heading = "Forward proxy")]
    ca_key: Option<PathBuf>,

    /// Let tunnels to this host pass unseen ('*': any); repeatable
    #[arg(long, value_name = "HOST", requires = "ca", action = ArgAction::Append, help_heading = "Forward proxy")]
    tunnel: Vec<String>,

    /// Region (default: from the host or the profile)
    #[arg(long, value_name = "REGION", help_heading = "Signing")]
    region: Option<String>,

    /// Service (default: from the host or the profile)
    #[arg(long, alias = "name", value_name = "SERVICE", help_heading = "Signing")]
    service: Option<String>,

    /// Signature scheme (default: the profile's, or v4)
    #[arg(long, value_enum, help_heading = "Signing")]
    scheme: Option<SchemeName>,

    /// Regions of a Version 4A signature: comma-separated, or '*'
    #[arg(long, value_name = "REGIONS", conflicts_with = "region", help_heading = "Signing")]
    region_set: Option<String>,

    /// Host header to sign and send (default: the upstream's)
    #[arg(long, value_name = "HOST", help_heading = "Signing")]
    sign_host: Option<String>,

    /// Sign UNSIGNED-PAYLOAD, so that the body streams
    #[arg(long, overrides_with = "no_unsigned_payload", help_heading = "Signing")]
    unsigned_payload: bool,

    /// As aws-sigv4-proxy spells the opposite.
    #[arg(long, hide = true)]
    no_unsigned_payload: bool,

    /// Add the session token after signing, as AWS IoT requires
    #[arg(long, help_heading = "Signing")]
    token_unsigned: bool,

    /// How the path is signed.
    #[command(flatten)]
    path: PathOptions,

    /// Allow only this method; repeatable
    #[arg(long, value_name = "METHOD", action = ArgAction::Append, conflicts_with = "config")]
    #[arg(help_heading = "Rules")]
    allow_method: Vec<String>,

    /// Allow only this path, or prefix with '*'; repeatable
    #[arg(long, value_name = "PATH", action = ArgAction::Append, conflicts_with = "config")]
    #[arg(help_heading = "Rules")]
    allow_path: Vec<String>,

    /// Set this header before signing: 'NAME: VALUE'; repeatable
    #[arg(long, value_name = "HEADER", action = ArgAction::Append, conflicts_with = "config", help_heading = "Rules")]
    add_header: Vec<String>,

    /// The same as aws-sigv4-proxy spells it: `NAME=VALUE,NAME=VALUE`.
    #[arg(long, value_name = "HEADERS", value_delimiter = ',', hide = true, conflicts_with = "config")]
    custom_headers: Vec<String>,

    /// Remove this header before signing; 'x-debug-*' matches by prefix; repeatable
    #[arg(short = 's', long, alias = "strip", value_name = "NAME", action = ArgAction::Append)]
    #[arg(conflicts_with = "config", help_heading = "Rules")]
    strip_header: Vec<String>,

    /// Remove this query parameter before signing; 'utm_*' matches by prefix; repeatable
    #[arg(long, value_name = "NAME", action = ArgAction::Append, conflicts_with = "config", help_heading = "Rules")]
    strip_param: Vec<String>,

    /// Copy this header to X-Original-NAME before signing; repeatable
    #[arg(long, alias = "duplicate-header", value_name = "NAME", action = ArgAction::Append)]
    #[arg(conflicts_with = "config", help_heading = "Rules")]
    duplicate_headers: Vec<String>,

    /// Options for connecting to the upstream server.
    #[command(flatten)]
    connection: ConnectionOptions,

    /// Limits on requests.
    #[command(flatten)]
    limits: LimitOptions,

    /// Maximum time to find out why the upstream refused a signature
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "1s", help_heading = "Limits")]
    time_limit: Duration,

    /// How to log requests to standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    log: LogFormat,

    /// Taken for aws-sigv4-proxy's sake: each refusal is logged with its reason anyway
    #[arg(short = 'v', long, alias = "no-verbose", hide = true)]
    verbose: bool,
    /// The same.
    #[arg(long, alias = "no-log-failed-requests", hide = true)]
    log_failed_requests: bool,
    /// The same.
    #[arg(long, alias = "no-log-signing-process", hide = true)]
    log_signing_process: bool,
    /// Taken for aws-sigv4-proxy's sake: a connection that its server closed is not used again.
    #[arg(long = "transport.idle-conn-timeout", value_name = "DURATION", hide = true)]
    idle_connection_timeout: Option<String>,
}

/// Runs the command.
pub fn run(args: &ProxyArgs, context: &mut Context) -> Result<Exit, Failure> {
    let plan = running::plan(args, context)?;
    if args.check {
        plan.warnings.iter().try_for_each(|warning| warn(context, warning))?;
        let (routes, keys) = (plan.count_routes(), plan.count_identities());
        let keys = keys.map(|keys| format!(", {keys} inbound keys")).unwrap_or_default();
        context.stdout.line(&format!("ok: {routes} routes{keys}"))?;
        context.stdout.flush()?;
        return Ok(Exit::Done);
    }
    running::run(args, plan, context)
}
