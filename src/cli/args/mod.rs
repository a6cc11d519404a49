//! The only definition of the command line. Help, man pages and completions are generated from it.

pub mod short_help;
pub mod deferred;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::commands::{
    credentials, demo, explain, form, key, mcp, presign, proxy, send, serve, sign, token, verify, watch,
};
use crate::cli::args::deferred::Deferred;
use crate::cli::commands::profile;

/// Examples come before the options, because they answer most questions.
const HELP: &str = "{about-with-newline}
{usage-heading} {usage}

{before-help}{all-args}{after-help}";

/// Sign, send, presign, verify and explain AWS Signature Version 4 requests
#[derive(Debug, Parser)]
#[command(name = "sigvet", version, arg_required_else_help = true, infer_subcommands = false)]
#[command(help_template = HELP, max_term_width = 100)]
// If an option is given twice, the last one is used, as with curl: aliases and wrappers rely on it. Lists stay
// lists.
#[command(args_override_self = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[expect(clippy::large_enum_variant, reason = "a process holds one of them")]
#[derive(Debug, Subcommand)]
#[command(help_template = HELP)]
pub enum Command {
    /// Print a signed request; send nothing
    #[command(help_template = HELP)]
    Sign(Deferred<sign::SignArgs>),
    /// Sign a request and send it; 'sigvet curl' is the same
    // No visible alias: if both names were visible, completion would offer only the alphabetically first one.
    #[command(help_template = HELP, alias = "curl")]
    Send(Deferred<send::SendArgs>),
    /// Print a presigned URL, of any method
    #[command(help_template = HELP)]
    Presign(Deferred<presign::PresignArgs>),
    /// Print a presigned POST: a form that uploads a file from a browser
    ///
    /// Its policy says which file may be uploaded, where to and until when. What the policy would not allow is
    /// refused before anything is printed.
    #[command(help_template = HELP)]
    Form(Deferred<form::FormArgs>),
    /// Judge a signed request as the server would
    #[command(help_template = HELP)]
    Verify(Deferred<verify::VerifyArgs>),
    /// Explain why a signature was refused, or show every step of one
    ///
    /// Give it a captured request, the server's reply, a log or a presigned URL. It says whether the signature is valid,
    /// and if not, what to change, which mistake was made and how that was proved. For a URL or a request without a
    /// signature it shows how it would be signed.
    #[command(help_template = HELP)]
    Explain(Deferred<explain::ExplainArgs>),
    /// Print a token of a database, broker or cluster
    ///
    /// A token is a signed request in the form that clients accept: a password, a bearer token or a URL. Until it expires, it is
    /// as good as a password.
    #[command(help_template = HELP)]
    Token(Deferred<token::TokenArgs>),
    /// Derive and export a signing key for one day, region and service
    ///
    /// The key signs without the secret, within its scope only. It is a secret itself.
    #[command(help_template = HELP)]
    Key(Deferred<key::KeyArgs>),
    /// Print temporary credentials, as a credential_process does
    #[command(help_template = HELP)]
    Credentials(Deferred<credentials::CredentialsArgs>),
    /// Run a local endpoint that judges like AWS and explains refusals
    #[command(help_template = HELP)]
    Serve(Deferred<serve::ServeArgs>),
    /// Sign every request that passes, or verify it and sign it again
    ///
    /// Clients send their requests to the proxy, and need neither credentials nor a signature. Each request is signed and passed
    /// on, and its response comes back as it arrives. With --inbound, clients sign with keys of their own, which open nothing
    /// but this proxy.
    #[command(help_template = HELP)]
    Proxy(Deferred<proxy::ProxyArgs>),
    /// Run a program, and explain each signature that it is refused
    ///
    /// The program runs behind a proxy of sigvet's, which passes every byte on as it is. What it reads and writes, its signals
    /// and its exit code are its own.
    #[command(help_template = HELP)]
    Watch(Deferred<watch::WatchArgs>),
    /// Speak MCP on standard streams to a server of signed requests
    ///
    /// Agents start it like a local MCP server. Each message on standard input is signed and sent to the URL, and what the server
    /// says is written to standard output, a message a line. Credentials are renewed while it runs. If they are missing, or the
    /// server refuses the signature, the agent gets a JSON-RPC error that says what to do.
    #[command(help_template = HELP)]
    Mcp(Deferred<mcp::McpArgs>),
    /// Show what sigvet does, with requests that stay on this machine
    ///
    /// It needs no account, reads no profile and reaches no other machine: it starts a server inside itself, signs and sends
    /// requests that work, breaks five in ways that are common, and shows what an SDK and what sigvet says to each.
    #[command(help_template = HELP)]
    Demo(Deferred<demo::DemoArgs>),
    /// List, show and add profiles
    #[command(help_template = HELP)]
    Profile(Deferred<ProfileArgs>),
}

/// The arguments of `sigvet profile`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet profile add hetzner --endpoint-url https://fsn1.your-objectstorage.com
  sigvet profile list
  sigvet profile show hetzner")]
pub struct ProfileArgs {
    /// Read profiles from this file
    ///
    /// The default is $SIGVET_PROFILES, or profiles.toml in the configuration directory.
    #[arg(long, value_name = "FILE", global = true, value_hint = clap::ValueHint::FilePath)]
    pub profile_file: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: profile::Command,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    /// Release builds would detect two options of the same name only when they are used.
    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }
}
