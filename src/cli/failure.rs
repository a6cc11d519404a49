//! How a command ends when it cannot do its work: one message, often a hint, and the exit code of the contract.

use std::fmt;

/// Exit codes, as scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or valid.
    Done = 0,
    /// `verify`, `explain`: the signature is not valid.
    NotValid = 1,
    /// Usage, or unreadable input.
    Usage = 2,
    /// No usable credentials.
    NoCredentials = 3,
    /// The profile file is broken.
    BrokenProfiles = 4,
    /// `send`: the host name does not resolve.
    HostNotFound = 6,
    /// `send`: no connection to the host.
    CannotConnect = 7,
    /// `send`: the response ended before its length was reached.
    CutOff = 18,
    /// `send --fail`: the server answered with status 400 or above.
    HttpError = 22,
    /// The output could not be written.
    CannotWrite = 23,
    /// A file to send could not be read.
    CannotRead = 26,
    /// `send`: out of time.
    TimedOut = 28,
    /// `send`: the TLS handshake failed.
    TlsHandshake = 35,
    /// `send`: more redirects than were allowed.
    TooManyRedirects = 47,
    /// `send`: the server answered nothing, or broke off.
    NothingReceived = 52,
    /// `send`: the request could not be written, or its answer not read; what arrived is not what its checksum says.
    TransferFailed = 56,
    /// `send`: the server's certificate is not trusted.
    TlsCertificate = 60,
    /// `send`: the file of certificates to believe is not to be used.
    BadRoots = 77,
}

/// Why a command stopped: what, where, what was expected; and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The process's exit code.
    pub exit: Exit,
    /// One line, lower case, no full stop.
    pub message: String,
    /// What to try, where there is something.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// A failure of what was typed.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The same failure with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<std::io::Error> for Failure {
    /// Output that cannot be written. Nobody reads any more of a closed pipe: that is the end, and no failure.
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::new(Exit::Done, ""),
            _ => Self::new(Exit::CannotWrite, format!("cannot write the output: {error}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
