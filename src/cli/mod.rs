//! The command line: argument parsing, one module per command, and rendering. Nothing else reads the terminal.

pub mod apology;
pub mod screen;
pub mod shell;
pub mod secrets;
pub mod failure;
mod mistyped;
pub mod context;
pub mod terminal;
pub mod options;
pub mod curl;
pub mod request;
pub mod credentials;
pub mod signing;
pub mod connection;
pub mod render;
pub mod batch;
pub mod commands;
pub mod args;
mod usage_error;
pub mod man;

use std::ffi::OsString;
use std::io::Write;

use crate::cli::args::deferred::Deferred;
use args::{Cli, Command, short_help};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use commands::credentials::helper;
use commands::send::Shared;
use context::Context;
use curl::{config_file, table, transfers};
use failure::{Exit, Failure};
use options::value::read_settings;
use secrets::{typed_secrets, without_lookalikes};

/// Parses and runs a command line, and returns the exit code of the process.
pub fn run(words: impl IntoIterator<Item = OsString>, context: &mut Context) -> u8 {
    let mut words: Vec<OsString> = helper::translate(words.into_iter().collect());
    // Help and errors contain the program's name, and the caller could have chosen any.
    if let Some(program) = words.first_mut() {
        *program = "sigvet".into();
    }
    context.secrets.add_given(&typed_secrets(&words), &context.environment);
    let words = match config_file::expand(words, Cli::command, &mut |name| {
        read_settings(name, config_file::LARGEST, &mut *context.stdin).map(|bytes| bytes.to_vec())
    }) {
        Ok(words) => words,
        Err(failure) => return report(&failure, context),
    };
    // A file given with -K may contain more secrets.
    context.secrets.add_given(&typed_secrets(&words), &context.environment);
    let mut shared = Shared::default();
    match transfers::is_paired(&words) {
        true => run_each(transfers::split(words, Cli::command), &mut shared, context),
        false => run_one(words, &mut shared, context).0,
    }
}

/// Runs one command line and returns how it ended; a line with several URLs is split into several.
fn run_one(words: Vec<OsString>, shared: &mut Shared, context: &mut Context) -> (u8, Ending) {
    match Cli::try_parse_from(&words) {
        Ok(cli) => finish(&cli, shared, context),
        Err(error) if config_file::is_send(&words) => match is_further_url(&error) {
            true => (run_each(transfers::split(words, Cli::command), shared, context), Ending::Last),
            false => match explain_unknown(&error) {
                Some(failure) => (report(&failure, context), Ending::Last),
                None => (end_early(&error, &words, context), Ending::Last),
            },
        },
        Err(error) => match unknown_command(&error).and_then(|word| mistyped::explain(&words, word)) {
            Some(failure) => (report(&failure, context), Ending::Last),
            None => (end_early(&error, &words, context), Ending::Last),
        },
    }
}

/// The word that should be a command.
fn unknown_command(error: &clap::Error) -> Option<&str> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) => Some(word),
        _ => None,
    }
}

/// Whether the next transfer may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The next transfer may succeed.
    Next,
    /// The next transfer would fail in the same way, or is not wanted.
    Last,
}

/// Runs the transfers in order. As with curl, the last one that ran determines the exit code.
fn run_each(lines: Vec<Vec<OsString>>, shared: &mut Shared, context: &mut Context) -> u8 {
    let mut exit = Exit::Done as u8;
    context.share_stdin();
    for line in lines {
        let (ended, ending) = run_one(line, shared, context);
        exit = ended;
        if ending == Ending::Last {
            break;
        }
    }
    exit
}

fn finish(cli: &Cli, shared: &mut Shared, context: &mut Context) -> (u8, Ending) {
    let outcome = dispatch(&cli.command, shared, context);
    let is_early = matches!(&cli.command, Command::Send(args) if args.0.stops_early());
    match outcome {
        Ok(exit) => (exit, Ending::Next),
        Err(failure) => {
            let is_hopeless = matches!(failure.exit, Exit::Usage | Exit::NoCredentials | Exit::BrokenProfiles);
            (report(&failure, context), if is_early || is_hopeless { Ending::Last } else { Ending::Next })
        }
    }
}

fn dispatch(command: &Command, shared: &mut Shared, context: &mut Context) -> Result<u8, Failure> {
    let done = |()| Exit::Done as u8;
    let code = |exit| exit as u8;
    match command {
        Command::Sign(Deferred(args)) => commands::sign::run(args, context).map(done),
        Command::Send(args) => commands::send::run(&args.0, shared, context).map(done),
        Command::Presign(Deferred(args)) => commands::presign::run(args, context).map(done),
        Command::Form(Deferred(args)) => commands::form::run(args, context).map(done),
        Command::Verify(Deferred(args)) => commands::verify::run(args, context).map(code),
        Command::Explain(Deferred(args)) => commands::explain::run(args, context).map(code),
        Command::Token(Deferred(args)) => commands::token::run(args, context).map(done),
        Command::Key(Deferred(args)) => commands::key::run(args, context).map(done),
        Command::Credentials(Deferred(args)) => commands::credentials::run(args, context).map(done),
        Command::Serve(Deferred(args)) => commands::serve::run(args, context).map(code),
        Command::Proxy(Deferred(args)) => commands::proxy::run(args, context).map(code),
        Command::Mcp(Deferred(args)) => commands::mcp::run(args, context).map(code),
        Command::Watch(Deferred(args)) => commands::watch::run(args, context),
        Command::Demo(Deferred(args)) => commands::demo::run(args, context).map(code),
        Command::Profile(Deferred(args)) => {
            commands::profile::run(&args.command, args.profile_file.as_deref(), context).map(done)
        }
    }
}

/// What to do instead of an option that curl has and `send` does not. clap cannot express that.
fn explain_unknown(error: &clap::Error) -> Option<Failure> {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unknown))) => unknown.split('=').next()?,
        _ => return None,
    };
    let hint = table::hint_for(unknown)?;
    Some(Failure::usage(format!("'sigvet send' has no option {unknown}")).hint(hint))
}

/// clap expects one URL; an unexpected further argument is the next URL.
fn is_further_url(error: &clap::Error) -> bool {
    let unknown = error.get(ContextKind::InvalidArg);
    error.kind() == ErrorKind::UnknownArgument
        && matches!(unknown, Some(ContextValue::String(word)) if !word.starts_with('-'))
}

/// Ends a command line that does not run a command: it requests help, or cannot be parsed.
fn end_early(error: &clap::Error, words: &[OsString], context: &mut Context) -> u8 {
    let printed = match error.kind() {
        ErrorKind::DisplayHelp => print_help(error, words),
        ErrorKind::DisplayVersion => error.print(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => write!(context.stderr, "{}", error.render()),
        _ => return report(&usage_error::describe(error), context),
    };
    match printed {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Exit::CannotWrite as u8,
        _ => u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8),
    }
}

/// clap does not tell whether `-h` or `--help` was typed, but its text does.
fn print_help(error: &clap::Error, words: &[OsString]) -> std::io::Result<()> {
    let mut root = Cli::command();
    root.build();
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    let mut command = words.fold(&root, |command, word| command.find_subcommand(word).unwrap_or(command)).clone();
    match command.render_help().to_string() == error.render().to_string() {
        true => short_help::shortened(&command).print_help(),
        false => error.print(),
    }
}

/// Prints a failure and returns its exit code.
fn report(failure: &Failure, context: &mut Context) -> u8 {
    let exit = failure.exit;
    if exit != Exit::Done {
        let hints = failure.hints().iter().map(|hint| format!("  hint: {hint}"));
        let lines = std::iter::once(format!("error: {failure}")).chain(hints);
        // If standard error is closed, there is no other place to report to.
        lines.for_each(|line| drop(context.stderr.line(&without_lookalikes(&line))));
    }
    exit as u8
}
