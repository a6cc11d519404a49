//! `sigvet profile remove`, `default` and `edit`: what stands in the file is changed in one step, or not at all.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Command;

use clap::Args;
use zeroize::Zeroizing;

use super::note;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles;

/// The options of `profile remove` and `profile default`.
#[derive(Debug, Args)]
pub struct Named {
    /// The profile's name
    #[arg(add = crate::cli::options::complete::own_profile_names())]
    name: String,
}

/// Removes a profile.
pub(super) fn remove(Named { name }: &Named, path: &Path, context: &mut Context) -> Result<(), Failure> {
    let was_default = profiles::remove(path, name)?;
    let mark = if was_default { "; there is no default profile now" } else { "" };
    note(context, &format!("removed profile '{name}' from {}{mark}", path.display()))
}

/// Makes a profile the default.
pub(super) fn set_default(Named { name }: &Named, path: &Path, context: &mut Context) -> Result<(), Failure> {
    profiles::set_default(path, name)?;
    note(context, &format!("profile '{name}' is the default now, in {}", path.display()))
}

/// Opens a copy of the file in the user's editor, and takes it where it can be read. The copy is private, as the file is.
pub(super) fn edit(path: &Path, context: &mut Context) -> Result<(), Failure> {
    let before = read(path)?;
    let copy = tempfile::Builder::new().prefix("sigvet-").suffix(".toml").tempfile().map_err(cannot_copy)?;
    fs::write(copy.path(), before.as_bytes()).map_err(cannot_copy)?;
    loop {
        run_editor(copy.path(), context)?;
        let after = read(copy.path())?;
        if *after == *before {
            return note(context, &format!("{} was not changed", path.display()));
        }
        match profiles::replace(path, &before, &after) {
            Ok(()) => return note(context, &format!("wrote {}", path.display())),
            Err(error) => ask_again(error.into(), context)?,
        }
    }
}

/// Tells what is wrong, and gives up unless a person wants to go on.
fn ask_again(failure: Failure, context: &mut Context) -> Result<(), Failure> {
    if !context.stdin_is_terminal {
        return Err(failure.hint("check the values and try again; the file was not changed"));
    }
    write!(context.stderr, "{failure:#}\nEdit it again? [Y/n] ")?;
    context.stderr.flush()?;
    let mut line = String::new();
    BufReader::new((&mut *context.stdin).take(64)).read_line(&mut line)?;
    match line.trim().chars().next() {
        Some('n' | 'N') => Err(failure.hint("check the values and try again; the file was not changed")),
        _ => Ok(()),
    }
}

fn run_editor(copy: &Path, context: &Context) -> Result<(), Failure> {
    let environment = &context.environment;
    let editor = environment.get("VISUAL").or_else(|| environment.get("EDITOR")).unwrap_or("vi");
    let words = shell_words::split(editor).ok().filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| Failure::usage("$EDITOR is empty").hint("set EDITOR to the program's name"))?;
    let (program, arguments) = words.split_first().expect("there are words");
    let status = Command::new(program).args(arguments).arg(copy).status();
    let failed =
        |why: String| Failure::usage(format!("the editor '{program}' {why}")).hint("set EDITOR to another one");
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("failed with {status}; the file was not changed"))),
        Err(error) => Err(failed(format!("cannot be run: {error}"))),
    }
}

/// The text of a file; nothing, where it is not there.
fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = match files::read(path, SETTINGS_LIMIT) {
        Ok(read) => read.bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Zeroizing::default(),
        Err(error) => {
            let context = format!("cannot read {}", path.display());
            return Err(Failure::from_error(Exit::BrokenProfiles, error).context(context));
        }
    };
    let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned()));
    text.map_err(|_| Failure::new(Exit::BrokenProfiles, format!("{} is not UTF-8 text", path.display())))
}

fn cannot_copy(error: std::io::Error) -> Failure {
    Failure::from_error(Exit::CannotWrite, error).context("cannot make a private copy of the profile file to edit")
}
