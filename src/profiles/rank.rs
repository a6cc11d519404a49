//! What goes before what: the settings of a profile, or those of the environment.

use super::profile::Settings;

/// How a profile came to be chosen: what is named on the command line goes before the environment, the rest after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// By `--profile`.
    Named,
    /// By `AWS_PROFILE`, as the default, or as the last resort.
    Implied,
}

impl Rank {
    /// Merges a profile's settings with the environment's by this rank.
    pub(super) fn merge(self, profile: Settings, environment: Settings) -> Settings {
        match self {
            Self::Named => profile.or(environment),
            Self::Implied => environment.or(profile),
        }
    }
}
