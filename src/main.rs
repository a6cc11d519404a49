//! Builds the real environment, calls the command line, returns its exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory;
use sigvet::cli::{self, args::Cli, context::Context, secrets::leave_process_list};

fn main() -> ExitCode {
    // Runs, and ends the process, only where a shell asks for completions through its variable.
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let words: Vec<OsString> = std::env::args_os().collect();
    leave_process_list(&words);
    ExitCode::from(cli::run(words, &mut Context::of_this_process()))
}
