//! Keeps secrets out of crashes, builds the real environment, calls the command line, returns its exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory;
use sigvet::cli::{self, apology, args::Cli, context::Context, secrets::leave_process_list};
use sigvet::platform;

fn main() -> ExitCode {
    // Before anything is read that may be secret.
    platform::disable_core_dumps();
    apology::install();
    // Runs, and ends the process, only where a shell asks for completions through its variable.
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let words: Vec<OsString> = std::env::args_os().collect();
    leave_process_list(&words);
    ExitCode::from(cli::run(words, &mut Context::of_this_process()))
}
