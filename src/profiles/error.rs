//! Why there are no credentials. No text here carries a secret: what is quoted are names, paths and positions.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::aws_cause::{AwsCause, ChainEnd};
use super::failure_kind::FailureKind;
use super::near::did_you_mean;
use super::session_error::SessionError;
use super::shape::{as_program_name, as_variable_name, without_options};
use super::tool_error::ToolError;
use super::{KeyPart, KeyProblem, Source};

/// Why there are no credentials, or why a profile was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Every place was looked at.
    #[error(
        "no credentials found in the environment, {}or in AWS's own files and chain ({chain})",
        profile_file.as_ref().map(|path| format!("in {}, ", path.display())).unwrap_or_default(),
    )]
    NothingFound {
        /// The profile file, whether it is there or not.
        profile_file: Option<PathBuf>,
        /// How AWS's chain ended.
        chain: ChainEnd,
        /// The keys that other tools keep, as `--profile` names them: nobody has chosen one.
        of_tools: Vec<String>,
        /// Why its end was not there.
        source: Option<AwsCause>,
    },

    /// A typed `KEY:SECRET` without a colon, or with nothing on one side of it.
    #[error("the key has no access key ID or no secret; expected KEY:SECRET")]
    UserIncomplete,

    /// A key that was typed in parts lacks one: the ID, the secret, or both of a token.
    #[error("only half of a key was given")]
    HalfTypedKey {
        /// The part that is not there.
        missing: KeyPart,
    },

    /// A part of a key cannot be what it is given as. The part is not quoted.
    #[error("a part of the key cannot be used")]
    UnusableKey {
        /// The part.
        part: KeyPart,
        /// What is wrong with it.
        problem: KeyProblem,
        /// Where the key is from; the error's text does not name it.
        place: Source,
    },

    /// The environment holds one half of a key.
    #[error("{present} is set but {missing} is not")]
    HalfEnvironment {
        /// The variable that is there.
        present: &'static str,
        /// The variable that is not.
        missing: &'static str,
    },

    /// A profile holds settings only.
    #[error("profile '{profile}' in {} has no keys", path.display())]
    NoKeys {
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
    },

    /// A profile holds one half of a key.
    #[error("profile '{profile}' in {} has {present} but no {missing}", path.display())]
    HalfProfile {
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
        /// The half that is there.
        present: &'static str,
        /// The half that is not.
        missing: &'static str,
    },

    /// No profile has that name.
    #[error("no profile '{}' in {place}{}", without_options(profile), did_you_mean(near))]
    UnknownProfile {
        /// The name that was asked for.
        profile: String,
        /// Where it was looked for.
        place: String,
        /// Names like it, as `--profile` takes them.
        near: Vec<String>,
    },

    /// The profile file calls a profile the default that it does not hold.
    #[error("{}: the default profile '{profile}' is not in the file{}", path.display(), did_you_mean(near))]
    UnknownDefault {
        /// The name that `default` gives.
        profile: String,
        /// The profile file.
        path: PathBuf,
        /// Names like it.
        near: Vec<String>,
    },

    /// The keys of another tool cannot be used.
    #[error(transparent)]
    Tool(Box<ToolError>),

    /// A section of AWS's own files that has to do with a profile cannot be read.
    #[error("{}, line {line}: {message}, so aws profile '{profile}' cannot be used", path.display())]
    BrokenAwsProfile {
        /// The profile.
        profile: String,
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it, without its text: it may be a secret.
        message: &'static str,
    },

    /// A profile of AWS's own files names a section that they do not hold.
    #[error("aws profile '{profile}': there is no section [{section}]")]
    MissingAwsSection {
        /// The profile.
        profile: String,
        /// The section.
        section: String,
    },

    /// A role wants the code of an MFA device, and there is nobody to ask for it.
    #[error("aws profile '{profile}' needs the code of the MFA device {serial}")]
    MfaNeeded {
        /// The profile.
        profile: String,
        /// The device.
        serial: String,
    },

    /// A profile of AWS's own files says nothing of credentials.
    #[error("aws profile '{profile}': it has no credentials")]
    NoAwsCredentials {
        /// The profile.
        profile: String,
    },

    /// IAM Roles Anywhere gives no session to a profile's certificate.
    #[error("profile '{profile}' provides no credentials")]
    RolesAnywhere {
        /// The profile's name.
        profile: String,
        /// Why.
        source: SessionError,
    },

    /// AWS's own chain failed.
    #[error("AWS's credential chain provides no credentials")]
    Aws {
        /// Which part of it; the error's text does not name it.
        asked: Source,
        /// What it says.
        source: AwsCause,
    },

    /// The profile file does not parse, or holds what it must not.
    #[error("{}{}: {message}", path.display(), At(*position))]
    Malformed {
        /// The profile file.
        path: PathBuf,
        /// Line and column, from 1.
        position: Option<(usize, usize)>,
        /// What is wrong, without the text that is wrong: it may be a secret.
        message: String,
    },

    /// The profile file was named, and is not there. A script that names a file means that file: to go on with other
    /// credentials would sign with the wrong key.
    #[error("profile file {} does not exist", path.display())]
    MissingFile {
        /// The profile file.
        path: PathBuf,
    },

    /// A file is there and cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },

    /// `secret_command` gave no secret.
    #[error(
        "secret_command{} of profile '{profile}' {problem}",
        as_program_name(program).map(|program| format!(" '{program}'")).unwrap_or_default(),
    )]
    Command {
        /// The profile's name.
        profile: String,
        /// The program, without its arguments. It is shown if it can be nothing else than a program.
        program: String,
        /// What went wrong.
        #[source]
        problem: CommandProblem,
    },

    /// A command stands in a file that somebody else may have written.
    #[error("{property} of profile '{profile}' is not run: others can write to {}, or it belongs to another user", path.display())]
    UntrustedCommand {
        /// What it is called there: `secret_command`, `credential_process`.
        property: &'static str,
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
    },

    /// `secret_env` names a variable that is not set.
    #[error(
        "the environment variable{}, secret_env of profile '{profile}', is not set",
        as_variable_name(variable).map_or(String::new(), |name| format!(" {name}")),
    )]
    UnsetVariable {
        /// The profile's name.
        profile: String,
        /// The variable. It is shown if it can be nothing else than a name.
        variable: String,
    },

    /// There is no directory to look for the profile file in.
    #[error("no location for the profile file: this user has no configuration directory")]
    NoConfigDirectory,

    /// Another process wrote the profile file while it was edited.
    #[error("{} was changed by another process in the meantime", path.display())]
    ChangedMeanwhile {
        /// The profile file.
        path: PathBuf,
    },

    /// `add` found a profile of that name.
    #[error("profile '{profile}' is already in {}", path.display())]
    AlreadyThere {
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
    },

    /// A name that no profile can have.
    #[error("invalid profile name: {reason}")]
    InvalidName {
        /// Why not.
        reason: &'static str,
    },

    /// The profile file could not be written; it is as it was.
    #[error("cannot write {}", path.display())]
    Unwritable {
        /// The profile file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl From<ToolError> for Error {
    fn from(error: ToolError) -> Self {
        Self::Tool(Box::new(error))
    }
}

impl Error {
    /// What the error means to a script.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Tool(error) => error.kind(),
            Self::RolesAnywhere { source: SessionError::Invalid(_), .. }
            | Self::Malformed { .. }
            | Self::MissingFile { .. }
            | Self::Unreadable { .. }
            | Self::UntrustedCommand { .. }
            | Self::UnknownDefault { .. } => FailureKind::Broken,
            Self::UnusableKey { place: Source::User | Source::Options, .. } => FailureKind::Usage,
            Self::UserIncomplete | Self::HalfTypedKey { .. } | Self::AlreadyThere { .. } | Self::InvalidName { .. } => {
                FailureKind::Usage
            }
            Self::Unwritable { .. } | Self::NoConfigDirectory | Self::ChangedMeanwhile { .. } => {
                FailureKind::Unwritable
            }
            _ => FailureKind::NoCredentials,
        }
    }
}

/// How a `secret_command` failed. What it printed is never part of it.
#[derive(Debug, thiserror::Error)]
pub enum CommandProblem {
    /// No such program in `PATH`.
    #[error("was not found")]
    NotFound,
    /// The system would not run it.
    #[error("could not be run")]
    CannotStart(#[source] io::Error),
    /// The system lost it while it ran.
    #[error("broke off")]
    Lost(#[source] io::Error),
    /// It ended with this status.
    #[error("failed with {0}")]
    Failed(ExitStatus),
    /// It did not end within so many seconds.
    #[error("did not end within {0} s")]
    TimedOut(u64),
    /// It printed nothing.
    #[error("printed nothing")]
    Empty,
    /// It printed more than one line.
    #[error("printed several lines; expected the secret alone")]
    SeveralLines,
    /// It printed bytes that are not UTF-8, or far too many.
    #[error("printed something that is not a line of text")]
    NotText,
}

struct At(Option<(usize, usize)>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |(line, column)| write!(f, ":{line}:{column}"))
    }
}
