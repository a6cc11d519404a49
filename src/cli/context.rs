//! What the command line takes from the process it runs in: environment, clock, streams, terminal.
//!
//! Commands read nothing of this themselves, so that a test can hand them a world of its own.

use std::io::{IsTerminal, Read, Write};

use crate::cli::secrets::{KnownSecrets, Veil};
use crate::profiles::Environment;
use sigvet_core::time::Timestamp;

/// The world around a command.
pub struct Context {
    /// Environment variables and the user's directories.
    pub environment: Environment,
    /// The clock, read once.
    pub now: Timestamp,
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// Whether a person sits at standard input.
    pub stdin_is_terminal: bool,
    /// Whether a person reads standard error.
    pub stderr_is_terminal: bool,
    /// Whether standard output is a terminal that shows colours, and the user wants them.
    pub stdout_takes_colour: bool,
    /// Standard output: the result, and nothing else.
    pub stdout: Box<dyn Write>,
    /// Standard error: warnings, notes, progress.
    pub stderr: Box<dyn Write>,
    /// What standard error does not show.
    pub secrets: KnownSecrets,
    /// Standard error, while nothing is said there.
    spoken: Option<Box<dyn Write>>,
}

impl Context {
    /// Gives standard input away: to be read later, and by nobody else.
    pub fn take_stdin(&mut self) -> Box<dyn Read + Send> {
        std::mem::replace(&mut self.stdin, Box::new(std::io::empty()))
    }

    /// Says no more on standard error, until it is told to again.
    pub fn hush(&mut self) {
        if self.spoken.is_none() {
            self.spoken = Some(std::mem::replace(&mut self.stderr, Box::new(std::io::sink())));
        }
    }

    /// Says things on standard error again.
    pub fn unhush(&mut self) {
        if let Some(stderr) = self.spoken.take() {
            self.stderr = stderr;
        }
    }

    /// The real one.
    pub fn of_this_process() -> Self {
        let stdin = std::io::stdin();
        let secrets = KnownSecrets::default();
        Self {
            environment: Environment::of_this_process(),
            now: now(),
            stdin_is_terminal: stdin.is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdout_takes_colour: anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
            stdin: Box::new(stdin),
            // Not through anstream: it would take what looks like colour out of the bytes of a response.
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(Veil::new(anstream::stderr(), secrets.clone())),
            secrets,
            spoken: None,
        }
    }
}

/// The clock as it stands now: for what is signed again after a while.
pub fn now() -> Timestamp {
    // A clock that stands before 1970 is as wrong as one that stands at it, which servers refuse.
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_seconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// A world for tests: no terminal, no clock, and streams that can be looked at.
#[cfg(test)]
pub(crate) mod testing {
    use std::cell::RefCell;
    use std::io::{self, Cursor, Write};
    use std::rc::Rc;

    use super::Context;
    use crate::cli::secrets::KnownSecrets;
    use crate::profiles::Environment;
    use sigvet_core::time::Timestamp;

    /// A stream that keeps what was written.
    #[derive(Clone, Default)]
    pub(crate) struct Buffer(Rc<RefCell<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Buffer {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).unwrap()
        }
    }

    /// The world at the beginning of 1970, with its standard output and standard error.
    pub(crate) fn context(environment: Environment, stdin: &str) -> (Context, Buffer, Buffer) {
        let (stdout, stderr) = (Buffer::default(), Buffer::default());
        let context = Context {
            environment,
            now: Timestamp::from_epoch_seconds(0),
            stdin: Box::new(Cursor::new(stdin.to_owned())),
            stdin_is_terminal: false,
            stderr_is_terminal: false,
            stdout_takes_colour: false,
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            secrets: KnownSecrets::default(),
            spoken: None,
        };
        (context, stdout, stderr)
    }
}
