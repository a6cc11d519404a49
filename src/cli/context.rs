//! Everything that the command line takes from its process: environment, clock, streams, terminal.
//!
//! Commands read none of these themselves, so that tests can run them with their own context.

use std::io::{IsTerminal, Read, Write};

use crate::cli::screen::{Data, Palette, Reader, Screen};
use crate::cli::secrets::KnownSecrets;
use crate::platform;
use crate::profiles::Environment;
use crate::transport::Options;
use sigvet_core::time::Timestamp;

/// The context in which a command runs.
pub struct Context {
    /// Environment variables and the user's directories.
    pub environment: Environment,
    /// The clock, read once.
    pub now: Timestamp,
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// Whether standard input is a terminal.
    pub stdin_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// Standard output, only for results. It is coloured if it is a terminal that supports colours and the user
    /// wants them.
    pub stdout: Screen,
    /// Standard error: warnings, notes, progress.
    pub stderr: Screen,
    /// How to connect when requesting credentials.
    pub connection: Options,
    /// Secrets that standard error does not show.
    pub secrets: KnownSecrets,
    /// The real standard error while messages are suppressed.
    spoken: Option<Screen>,
}

impl Context {
    /// Takes standard input, to be read later by the caller only.
    pub fn take_stdin(&mut self) -> Box<dyn Read + Send> {
        std::mem::replace(&mut self.stdin, Box::new(Shared { inner: Box::new(std::io::empty()), is_read: true }))
    }

    /// Lets several transfers read from standard input, of which only one can get it.
    pub fn share_stdin(&mut self) {
        self.stdin = Box::new(Shared { inner: self.take_stdin(), is_read: false });
    }

    /// Suppresses all messages on standard error, until [`Context::unhush`].
    pub fn hush(&mut self) {
        if self.spoken.is_none() {
            let silence = Screen::new(Box::new(std::io::sink()), Palette::Plain);
            self.spoken = Some(std::mem::replace(&mut self.stderr, silence));
        }
    }

    /// Allows messages on standard error again.
    pub fn unhush(&mut self) {
        if let Some(stderr) = self.spoken.take() {
            self.stderr = stderr;
        }
    }

    /// Standard error even while messages are suppressed, for bytes that the user explicitly sends there.
    pub fn stderr_in_any_case(&mut self) -> &mut dyn Write {
        self.spoken.as_mut().unwrap_or(&mut self.stderr).exact()
    }

    /// Like [`Context::stderr_in_any_case`], for data of a server: on a terminal it is shown as text.
    pub fn stderr_data_in_any_case(&mut self) -> Data<'_> {
        self.spoken.as_mut().unwrap_or(&mut self.stderr).data()
    }

    /// A context inside this one, with its own environment and streams, none of which is a terminal.
    pub fn made_up(environment: Environment, now: Timestamp, stdout: Screen, stderr: Screen) -> Self {
        Self {
            connection: Options::of_environment(&environment),
            environment,
            now,
            stdin: Box::new(std::io::empty()),
            stdin_is_terminal: false,
            stderr_is_terminal: false,
            stdout,
            stderr,
            secrets: KnownSecrets::default(),
            spoken: None,
        }
    }

    /// The context of this process.
    pub fn of_this_process() -> Self {
        let stdin = std::io::stdin();
        let secrets = KnownSecrets::default();
        let environment = Environment::of_this_process();
        Self {
            connection: Options::of_environment(&environment),
            environment,
            now: now(),
            stdin_is_terminal: stdin.is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdin: Box::new(stdin),
            stdout: Screen::new(Box::new(std::io::stdout()), stdout_palette())
                .with_reader(reader_of(&std::io::stdout()))
                .with_file(platform::stdout_file()),
            stderr: secrets
                .veil(Screen::new(Box::new(std::io::stderr()), Palette::Plain))
                .with_reader(reader_of(&std::io::stderr())),
            secrets,
            spoken: None,
        }
    }
}

/// Standard input, which fails on a second use: returning nothing instead would silently send an empty body.
struct Shared {
    inner: Box<dyn Read + Send>,
    is_read: bool,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.is_read {
            return Err(std::io::Error::other("it was read before, for something else on the same command line"));
        }
        let read = self.inner.read(buffer)?;
        self.is_read = read == 0 && !buffer.is_empty();
        Ok(read)
    }
}

fn reader_of(stream: &impl IsTerminal) -> Reader {
    if stream.is_terminal() { Reader::Person } else { Reader::Program }
}

fn stdout_palette() -> Palette {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Palette::Plain,
        _ => Palette::Coloured,
    }
}

/// The current time, for requests that are signed again after a while.
pub fn now() -> Timestamp {
    // A clock before 1970 is as wrong as one at 1970, which servers refuse.
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_seconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// A context for tests: no terminal, no clock, and streams whose content can be inspected.
#[cfg(test)]
pub(crate) mod testing {
    use std::io::{self, Cursor, Write};
    use std::sync::{Arc, Mutex};

    use super::Context;
    use crate::cli::screen::{Palette, Screen};
    use crate::profiles::Environment;
    use sigvet_core::time::Timestamp;

    /// A stream that keeps what was written to it.
    #[derive(Clone, Default)]
    pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Buffer {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// A context at the beginning of 1970, with its standard output and standard error.
    pub(crate) fn context(environment: Environment, stdin: &str) -> (Context, Buffer, Buffer) {
        let (stdout, stderr) = (Buffer::default(), Buffer::default());
        let screen = |buffer: &Buffer| Screen::new(Box::new(buffer.clone()), Palette::Plain);
        let (out, err) = (screen(&stdout), screen(&stderr));
        let mut context = Context::made_up(environment, Timestamp::from_epoch_seconds(0), out, err);
        context.stdin = Box::new(Cursor::new(stdin.to_owned()));
        (context, stdout, stderr)
    }
}
