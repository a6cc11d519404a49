//! How a command reports a failure: a message with its chain of causes, hints, and the documented exit code.

use std::error::Error;
use std::fmt;
use std::io;

/// Exit codes, which scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Success, or valid.
    Done = 0,
    /// `verify`, `explain`: the signature is not valid.
    NotValid = 1,
    /// Usage error, or unreadable input.
    Usage = 2,
    /// No usable credentials.
    NoCredentials = 3,
    /// The profile file is broken.
    BrokenProfiles = 4,
    /// `send`: the proxy's name does not resolve, or the proxy is invalid.
    ProxyNotFound = 5,
    /// `send`: the host name does not resolve.
    HostNotFound = 6,
    /// `send`: cannot connect to the host.
    CannotConnect = 7,
    /// `send`: the response ended before its announced length.
    CutOff = 18,
    /// `send --fail`: the server responded with status 400 or above.
    HttpError = 22,
    /// The output could not be written.
    CannotWrite = 23,
    /// A file to send could not be read.
    CannotRead = 26,
    /// `send`: a time limit was exceeded.
    TimedOut = 28,
    /// `send -C`: the server does not support range requests.
    RangeRefused = 33,
    /// `send`: the TLS handshake failed.
    TlsHandshake = 35,
    /// `send`: more redirects than allowed.
    TooManyRedirects = 47,
    /// `send`: the server closed the connection without a response.
    NothingReceived = 52,
    /// `send`: the request could not be sent or the response not received, or the body does not match its checksum.
    TransferFailed = 56,
    /// `send`: the client certificate or its key cannot be used.
    ClientCertificate = 58,
    /// `send`: the server's certificate is not trusted.
    TlsCertificate = 60,
    /// `send --compressed`: the encoding of the body is not supported, or the body is not in it.
    BadEncoding = 61,
    /// `send`: the file of trusted CA certificates cannot be used.
    BadRoots = 77,
    /// `send`: the SOCKS proxy refused to connect to the host.
    ProxyRefused = 97,
    /// `watch`: the program cannot be run.
    CannotRun = 126,
    /// `watch`: the program does not exist.
    NoProgram = 127,
}

/// Why a command failed: what is wrong, where, what was expected, the cause, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// The process's exit code.
    pub exit: Exit,
    /// Each error of the chain is one line in lower case without a full stop.
    error: anyhow::Error,
    hints: Vec<String>,
}

impl Failure {
    /// A failure with only a message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, error: anyhow::Error::msg(message.into()), hints: Vec::new() }
    }

    /// A usage error with a message.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A usage error with an underlying error.
    pub fn invalid(error: impl Into<anyhow::Error>) -> Self {
        Self::from_error(Exit::Usage, error)
    }

    /// A failure with an underlying error and all its causes.
    pub fn from_error(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hints: Vec::new() }
    }

    /// A failure with an underlying error and its place in front: a file, a line, or an option.
    pub fn located<E: Error + Send + Sync + 'static>(exit: Exit, place: impl Into<String>, error: E) -> Self {
        Self::from_error(exit, Located { place: place.into(), error })
    }

    /// Changes the exit code.
    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// Adds a message in front, of which this failure becomes the cause.
    #[must_use]
    pub fn context(self, message: impl Into<String>) -> Self {
        Self { error: self.error.context(message.into()), ..self }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.with_hints([hint])
    }

    /// Adds any number of hints.
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

    /// The hints, the most likely one first.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl From<io::Error> for Failure {
    /// Output that cannot be written. A closed pipe ends the command without an error, because nobody reads the
    /// output any more.
    fn from(error: io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::CannotWrite,
        };
        Self::from_error(exit, error).context("cannot write the output")
    }
}

impl fmt::Display for Failure {
    /// The whole chain on one line. A cause that the previous error already quotes is not repeated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = String::new();
        for error in self.error.chain() {
            let words = error.downcast_ref().and_then(plain_words);
            let text = words.map_or_else(|| error.to_string(), str::to_owned);
            if before.is_empty() {
                f.write_str(&text)?;
            } else if !before.contains(&text) {
                write!(f, ": {}{text}", if words.is_some() { "" } else { "caused by " })?;
            }
            before = text;
        }
        Ok(())
    }
}

/// The most common errors of the system, in words that do not depend on the platform.
fn plain_words(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        // The error has a text of its own.
        _ if error.get_ref().is_some() => None,
        io::ErrorKind::NotFound => Some("no such file or directory"),
        io::ErrorKind::PermissionDenied => Some("permission denied"),
        io::ErrorKind::IsADirectory => Some("it is a directory"),
        _ => None,
    }
}

/// An error with its place in front. Its causes are those of the error.
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
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: io::Error,
    }

    /// Catches a cause that is lost, and one that is printed twice.
    #[test]
    fn the_chain_is_one_line_with_every_cause_once() {
        let link = |text| Link { text, source: io::Error::other("bottom") };
        let failure = Failure::invalid(link("middle")).context("top");
        assert_eq!(failure.to_string(), "top: caused by middle: caused by bottom");
        assert_eq!(Failure::invalid(link("middle (bottom)")).to_string(), "middle (bottom)");
        let located = Failure::located(Exit::Usage, "file:1", link("middle"));
        assert_eq!(located.to_string(), "file:1: middle: caused by bottom");
        let missing = Failure::from_error(Exit::Usage, io::Error::from_raw_os_error(2)).context("cannot read x");
        assert_eq!(missing.to_string(), "cannot read x: no such file or directory");
        let own = Failure::invalid(io::Error::new(io::ErrorKind::NotFound, "no home")).context("cannot read x");
        assert_eq!(own.to_string(), "cannot read x: caused by no home");
    }

    #[test]
    fn hints_keep_their_order() {
        assert_eq!(Failure::usage("x").hint("a").context("y").hint("b").hints(), ["a", "b"]);
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        let exit = |kind: io::ErrorKind| Failure::from(io::Error::from(kind)).exit;
        assert_eq!(exit(io::ErrorKind::BrokenPipe), Exit::Done);
        assert_eq!(exit(io::ErrorKind::StorageFull), Exit::CannotWrite);
    }
}
