//! `sigvet mcp`: an MCP server on standard input and output, for a remote server that only accepts signed requests.

mod target;
mod running;

use std::time::Duration;

use clap::{ArgAction, Args};

use crate::cli::connection::options::ConnectionOptions;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::signing::CredentialOptions;
use crate::cli::options::value::{parse_duration, parse_size};

/// The arguments of `sigvet mcp`.
#[derive(Debug, Args)]
#[command(mut_arg("limit_rate", |arg| arg.hide(true)))]
#[command(before_help = "Examples:
  sigvet mcp https://aws-mcp.us-east-1.api.aws/mcp --profile prod
  sigvet mcp https://ID.gateway.bedrock-agentcore.us-west-2.amazonaws.com/mcp
  sigvet mcp http://127.0.0.1:8004/mcp --region us-east-1 --service aws-mcp")]
pub struct McpArgs {
    /// Streamable HTTP endpoint of the MCP server
    #[arg(value_name = "URL", value_hint = clap::ValueHint::Url)]
    url: String,

    /// Header to sign and send, 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", action = ArgAction::Append, help_heading = "Request")]
    header: Vec<String>,

    /// The credentials to sign with.
    #[command(flatten)]
    credentials: CredentialOptions,

    /// Assume this role with the credentials
    #[arg(long, value_name = "ARN", help_heading = "Credentials")]
    role_arn: Option<String>,

    /// Region (default: from the host or the profile)
    #[arg(long, value_name = "REGION", help_heading = "Signing")]
    region: Option<String>,

    /// Service (default: from the host or the profile)
    #[arg(long, value_name = "SERVICE", help_heading = "Signing")]
    service: Option<String>,

    /// Options for connecting to the server.
    #[command(flatten)]
    connection: ConnectionOptions,

    /// Maximum size of one message
    #[arg(long, value_name = "BYTES", value_parser = parse_size, default_value = "32MiB", help_heading = "Limits")]
    max_message: u64,

    /// Maximum time until the server begins to answer
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "15m")]
    #[arg(help_heading = "Limits")]
    response_timeout: Duration,

    /// Maximum time for requests in progress when standard input ends
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "30s")]
    #[arg(help_heading = "Limits")]
    stop_timeout: Duration,

    /// Maximum time to find out why the server refused a signature
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "1s", help_heading = "Limits")]
    time_limit: Duration,
}

/// Runs the command.
pub fn run(args: &McpArgs, context: &mut Context) -> Result<Exit, Failure> {
    if args.connection.rate().is_some() {
        return Err(Failure::usage("--limit-rate cannot be used: messages are passed on as they come"));
    }
    let (endpoint, found) = target::endpoint(args, context)?;
    running::run(args, endpoint, &found, context)
}
