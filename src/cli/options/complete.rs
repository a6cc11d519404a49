//! Shell completion beyond what the options define: profiles, mistakes, and files after a mark such as `@`.
//!
//! The shells use small scripts that call the `sigvet` in `PATH` for each completion; a test compares them with
//! those in `completions/`.

use std::ffi::OsStr;
use std::io;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::profiles::{Environment, Location, ProfileFile, Tool, aws_profiles, tool_profiles};
use sigvet_diagnose::catalogue;
use sigvet_diagnose::servers::TABLE;

/// The prefix of an AWS profile if sigvet has one of the same name.
const AWS: &str = "aws:";

/// Completes the names of profiles: sigvet's own and AWS's, as `--profile` accepts them.
pub fn profile_names() -> ArgValueCompleter {
    completer(|typed| {
        let environment = Environment::of_this_process();
        let own = own_names(&environment);
        let of_aws = aws_profiles(&environment).map(|(views, _)| views).unwrap_or_default();
        let spelled = of_aws.into_iter().map(|view| match own.contains(&view.name) || typed.starts_with(AWS) {
            true => format!("{AWS}{}", view.name),
            false => view.name,
        });
        let is_begun = Tool::ALL.iter().any(|tool| !typed.is_empty() && format!("{tool}:").starts_with(typed))
            || Tool::split(typed).is_some();
        let of_tools = if is_begun { tool_profiles(&environment).0 } else { Vec::new() };
        let of_tools = of_tools.iter().map(|found| found.entry.profile_name());
        own.iter().cloned().chain(spelled).chain(of_tools).collect()
    })
}

/// Completes the names in the profile file.
pub fn own_profile_names() -> ArgValueCompleter {
    completer(|_| own_names(&Environment::of_this_process()))
}

/// Completes the IDs of mistakes and of known server differences.
pub fn mistake_ids() -> ArgValueCompleter {
    completer(|_| {
        let differences = TABLE.iter().copied().flatten().map(|difference| difference.id);
        catalogue::all().map(|mistake| mistake.id).chain(differences).map(str::to_owned).collect()
    })
}

/// Completes files if the value begins with `@`.
pub fn files_after_at() -> ArgValueCompleter {
    files_after(|typed| typed.starts_with('@').then_some(1))
}

/// Completes files after the first `@`: `NAME@FILE`.
pub fn files_after_any_at() -> ArgValueCompleter {
    files_after(|typed| typed.find('@').map(|at| at + 1))
}

/// Completes files in a form field: `NAME=@FILE`, `NAME=<FILE`.
pub fn files_of_field() -> ArgValueCompleter {
    files_after(|typed| typed.find("=@").or_else(|| typed.find("=<")).map(|at| at + 2))
}

/// Completes with those results of `find` that begin with what was typed.
fn completer(find: fn(&str) -> Vec<String>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        // A name of another tool's file may hold what a terminal would obey.
        let is_shown = |name: &String| name.starts_with(typed.as_ref()) && !name.contains(char::is_control);
        let fitting = find(&typed).into_iter().filter(is_shown);
        fitting.map(CompletionCandidate::new).collect()
    })
}

/// Completes files, if `begin` finds where the file name begins in the value.
fn files_after(begin: fn(&str) -> Option<usize>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let split = typed.to_str().and_then(|typed| typed.split_at_checked(begin(typed)?));
        let Some((mark, path)) = split else { return Vec::new() };
        let files = PathCompleter::file().complete(OsStr::new(path));
        files.into_iter().map(|file| file.add_prefix(mark)).collect()
    })
}

/// The file name and the text of the script for each shell.
///
/// # Errors
/// Writing to memory fails.
pub fn registrations() -> io::Result<Vec<(String, Vec<u8>)>> {
    const SHELLS: [(&str, &dyn EnvCompleter); 5] = [
        ("sigvet.bash", &Bash),
        ("sigvet.elv", &Elvish),
        ("sigvet.fish", &Fish),
        ("sigvet.ps1", &Powershell),
        ("_sigvet", &Zsh),
    ];
    let registration = |(file, shell): (&str, &dyn EnvCompleter)| {
        let mut script = Vec::new();
        shell.write_registration("COMPLETE", "sigvet", "sigvet", "sigvet", &mut script)?;
        if file == "sigvet.bash" {
            script.extend_from_slice(include_bytes!("complete.bash"));
        }
        Ok((file.to_owned(), script))
    };
    SHELLS.into_iter().map(registration).collect()
}

fn own_names(environment: &Environment) -> Vec<String> {
    let location = Location::find(None, environment);
    let file = location.and_then(|location| ProfileFile::load(&location).ok().flatten());
    file.map(|file| file.profiles().iter().map(|profile| profile.name.clone()).collect()).unwrap_or_default()
}
