//! `sigvet profile`: list, show, add, import, remove, default, edit, path. What a profile is and how it is found is `profiles`; here it is asked for and
//! shown, and no secret is ever among what is shown.

mod add;
mod alter;
mod aws;
mod failure;
mod show;
mod tool;
mod import;

use std::io::{self, Write};
use std::path::Path;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::credentials::words::describe_warning;
use crate::cli::failure::{Exit, Failure};
use crate::profiles::{
    AwsView, Error, Location, ProfileFile, Tool, ToolProfile, Warning, aws_profiles, tool_profile, tool_profiles,
};

pub use add::Add;
pub use import::Import;

/// What comes before the options in a help text is the examples.
const HELP: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the profiles, sigvet's own and AWS's
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile list\n  sigvet profile list --all\n  sigvet profile list --json | jq -r '.[].name'")]
    List(List),
    /// Show a profile, its secret redacted
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile show\n  sigvet profile show hetzner --json\n  sigvet profile show rclone:minio")]
    Show(Show),
    /// Add a profile; the secret is asked for, or read from standard input
    #[command(help_template = HELP, before_help = add::EXAMPLES, after_help = add::INPUT)]
    Add(Box<Add>),
    /// Copy a profile from the file of another tool
    ///
    /// The file it is copied from is not changed.
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile import rclone:minio\n  sigvet profile import s3cmd:default backup --default")]
    Import(Import),
    /// Remove a profile from the profile file
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile remove hetzner")]
    Remove(alter::Named),
    /// Make a profile the default
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile default hetzner")]
    Default(alter::Named),
    /// Edit the profile file with $VISUAL or $EDITOR
    ///
    /// The file is checked before it is written.
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile edit\n  EDITOR='code --wait' sigvet profile edit")]
    Edit,
    /// Print the path of the profile file
    ///
    /// It need not exist.
    #[command(help_template = HELP, before_help = "Examples:\n  sigvet profile path\n  $EDITOR \"$(sigvet profile path)\"")]
    Path,
}

/// The options of `profile list`.
#[derive(Debug, Args)]
pub struct List {
    /// List also what s3cmd, rclone, mc, boto, s3fs and restic keep, and where
    #[arg(long)]
    all: bool,
    /// Print an array of objects
    #[arg(long)]
    json: bool,
}

/// The options of `profile show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The profile; without it, the one that AWS_PROFILE names, or the default
    #[arg(add = crate::cli::options::complete::profile_names())]
    name: Option<String>,
    /// Print an object
    #[arg(long)]
    json: bool,
}

/// Whether a list says where each profile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Places {
    Hidden,
    Shown,
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
        Command::Import(options) => import::run(options, location.path(), context),
        Command::Remove(options) => alter::remove(options, location.path(), context),
        Command::Default(options) => alter::set_default(options, location.path(), context),
        Command::Edit => alter::edit(location.path(), context),
        Command::Path => print(context, &format!("{}\n", location.path().display())),
    }
}

fn list(options: &List, location: &Location, context: &mut Context) -> Result<(), Failure> {
    let file = load(location, context)?;
    let of_aws = aws_views(context)?;
    let of_tools = if options.all { tool_views(context)? } else { Vec::new() };
    let own = || file.iter().flat_map(|file| file.profiles().iter().map(move |profile| (profile, file)));
    if options.json {
        let objects = own().map(|(profile, file)| show::object(profile, file)).chain(of_aws.iter().map(aws::object));
        return print_json(context, &objects.chain(of_tools.iter().map(tool::object)).collect::<Vec<_>>().into());
    }
    let is_own = |name: &str| own().any(|(profile, _)| profile.name == name);
    let spelled = |name: &str| if is_own(name) { format!("aws:{name}") } else { name.to_owned() };
    let places = if options.all { Places::Shown } else { Places::Hidden };
    let rows: Vec<_> = own()
        .map(|(profile, file)| show::row(profile, file, places))
        .chain(of_aws.iter().map(|view| aws::row(view, spelled(&view.name), places)))
        .chain(of_tools.iter().map(tool::row))
        .collect();
    if rows.is_empty() {
        let place = location.path().display();
        let others = if options.all { "" } else { ", 'sigvet profile list --all' lists other tools' keys" };
        let message = format!("no profiles in {place} or in AWS's files; 'sigvet profile add NAME' adds one{others}");
        return note(context, &message);
    }
    print(context, &show::table(&rows))
}

fn show(options: &Show, location: &Location, context: &mut Context) -> Result<(), Failure> {
    let named = options.name.as_deref().or_else(|| context.environment.profile()).map(str::to_owned);
    if let Some((tool, name)) = named.as_deref().and_then(Tool::split) {
        return show_tool(&tool_profile(tool, name, &context.environment)?, options, context);
    }
    let file = load(location, context)?;
    let own = named.as_deref().and_then(|name| file.as_ref()?.get(name));
    if let (Some(name), None) = (&named, own) {
        let bare = name.strip_prefix("aws:").unwrap_or(name);
        if let Some(view) = aws_views(context)?.iter().find(|view| view.name == bare) {
            return match options.json {
                true => print_json(context, &aws::object(view)),
                false => print(context, &aws::text(view)),
            };
        }
    }
    let file = file.as_ref().ok_or_else(|| missing(location))?;
    let profile = match (own, &options.name) {
        (Some(_), _) => file.find(named.as_deref().unwrap_or_default())?,
        (None, Some(name)) => file.find(name)?,
        (None, None) => file.default_profile()?.ok_or_else(|| nameless(file))?,
    };
    match options.json {
        true => print_json(context, &show::object(profile, file)),
        false => print(context, &show::text(profile, file)),
    }
}

fn show_tool(found: &ToolProfile, options: &Show, context: &mut Context) -> Result<(), Failure> {
    warn(&found.warnings, context)?;
    match options.json {
        true => print_json(context, &tool::object(found)),
        false => print(context, &tool::text(found)),
    }
}

/// What other tools keep, and warnings of what of it cannot be used.
fn tool_views(context: &mut Context) -> Result<Vec<ToolProfile>, Failure> {
    let (views, errors) = tool_profiles(&context.environment);
    let mut warnings: Vec<Warning> = Vec::new();
    for warning in views.iter().flat_map(|view| &view.warnings) {
        if !warnings.contains(warning) && !matches!(warning, Warning::SectionsApart { .. }) {
            warnings.push(warning.clone());
        }
    }
    warn(&warnings, context)?;
    for error in errors {
        note(context, &format!("warning: {}", Failure::from(error).to_line()))?;
    }
    Ok(views)
}

/// The profiles of AWS's files, and warnings of what could not be read there.
fn aws_views(context: &mut Context) -> Result<Vec<AwsView>, Failure> {
    let (views, warnings) = aws_profiles(&context.environment)?;
    warn(&warnings, context)?;
    Ok(views)
}

fn missing(location: &Location) -> Failure {
    let message = format!("no profiles: {} does not exist", location.path().display());
    Failure::new(Exit::NoCredentials, message).hint("create it with 'sigvet profile add NAME'")
}

fn nameless(file: &ProfileFile) -> Failure {
    Failure::usage(format!("{} has no default profile: name one", file.path().display()))
        .hint("list the profiles with 'sigvet profile list'")
}

/// Loads the file and prints its warnings.
fn load(location: &Location, context: &mut Context) -> Result<Option<ProfileFile>, Failure> {
    let file = ProfileFile::load(location)?;
    warn(file.as_ref().map_or(&[], ProfileFile::warnings), context)?;
    Ok(file)
}

fn warn(warnings: &[Warning], context: &mut Context) -> Result<(), Failure> {
    for warning in warnings {
        note(context, &format!("warning: {}", describe_warning(warning)))?;
    }
    Ok(())
}

fn print(context: &mut Context, text: &str) -> Result<(), Failure> {
    written(context.stdout.write_all(text.as_bytes()).and_then(|()| context.stdout.flush()))
}

fn print_json(context: &mut Context, value: &serde_json::Value) -> Result<(), Failure> {
    written(context.stdout.json(&format!("{value:#}")).and_then(|()| context.stdout.flush()))
}

fn note(context: &mut Context, text: &str) -> Result<(), Failure> {
    written(context.stderr.line(text))
}

/// A closed pipe is not an error: nobody reads the output any more.
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
