//! Lists the profiles in AWS's files as they are written there, without secrets and without settings from the
//! environment.

use std::path::PathBuf;

use super::files::AwsFiles;
use super::means::{Means, Place};
use super::settings;
use crate::profiles::profile::Settings;
use crate::profiles::{AwsProvider, Environment, Error, Warning};

/// A profile of AWS's files, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsView {
    /// The profile's name.
    pub name: String,
    /// The access key ID, if it is in the files.
    pub access_key_id: Option<String>,
    /// How the profile gets its keys. `None` if it says nothing about keys.
    pub provider: Option<AwsProvider>,
    /// The other settings.
    pub settings: Settings,
    /// The files that contain the profile.
    pub files: Vec<PathBuf>,
}

/// The profiles in AWS's files, sorted by name, and warnings about sections that could not be parsed.
///
/// # Errors
/// A file exists but cannot be read.
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
