//! Whether a profile's settings or the environment's take precedence.

use super::profile::Settings;

/// How a profile was chosen. One named on the command line takes precedence over the environment; any other does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// With `--profile`.
    Named,
    /// With `AWS_PROFILE`, as the default, or as the last resort.
    Implied,
}

impl Rank {
    /// Merges a profile's settings with the environment's according to this rank.
    pub(super) fn merge(self, profile: Settings, environment: Settings) -> Settings {
        match self {
            Self::Named => profile.or(environment),
            Self::Implied => environment.or(profile),
        }
    }
}
