//! `sigvet credentials`: prints temporary credentials in the format that AWS's tools read from a `credential_process`.

pub mod helper;
mod roles_anywhere;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use roles_anywhere::RolesAnywhereArgs;

/// The arguments of `sigvet credentials`.
#[derive(Debug, Args)]
pub struct CredentialsArgs {
    /// Where they come from.
    #[command(subcommand)]
    command: Command,

    /// Print what was decided and why
    #[arg(short, long, global = true, alias = "debug", help_heading = "Output")]
    verbose: bool,
}

/// The sources.
#[derive(Debug, Subcommand)]
enum Command {
    /// Get credentials of a role for a certificate, from IAM Roles Anywhere
    ///
    /// The options are those of AWS's aws_signing_helper credential-process, so its command line can be carried over. The
    /// credentials are printed as JSON, as a credential_process of AWS's configuration file does.
    RolesAnywhere(Box<RolesAnywhereArgs>),
}

/// Runs the command.
pub fn run(args: &CredentialsArgs, context: &mut Context) -> Result<(), Failure> {
    match &args.command {
        Command::RolesAnywhere(session) => roles_anywhere::run(session, args.verbose, context),
    }
}
