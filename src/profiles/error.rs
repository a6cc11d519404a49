//! Why there are no credentials. No message contains a secret: only names, paths and positions are quoted.

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

/// Why there are no credentials, or why a profile was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No source has credentials.
    #[error(
        "no credentials found in the environment, {}or in AWS's own files and chain ({chain})",
        profile_file.as_ref().map(|path| format!("in {}, ", path.display())).unwrap_or_default(),
    )]
    NothingFound {
        /// The path of the profile file, whether the file exists or not.
        profile_file: Option<PathBuf>,
        /// How AWS's chain ended.
        chain: ChainEnd,
        /// Other tools' keys that could be used, by the names that `--profile` takes. None of them was chosen.
        of_tools: Vec<String>,
        /// Why AWS's chain ended there.
        source: Option<AwsCause>,
    },

    /// A typed `KEY:SECRET` has no colon, or nothing on one side of it.
    #[error("the key has no access key ID or no secret; expected KEY:SECRET")]
    UserIncomplete,

    /// A key typed in parts is incomplete: the ID or the secret is missing, or both are missing next to a token.
    #[error("only half of a key was given")]
    HalfTypedKey {
        /// The missing part.
        missing: KeyPart,
    },

    /// A part of a key has a value that it cannot have. The message does not quote it.
    #[error("a part of the key cannot be used")]
    UnusableKey {
        /// The part.
        part: KeyPart,
        /// What is wrong with it.
        problem: KeyProblem,
        /// Where the key comes from. The message does not name it.
        place: Source,
    },

    /// The environment contains only one half of a key.
    #[error("{present} is set but {missing} is not")]
    HalfEnvironment {
        /// The variable that is set.
        present: &'static str,
        /// The variable that is not set.
        missing: &'static str,
    },

    /// A profile contains only settings.
    #[error("profile '{profile}' in {} has no keys", path.display())]
    NoKeys {
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
    },

    /// A profile contains only one half of a key.
    #[error("profile '{profile}' in {} has {present} but no {missing}", path.display())]
    HalfProfile {
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
        /// The half that is there.
        present: &'static str,
        /// The half that is missing.
        missing: &'static str,
    },

    /// No profile has that name.
    #[error("no profile '{}' in {place}{}", without_options(profile), did_you_mean(near))]
    UnknownProfile {
        /// The requested name.
        profile: String,
        /// Where the profile was looked for.
        place: String,
        /// Similar names, as `--profile` takes them.
        near: Vec<String>,
    },

    /// The default in the profile file is a profile that the file does not contain.
    #[error("{}: the default profile '{profile}' is not in the file{}", path.display(), did_you_mean(near))]
    UnknownDefault {
        /// The name given by `default`.
        profile: String,
        /// The profile file.
        path: PathBuf,
        /// Similar names.
        near: Vec<String>,
    },

    /// The keys of another tool cannot be used.
    #[error(transparent)]
    Tool(Box<ToolError>),

    /// A section of AWS's own files that belongs to a profile cannot be parsed.
    #[error("{}, line {line}: {message}, so aws profile '{profile}' cannot be used", path.display())]
    BrokenAwsProfile {
        /// The profile.
        profile: String,
        /// The file.
        path: PathBuf,
        /// The line number, starting at 1.
        line: usize,
        /// What is wrong with the line. The line itself is not quoted, because it may be a secret.
        message: &'static str,
    },

    /// A profile in AWS's own files names a section that the files do not contain.
    #[error("aws profile '{profile}': there is no section [{section}]")]
    MissingAwsSection {
        /// The profile.
        profile: String,
        /// The section.
        section: String,
    },

    /// A role requires the code of an MFA device, and there is nobody to ask for it.
    #[error("aws profile '{profile}' needs the code of the MFA device {serial}")]
    MfaNeeded {
        /// The profile.
        profile: String,
        /// The MFA device.
        serial: String,
    },

    /// A profile in AWS's own files says nothing about credentials.
    #[error("aws profile '{profile}': it has no credentials")]
    NoAwsCredentials {
        /// The profile.
        profile: String,
    },

    /// IAM Roles Anywhere returned no session for a profile's certificate.
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
        /// The source that failed. The message does not name it.
        asked: Source,
        /// The failure.
        source: AwsCause,
    },

    /// The profile file does not parse, or contains something that is not allowed.
    #[error("{}{}: {message}", path.display(), At(*position))]
    Malformed {
        /// The profile file.
        path: PathBuf,
        /// Line and column, starting at 1.
        position: Option<(usize, usize)>,
        /// What is wrong. The text itself is not quoted, because it may be a secret.
        message: String,
    },

    /// The profile file was named explicitly but does not exist. A script that names a file means that file;
    /// continuing with other credentials would sign with the wrong key.
    #[error("profile file {} does not exist", path.display())]
    MissingFile {
        /// The profile file.
        path: PathBuf,
    },

    /// A file exists but cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },

    /// `secret_command` did not print a secret.
    #[error(
        "secret_command{} of profile '{profile}' {problem}",
        as_program_name(program).map(|program| format!(" '{program}'")).unwrap_or_default(),
    )]
    Command {
        /// The profile's name.
        profile: String,
        /// The program, without its arguments. It is shown only if it can be nothing other than a program.
        program: String,
        /// What went wrong.
        #[source]
        problem: CommandProblem,
    },

    /// A command is in a file that somebody else may have written.
    #[error("{property} of profile '{profile}' is not run: others can write to {}, or it belongs to another user", path.display())]
    UntrustedCommand {
        /// The name of the property: `secret_command` or `credential_process`.
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
        /// The variable. It is shown only if it can be nothing other than a name.
        variable: String,
    },

    /// There is no directory in which to look for the profile file.
    #[error("no location for the profile file: this user has no configuration directory")]
    NoConfigDirectory,

    /// Another process wrote the profile file while it was edited.
    #[error("{} was changed by another process in the meantime", path.display())]
    ChangedMeanwhile {
        /// The profile file.
        path: PathBuf,
    },

    /// A profile of that name already exists.
    #[error("profile '{profile}' is already in {}", path.display())]
    AlreadyThere {
        /// The profile's name.
        profile: String,
        /// The profile file.
        path: PathBuf,
    },

    /// The name is not a valid profile name.
    #[error("invalid profile name: {reason}")]
    InvalidName {
        /// Why the name is invalid.
        reason: &'static str,
    },

    /// The profile file could not be written, and is unchanged.
    #[error("cannot write {}", path.display())]
    Unwritable {
        /// The profile file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl From<ToolError> for Error {
    fn from(error: ToolError) -> Self {
        Self::Tool(Box::new(error))
    }
}

impl Error {
    /// The class of the error, for scripts.
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

/// How a `secret_command` failed. Its standard output is never included.
#[derive(Debug, thiserror::Error)]
pub enum CommandProblem {
    /// There is no such program in `PATH`.
    #[error("was not found")]
    NotFound,
    /// The system could not run the program.
    #[error("could not be run")]
    CannotStart(#[source] io::Error),
    /// The system lost track of the program while it ran.
    #[error("broke off")]
    Lost(#[source] io::Error),
    /// The program ended with this status.
    #[error("failed with {0}")]
    Failed(ExitStatus),
    /// The program ended with this status, and said why.
    #[error("failed with {0}: {1}")]
    FailedSaying(ExitStatus, String),
    /// The program did not end within this many seconds.
    #[error("did not end within {0} s")]
    TimedOut(u64),
    /// The program printed nothing.
    #[error("printed nothing")]
    Empty,
    /// The program printed more than one line.
    #[error("printed several lines; expected the secret alone")]
    SeveralLines,
    /// The program printed bytes that are not UTF-8, or far too many bytes.
    #[error("printed something that is not a line of text")]
    NotText,
}

struct At(Option<(usize, usize)>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |(line, column)| write!(f, ":{line}:{column}"))
    }
}
