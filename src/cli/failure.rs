//! How a command ends when it cannot do its work: a message with the chain of its causes, hints, and the exit code of the contract.

use std::error::Error;
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
    /// `send`: the proxy's name does not resolve, or is none.
    ProxyNotFound = 5,
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
    /// `send -C`: the server does not send a part of the object.
    RangeRefused = 33,
    /// `send`: the TLS handshake failed.
    TlsHandshake = 35,
    /// `send`: more redirects than were allowed.
    TooManyRedirects = 47,
    /// `send`: the server answered nothing, or broke off.
    NothingReceived = 52,
    /// `send`: the request could not be written, or its answer not read; what arrived is not what its checksum says.
    TransferFailed = 56,
    /// `send`: the client certificate, or its key, cannot be used.
    ClientCertificate = 58,
    /// `send`: the server's certificate is not trusted.
    TlsCertificate = 60,
    /// `send --compressed`: the body is encoded in a way that is not known, or is not what it says.
    BadEncoding = 61,
    /// `send`: the file of certificates to believe is not to be used.
    BadRoots = 77,
    /// `send`: the SOCKS proxy does not connect to the host.
    ProxyRefused = 97,
    /// `watch`: the program cannot be run.
    CannotRun = 126,
    /// `watch`: there is no such program.
    NoProgram = 127,
}

/// Why a command stopped: what, where, what was expected, what caused it; and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// The process's exit code.
    pub exit: Exit,
    /// Each error of the chain is one line in lower case without a full stop.
    error: anyhow::Error,
    hints: Vec<String>,
}

impl Failure {
    /// A failure that nothing but the message explains.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, error: anyhow::Error::msg(message.into()), hints: Vec::new() }
    }

    /// A failure of what was typed.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A failure of what was typed, which an error explains.
    pub fn invalid(error: impl Into<anyhow::Error>) -> Self {
        Self::from_error(Exit::Usage, error)
    }

    /// A failure that an error explains, with all that caused it.
    pub fn from_error(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hints: Vec::new() }
    }

    /// A failure that an error explains, with the place of it in front: a file, a line, an option.
    pub fn located<E: Error + Send + Sync + 'static>(exit: Exit, place: impl Into<String>, error: E) -> Self {
        Self::from_error(exit, Located { place: place.into(), error })
    }

    /// The same failure with another exit code.
    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The same failure as the cause of what this message says.
    #[must_use]
    pub fn context(self, message: impl Into<String>) -> Self {
        Self { error: self.error.context(message.into()), ..self }
    }

    /// The same failure with another hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.with_hints([hint])
    }

    /// The same failure with more hints, or none.
    #[must_use]
    pub fn with_hints(mut self, hints: impl IntoIterator<Item: Into<String>>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// The message and the hints on one line, for a log or a reply.
    pub fn to_line(&self) -> String {
        match self.hints.is_empty() {
            true => self.to_string(),
            false => format!("{self} ({})", self.hints.join("; ")),
        }
    }

    /// What to try, the most likely first.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl From<std::io::Error> for Failure {
    /// Output that cannot be written. Nobody reads any more of a closed pipe: that is the end, and no failure.
    fn from(error: std::io::Error) -> Self {
        let exit = match error.kind() {
            std::io::ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::CannotWrite,
        };
        Self::from_error(exit, error).context("cannot write the output")
    }
}

impl fmt::Display for Failure {
    /// The whole chain on one line. A cause that the error before it already quotes is not repeated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = String::new();
        for error in self.error.chain() {
            let text = error.to_string();
            if before.is_empty() {
                f.write_str(&text)?;
            } else if !before.contains(&text) {
                write!(f, ": caused by {text}")?;
            }
            before = text;
        }
        Ok(())
    }
}

/// An error with its place in front, which changes nothing of what caused it.
#[derive(Debug)]
struct Located<E> {
    place: String,
    error: E,
}

impl<E: fmt::Display> fmt::Display for Located<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.error)
    }
}

impl<E: Error> Error for Located<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: io::Error,
    }

    /// Catches a cause that gets lost, and one that is said twice.
    #[test]
    fn the_chain_is_one_line_with_every_cause_once() {
        let link = |text| Link { text, source: io::Error::other("bottom") };
        let failure = Failure::invalid(link("middle")).context("top");
        assert_eq!(failure.to_string(), "top: caused by middle: caused by bottom");
        assert_eq!(Failure::invalid(link("middle (bottom)")).to_string(), "middle (bottom)");
        let located = Failure::located(Exit::Usage, "file:1", link("middle"));
        assert_eq!(located.to_string(), "file:1: middle: caused by bottom");
    }

    #[test]
    fn hints_keep_their_order() {
        assert_eq!(Failure::usage("x").hint("a").context("y").hint("b").hints(), ["a", "b"]);
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let exit = |kind: io::ErrorKind| Failure::from(io::Error::from(kind)).exit;
        assert_eq!(exit(io::ErrorKind::BrokenPipe), Exit::Done);
        assert_eq!(exit(io::ErrorKind::StorageFull), Exit::CannotWrite);
    }
}
