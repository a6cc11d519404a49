//! `--normalize-path` and `--encode-path`: a path rule other than the service's.

use clap::{Args, ValueEnum};

use sigvet_core::canonical::{PathEncoding, PathNormalization, PathRule};

/// How the path is signed, where it is not as the service has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct PathOptions {
    /// Remove empty and dot segments from the path before signing; by default for all services but the S3 family
    #[arg(long, value_name = "YES|NO", value_enum, help_heading = "Signing")]
    normalize_path: Option<YesNo>,

    /// Percent-encode the path once or twice; by default once for the S3 family, twice for all else
    #[arg(long, value_name = "ONCE|TWICE", value_enum, help_heading = "Signing")]
    encode_path: Option<Times>,
}

impl PathOptions {
    /// The rule from the options, completed with that of S3; `None` if there is no such option.
    pub fn or_none(self) -> Option<PathRule> {
        (self != Self::default()).then(|| self.or(PathRule::S3))
    }

    /// The rule from the options, completed with the given one.
    pub fn or(self, rule: PathRule) -> PathRule {
        PathRule {
            plus: rule.plus,
            encoding: self.encode_path.map_or(rule.encoding, PathEncoding::from),
            normalization: self.normalize_path.map_or(rule.normalization, PathNormalization::from),
        }
    }
}

/// `yes` or `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

/// `once` or `twice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Times {
    Once,
    Twice,
}

impl From<YesNo> for PathNormalization {
    fn from(answer: YesNo) -> Self {
        match answer {
            YesNo::Yes => Self::Normalized,
            YesNo::No => Self::Verbatim,
        }
    }
}

impl From<Times> for PathEncoding {
    fn from(times: Times) -> Self {
        match times {
            Times::Once => Self::Once,
            Times::Twice => Self::Twice,
        }
    }
}
