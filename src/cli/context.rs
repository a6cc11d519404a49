//! What the command line takes from the process it runs in: environment, clock, streams, terminal.
//!
//! Commands read nothing of this themselves, so that a test can hand them a world of its own.

use std::io::{IsTerminal, Read, Write};

use crate::profiles::Environment;
use crate::time::Timestamp;

/// The world around a command.
pub struct Context {
    /// Environment variables and the user's directories.
    pub environment: Environment,
    /// The clock, read once.
    pub now: Timestamp,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Whether a person sits at standard input.
    pub stdin_is_terminal: bool,
    /// Whether a person reads standard error.
    pub stderr_is_terminal: bool,
    /// Standard output: the result, and nothing else.
    pub stdout: Box<dyn Write>,
    /// Standard error: warnings, notes, progress.
    pub stderr: Box<dyn Write>,
    /// Standard error, while nothing is said there.
    pub spoken: Option<Box<dyn Write>>,
}

impl Context {
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
        Self {
            environment: Environment::of_this_process(),
            now: now(),
            stdin_is_terminal: stdin.is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdin: Box::new(stdin),
            // Not through anstream: it would take what looks like colour out of the bytes of a response.
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(anstream::stderr()),
            spoken: None,
        }
    }
}

/// The clock as it stands now: for what is signed again after a while.
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_seconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}
