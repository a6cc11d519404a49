//! Keeps secrets out of crash dumps, builds the context from the real environment, and runs the command line.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory;
use sigvet::cli::{self, apology, args::Cli, context::Context, secrets::leave_process_list};
use sigvet::platform;

fn main() -> ExitCode {
    // Before anything secret is read.
    platform::disable_core_dumps();
    apology::install();
    platform::report_size_limit();
    // Runs and ends the process only if a shell requests completions through an environment variable.
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let words: Vec<OsString> = std::env::args_os().collect();
    leave_process_list(&words);
    ExitCode::from(cli::run(words, &mut Context::of_this_process()))
}
