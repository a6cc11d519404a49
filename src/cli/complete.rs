//! What the shell offers when a user presses Tab, beyond what the options themselves say: the names of profiles.

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::profiles::{Environment, Location, ProfileFile};

/// Offers the names in the profile file.
pub fn profile_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| names().into_iter().map(CompletionCandidate::new).collect())
}

fn names() -> Vec<String> {
    let location = Location::find(None, &Environment::of_this_process());
    let file = location.and_then(|location| ProfileFile::load(&location).ok().flatten());
    file.map(|file| file.profiles().iter().map(|profile| profile.name.clone()).collect()).unwrap_or_default()
}
