//! Loads certificates and unlocks their keys, and gets IAM Roles Anywhere sessions with them.

use super::passphrase::PassphraseSource;
use super::roles_anywhere::RolesAnywhere;
use super::session_error::SessionError;
use super::x509::{CertificateError, CertificateFiles, CertificateWarning, LoadedKey};
use super::{Environment, Outside, aws, secret};
use crate::files;
use sigvet_core::credentials::{Credentials, Secret};

/// The environment variable that contains the passphrase, unless an option names another place.
const PASSPHRASE: &str = "SIGVET_KEY_PASSPHRASE";

/// Maximum length of a passphrase, in bytes.
const LONGEST_PASSPHRASE: u64 = 64 * 1024;

/// A session to request, and the source of the passphrase for its key.
#[derive(Debug, Clone)]
pub struct CertificateSession {
    /// The session to request.
    pub session: RolesAnywhere,
    /// Where to get the passphrase, if the options or the profile say.
    pub passphrase: Option<PassphraseSource>,
}

/// Loads a certificate and its key. The passphrase is needed only if the key is encrypted. It comes from a source
/// that the user typed, otherwise from `SIGVET_KEY_PASSPHRASE`, otherwise from the profile's source, and otherwise the
/// user is asked.
///
/// # Errors
/// See [`SessionError`].
pub fn load_certified(
    files: &CertificateFiles,
    passphrase: Option<&PassphraseSource>,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<LoadedKey, SessionError> {
    match files.load(None, outside.now()) {
        Err(CertificateError::Encrypted { path }) => {
            let in_environment = || environment.get(PASSPHRASE).filter(|text| !text.is_empty()).map(Secret::new);
            let found = match passphrase {
                Some(source) if source.is_typed() => Some(fetch(source, environment)?),
                source => match (in_environment(), source) {
                    (Some(secret), _) => Some(secret),
                    (None, source) => source.map(|source| fetch(source, environment)).transpose()?,
                },
            };
            let found = found.or_else(|| outside.passphrase(&path));
            let found = found.ok_or(CertificateError::Encrypted { path })?;
            Ok(files.load(Some(&found), outside.now())?)
        }
        loaded => Ok(loaded?),
    }
}

/// Requests a session from IAM Roles Anywhere.
///
/// # Errors
/// See [`SessionError`].
pub fn create_session(
    session: &RolesAnywhere,
    passphrase: Option<&PassphraseSource>,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<(Credentials, Vec<CertificateWarning>), SessionError> {
    let region = session.check()?;
    let LoadedKey { key, warnings } = load_certified(&session.files, passphrase, environment, outside)?;
    Ok((aws::create_session(session, &region, &key, outside)?, warnings))
}

fn fetch(source: &PassphraseSource, environment: &Environment) -> Result<Secret, SessionError> {
    match source {
        PassphraseSource::Given(secret) => Ok(secret.clone()),
        PassphraseSource::Variable(name) => environment.get(name).map(Secret::new).ok_or_else(|| {
            SessionError::Passphrase(
                "the environment variable of the passphrase, passphrase_env, is not set".to_owned(),
            )
        }),
        PassphraseSource::File(path) => {
            let unreadable = |source| CertificateError::Unreadable { path: path.clone(), source };
            let read = files::read(path, LONGEST_PASSPHRASE).map_err(unreadable)?;
            one_line(&read.bytes).ok_or_else(|| {
                SessionError::Passphrase(format!("{} does not hold a passphrase on one line", path.display()))
            })
        }
        PassphraseSource::Command { program, arguments } => {
            let problem = |text: String| SessionError::Passphrase(format!("passphrase_command {text}"));
            let printed = secret::print_of(program, arguments).map_err(|error| problem(error.to_string()))?;
            one_line(&printed).ok_or_else(|| problem("did not print the passphrase on one line".to_owned()))
        }
    }
}

/// A single line without its line ending. `None` if the text is empty or has several lines.
fn one_line(bytes: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(bytes).ok()?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    (!line.is_empty() && !line.contains('\n')).then(|| Secret::new(line))
}
