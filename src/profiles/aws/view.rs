//! The profiles of AWS's files as they stand there, for whoever lists them: nothing of the environment is mixed in, and no
//! secret.

use std::path::PathBuf;

use super::files::AwsFiles;
use super::means::{Means, Place};
use super::settings;
use crate::profiles::profile::Settings;
use crate::profiles::{AwsProvider, Environment, Error, Warning};

/// A profile of AWS's files, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsView {
    /// Its name.
    pub name: String,
    /// The public half of its key, where it stands in the files.
    pub access_key_id: Option<String>,
    /// How it comes by its keys; `None` where it says nothing of any.
    pub provider: Option<AwsProvider>,
    /// What it says besides.
    pub settings: Settings,
    /// The files that it stands in.
    pub files: Vec<PathBuf>,
}

/// The profiles of AWS's files in the order of their names, and what could not be read of them.
///
/// # Errors
/// A file is there and cannot be read.
pub fn aws_profiles(environment: &Environment) -> Result<(Vec<AwsView>, Vec<Warning>), Error> {
    let files = AwsFiles::load(environment)?;
    let views = files.names().filter_map(|name| view(&files, name, environment));
    Ok((views.collect(), files.warnings()))
}

fn view(files: &AwsFiles, name: &str, environment: &Environment) -> Option<AwsView> {
    let profile = files.profile(name).ok()??;
    let provider = match profile.means(Place::Chosen) {
        Some(Means::Asked(provider)) => Some(provider),
        Some(Means::Static(_) | Means::Half { .. }) => Some(AwsProvider::Static),
        None => None,
    };
    Some(AwsView {
        name: name.to_owned(),
        access_key_id: profile.text("aws_access_key_id").map(str::to_owned),
        provider,
        settings: settings::own(files, name, profile, environment).unwrap_or_default(),
        files: files.places_of(profile),
    })
}
