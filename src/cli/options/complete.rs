//! What the shell offers when a user presses Tab, beyond what the options themselves say: the names of profiles.
//!
//! The shells are told by small scripts that ask `sigvet` itself, found in `PATH`, at each press; a test compares them
//! with those in `completions/`.

use std::io;

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::profiles::{Environment, Location, ProfileFile};

/// Offers the names in the profile file.
pub fn profile_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| names().into_iter().map(CompletionCandidate::new).collect())
}

/// The file and the text of the script for each shell.
///
/// # Errors
/// None that memory does not give.
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
        Ok((file.to_owned(), script))
    };
    SHELLS.into_iter().map(registration).collect()
}

fn names() -> Vec<String> {
    let location = Location::find(None, &Environment::of_this_process());
    let file = location.and_then(|location| ProfileFile::load(&location).ok().flatten());
    file.map(|file| file.profiles().iter().map(|profile| profile.name.clone()).collect()).unwrap_or_default()
}
