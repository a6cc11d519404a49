//! The command line: arguments in, one file a command, rendering out. The only reader of the terminal.

pub mod apology;
pub mod screen;
pub mod shell;
pub mod secrets;
pub mod failure;
pub mod context;
pub mod terminal;
pub mod options;
pub mod curl;
pub mod request;
pub mod credentials;
pub mod signing;
pub mod connection;
pub mod render;
pub mod commands;
pub mod args;
pub mod man;

use std::ffi::OsString;
use std::io::Write;

use crate::cli::args::deferred::Deferred;
use args::{Cli, Command};
use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};
use context::Context;
use curl::{config_file, table};
use failure::{Exit, Failure};
use options::value::read_settings;
use secrets::{typed_secrets, without_lookalikes};

/// Parses a command line and runs it; tells the exit code of the process.
pub fn run(words: impl IntoIterator<Item = OsString>, context: &mut Context) -> u8 {
    let mut words: Vec<OsString> = words.into_iter().collect();
    // Help and errors name the program by it, and whoever starts us chose it.
    if let Some(program) = words.first_mut() {
        *program = "sigvet".into();
    }
    let is_send = config_file::is_send(&words);
    context.secrets.add_given(&typed_secrets(&words), &context.environment);
    let words = match config_file::expand(words, Cli::command, &mut |name| {
        read_settings(name, config_file::LARGEST, &mut *context.stdin).map(|bytes| bytes.to_vec())
    }) {
        Ok(words) => words,
        Err(failure) => return report(&failure, context),
    };
    // A file of -K may hold more.
    context.secrets.add_given(&typed_secrets(&words), &context.environment);
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => match explain_unknown(&error).filter(|_| is_send) {
            Some(failure) => return report(&failure, context),
            None => return print_clap(&error, words, context),
        },
    };
    match dispatch(&cli.command, context) {
        Ok(exit) => exit as u8,
        Err(failure) => report(&failure, context),
    }
}

fn dispatch(command: &Command, context: &mut Context) -> Result<Exit, Failure> {
    let done = |()| Exit::Done;
    match command {
        Command::Sign(Deferred(args)) => commands::sign::run(args, context).map(done),
        Command::Send(Deferred(args)) => commands::send::run(args, context).map(done),
        Command::Presign(Deferred(args)) => commands::presign::run(args, context).map(done),
        Command::Form(Deferred(args)) => commands::form::run(args, context).map(done),
        Command::Verify(Deferred(args)) => commands::verify::run(args, context),
        Command::Explain(Deferred(args)) => commands::explain::run(args, context),
        Command::Key(Deferred(args)) => commands::key::run(args, context).map(done),
        Command::Profile(Deferred(args)) => {
            commands::profile::run(&args.command, args.profile_file.as_deref(), context).map(done)
        }
    }
}

/// For an option that curl has and `send` has not: what to do instead. clap knows of no such thing.
fn explain_unknown(error: &clap::Error) -> Option<Failure> {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unknown))) => unknown.split('=').next()?,
        _ => return None,
    };
    let hint = table::hint_for(unknown)?;
    Some(Failure::usage(format!("'sigvet send' has no option {unknown}")).hint(hint))
}

/// Help and version go to standard output, usage errors to standard error; clap knows which.
fn print_clap(error: &clap::Error, words: Vec<OsString>, context: &mut Context) -> u8 {
    let printed = match error.use_stderr() {
        true => print_usage_error(words, context),
        false => error.print(),
    };
    match printed {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Exit::CannotWrite as u8,
        _ => u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8),
    }
}

/// A usage error quotes what was typed. Without clap's own styles, every escape in it is somebody else's.
fn print_usage_error(words: Vec<OsString>, context: &mut Context) -> std::io::Result<()> {
    let parsed = Cli::command().styles(Styles::plain()).try_get_matches_from(words);
    match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(_) => Ok(()),
        Err(error) => write!(context.stderr, "{}", without_lookalikes(&error.render().to_string())),
    }
}

/// Tells why there is no result; gives back the exit code.
fn report(failure: &Failure, context: &mut Context) -> u8 {
    let exit = failure.exit;
    if exit != Exit::Done {
        let hints = failure.hints().iter().map(|hint| format!("  hint: {hint}"));
        let lines = std::iter::once(format!("error: {failure}")).chain(hints);
        // There is no place left to report to if standard error is gone.
        lines.for_each(|line| drop(context.stderr.line(&without_lookalikes(&line))));
    }
    exit as u8
}
