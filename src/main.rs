//! Keeps secrets out of crashes, builds the real environment, calls the command line, returns its exit code.

use std::process::ExitCode;

use clap::CommandFactory;
use sigvet::cli::{self, apology, args::Cli, context::Context};
use sigvet::platform;

fn main() -> ExitCode {
    // Before anything is read that may be secret.
    platform::disable_core_dumps();
    apology::install();
    // Runs, and ends the process, only where a shell asks for completions through its variable.
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    ExitCode::from(cli::run(std::env::args_os(), &mut Context::of_this_process()))
}
