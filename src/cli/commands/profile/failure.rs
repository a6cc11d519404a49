//! Errors of `profiles` as the command line reports them: the exit code of the contract, and what to do about it.

use crate::cli::credentials::certified;
use crate::cli::credentials::words::{closing_command, describe_error, describe_source, hint_for_problem};
use crate::cli::failure::{Exit, Failure};
use crate::cli::shell::suggestion;
use crate::profiles::{AwsProvider, CommandProblem, Error, FailureKind, Source, Tool, ToolError};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            FailureKind::NoCredentials => Exit::NoCredentials,
            FailureKind::Broken => Exit::BrokenProfiles,
            FailureKind::Usage => Exit::Usage,
            FailureKind::Unwritable => Exit::CannotWrite,
        };
        let hint = hint(&error);
        let failure = match error {
            Error::Aws { asked, source } => {
                Self::from_error(exit, source).context(format!("{} provides no credentials", describe_source(&asked)))
            }
            error => match describe_error(&error) {
                Some(words) => Self::new(exit, words),
                None => Self::from_error(exit, error),
            },
        };
        failure.with_hints(hint)
    }
}

fn hint(error: &Error) -> Option<String> {
    if let Error::RolesAnywhere { source, .. } = error {
        return certified::hint(source);
    }
    let hint = match error {
        Error::NothingFound { of_tools, .. } if !of_tools.is_empty() => return Some(choice_of(of_tools)),
        Error::NothingFound { .. } => {
            "run 'sigvet profile add NAME', or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give -u KEY:SECRET"
        }
        Error::UserIncomplete => "a profile keeps the secret off the command line: 'sigvet profile add NAME'",
        Error::HalfTypedKey { .. } => {
            "-u KEY:SECRET gives both in one, and a profile keeps them out of the command line"
        }
        Error::UnusableKey { problem, place, .. } => hint_for_problem(*problem, place),
        Error::UnsetVariable { .. } => {
            "secret_env takes the name of a variable; secret_access_key takes the secret itself"
        }
        Error::Command { problem: CommandProblem::NotFound, .. } => {
            "secret_command takes a program and its arguments; secret_access_key takes the secret itself"
        }
        Error::HalfEnvironment { present, .. } => {
            return Some(format!("set both, or unset {present} to use a profile"));
        }
        Error::NoKeys { profile, .. } | Error::HalfProfile { profile, .. } => {
            let command = suggestion(&["sigvet", "profile", "add", "--force"], Some(profile));
            let command = command.unwrap_or_else(|| "'sigvet profile add --force NAME'".to_owned());
            return Some(format!("run {command} to write the profile again"));
        }
        Error::UnknownProfile { near, .. } if near.is_empty() => "list all profiles with 'sigvet profile list'",
        Error::MfaNeeded { .. } => {
            "pass the code with --mfa-code, or run the command in a terminal, which prompts for it"
        }
        Error::BrokenAwsProfile { .. } => "fix the line, or give the key with --profile, -u or the environment",
        Error::Tool(error) => return tool_hint(error),
        // Without the profile, the AWS CLI would renew the session of another one.
        Error::Aws { asked: Source::AwsProfile { name, provider: AwsProvider::Sso }, .. } => {
            let command = suggestion(&["aws", "sso", "login", "--profile"], Some(name));
            let command = command.unwrap_or_else(|| "'aws sso login' for this profile".to_owned());
            return Some(format!("run {command} to renew an expired session"));
        }
        Error::UntrustedCommand { path, .. } => {
            return Some(format!("make the file yours and unreadable to others: {}", closing_command(path)));
        }
        Error::MissingFile { .. } => "create it with 'sigvet profile add NAME'",
        Error::Command { .. } => "run the command by hand to see what it says",
        Error::AlreadyThere { .. } => "overwrite it with --force",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What to do with keys that other tools keep.
fn choice_of(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = names.get(..SHOWN).unwrap_or(names).join(", ");
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("use a key that another tool keeps with --profile ({shown}{more}), or run 'sigvet profile add NAME'")
}

fn tool_hint(error: &ToolError) -> Option<String> {
    let hint = match error {
        ToolError::NoFile { .. } => "list what there is with 'sigvet profile list --all'",
        ToolError::Unknown { near, .. } if near.is_empty() => "list what there is with 'sigvet profile list --all'",
        ToolError::Encrypted { .. } => {
            "make a copy without the password: run 'rclone config --config COPY' on a copy of the file, choose 'Set configuration password', then 'Unencrypt configuration', and set RCLONE_CONFIG to it"
        }
        ToolError::Twice { .. } => "rename one of the two, or remove it",
        ToolError::Several { .. } => "name the one of them that has the bucket",
        ToolError::NoKeys { entry } if entry.tool == Tool::Rclone => {
            "set its keys, or env_auth = true for those of AWS's chain; 'sigvet send --no-sign-request' sends without a key, as rclone does"
        }
        ToolError::NoKeys { entry } if entry.tool == Tool::Mc => {
            "set its keys with 'mc alias set'; 'sigvet send --no-sign-request' sends without a key, as mc does"
        }
        ToolError::NoKeys { .. } | ToolError::HalfKey { .. } => {
            "complete it with the tool, or run 'sigvet profile add NAME'"
        }
        ToolError::UnsetVariable { .. } => "set it, or write the value into the file",
        ToolError::Unsupported { .. } => "store a key of your own with 'sigvet profile add NAME'",
        ToolError::NothingToCopy { .. } => "use it in place, with --profile",
        _ => return None,
    };
    Some(hint.to_owned())
}
