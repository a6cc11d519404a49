//! `sigvet profile`: list, show, add, path. What a profile is and how it is found is `profiles`; here it is asked for and
//! shown, and no secret is ever among what is shown.

mod add;
mod failure;
mod show;

use std::io::{self, Write};
use std::path::Path;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::credentials::words::describe_warning;
use crate::cli::failure::{Exit, Failure};
use crate::profiles::{Error, Location, ProfileFile};

pub use add::Add;

/// What comes before the options in a help text is the examples.
const HELP: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the profiles, one a line: name, region, endpoint
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile list\n  sigvet profile list --json | jq -r '.[].name'")]
    List(List),
    /// Show a profile, its secret redacted
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile show\n  sigvet profile show hetzner --json")]
    Show(Show),
    /// Add a profile; the secret is asked for, or read from standard input
    #[command(help_template = HELP, before_help = add::EXAMPLES, after_help = add::INPUT)]
    Add(Box<Add>),
    /// Print where the profile file is, whether it is there or not
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile path\n  $EDITOR \"$(sigvet profile path)\"")]
    Path,
}

/// The options of `profile list`.
#[derive(Debug, Args)]
pub struct List {
    /// Print an array of objects
    #[arg(long)]
    json: bool,
}

/// The options of `profile show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The profile; without it, the one that AWS_PROFILE names, or the default
    name: Option<String>,
    /// Print an object
    #[arg(long)]
    json: bool,
}

/// Runs `sigvet profile`; `profile_file` is the option of that name.
///
/// # Errors
/// The profile file is broken or missing, the profile unknown, the output closed.
pub fn run(command: &Command, profile_file: Option<&Path>, context: &mut Context) -> Result<(), Failure> {
    let location = Location::find(profile_file, &context.environment).ok_or(Error::NoConfigDirectory)?;
    match command {
        Command::List(options) => list(options, &location, context),
        Command::Show(options) => show(options, &location, context),
        Command::Add(options) => add::run(options, location.path(), context),
        Command::Path => print(context, &format!("{}\n", location.path().display())),
    }
}

fn list(options: &List, location: &Location, context: &mut Context) -> Result<(), Failure> {
    let file = load(location, context)?;
    if options.json {
        let profiles = file.iter().flat_map(|file| file.profiles().iter().map(|profile| show::object(profile, file)));
        return print(context, &show::json(&profiles.collect::<Vec<_>>().into()));
    }
    match file.filter(|file| !file.profiles().is_empty()) {
        Some(file) => print(context, &show::table(&file)),
        None => {
            let place = location.path().display();
            note(context, &format!("no profiles in {place}; 'sigvet profile add NAME' adds one"))
        }
    }
}

fn show(options: &Show, location: &Location, context: &mut Context) -> Result<(), Failure> {
    let file = load(location, context)?;
    let file = file.ok_or_else(|| missing(location))?;
    let implied = context.environment.profile().filter(|name| file.get(name).is_some());
    let name = options.name.as_deref().or(implied);
    let profile = match name {
        Some(name) => file.find(name)?,
        None => file.default_profile()?.ok_or_else(|| nameless(&file))?,
    };
    let text = if options.json { show::json(&show::object(profile, &file)) } else { show::text(profile, &file) };
    print(context, &text)
}

fn missing(location: &Location) -> Failure {
    let message = format!("no profiles: {} does not exist", location.path().display());
    Failure::new(Exit::NoCredentials, message).hint("'sigvet profile add NAME' creates it")
}

fn nameless(file: &ProfileFile) -> Failure {
    Failure::usage(format!("{} has no default profile: name one", file.path().display()))
        .hint("'sigvet profile list' shows the profiles")
}

/// Loads the file and tells its warnings.
fn load(location: &Location, context: &mut Context) -> Result<Option<ProfileFile>, Failure> {
    let file = ProfileFile::load(location)?;
    for warning in file.iter().flat_map(ProfileFile::warnings) {
        note(context, &format!("warning: {}", describe_warning(warning)))?;
    }
    Ok(file)
}

fn print(context: &mut Context, text: &str) -> Result<(), Failure> {
    written(context.stdout.write_all(text.as_bytes()).and_then(|()| context.stdout.flush()))
}

fn note(context: &mut Context, text: &str) -> Result<(), Failure> {
    written(context.stderr.line(text))
}

/// A reader that has seen enough ends us quietly.
fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::from_error(Exit::CannotWrite, error).context("cannot write"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
