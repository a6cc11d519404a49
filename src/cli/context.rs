//! What the command line takes from the process it runs in: environment, clock, streams, terminal.
//!
//! Commands read nothing of this themselves, so that a test can hand them a world of its own.

use std::io::{IsTerminal, Read, Write};

use crate::cli::screen::{Data, Palette, Reader, Screen};
use crate::cli::secrets::KnownSecrets;
use crate::profiles::Environment;
use crate::transport::Options;
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
    /// Standard output: the result, and nothing else. It shows colours if it is a terminal that has them and the user wants them.
    pub stdout: Screen,
    /// Standard error: warnings, notes, progress.
    pub stderr: Screen,
    /// By which way credentials are asked for.
    pub connection: Options,
    /// What standard error does not show.
    pub secrets: KnownSecrets,
    /// Standard error, while nothing is said there.
    spoken: Option<Screen>,
}

impl Context {
    /// Gives standard input away: to be read later, and by nobody else.
    pub fn take_stdin(&mut self) -> Box<dyn Read + Send> {
        std::mem::replace(&mut self.stdin, Box::new(Shared { inner: Box::new(std::io::empty()), is_read: true }))
    }

    /// Lets several transfers take from standard input, of which one can have it.
    pub fn share_stdin(&mut self) {
        self.stdin = Box::new(Shared { inner: self.take_stdin(), is_read: false });
    }

    /// Says no more on standard error, until it is told to again.
    pub fn hush(&mut self) {
        if self.spoken.is_none() {
            let silence = Screen::new(Box::new(std::io::sink()), Palette::Plain);
            self.spoken = Some(std::mem::replace(&mut self.stderr, silence));
        }
    }

    /// Says things on standard error again.
    pub fn unhush(&mut self) {
        if let Some(stderr) = self.spoken.take() {
            self.stderr = stderr;
        }
    }

    /// Standard error as it is, for bytes that were asked to go there by name.
    pub fn stderr_in_any_case(&mut self) -> &mut dyn Write {
        self.spoken.as_mut().unwrap_or(&mut self.stderr).exact()
    }

    /// The same for what a server sent: a person at a terminal gets it as text.
    pub fn stderr_data_in_any_case(&mut self) -> Data<'_> {
        self.spoken.as_mut().unwrap_or(&mut self.stderr).data()
    }

    /// A world inside this one: its own environment and streams, with nobody at either end.
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

    /// The real one.
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
                .with_reader(reader_of(&std::io::stdout())),
            stderr: secrets
                .veil(Screen::new(Box::new(std::io::stderr()), Palette::Plain))
                .with_reader(reader_of(&std::io::stderr())),
            secrets,
            spoken: None,
        }
    }
}

/// Standard input, which has nothing for the second who asks: to give them nothing would send an empty body in silence.
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

/// The clock as it stands now: for what is signed again after a while.
pub fn now() -> Timestamp {
    // A clock that stands before 1970 is as wrong as one that stands at it, which servers refuse.
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_seconds(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// A world for tests: no terminal, no clock, and streams that can be looked at.
#[cfg(test)]
pub(crate) mod testing {
    use std::io::{self, Cursor, Write};
    use std::sync::{Arc, Mutex};

    use super::Context;
    use crate::cli::screen::{Palette, Screen};
    use crate::profiles::Environment;
    use sigvet_core::time::Timestamp;

    /// A stream that keeps what was written.
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

    /// The world at the beginning of 1970, with its standard output and standard error.
    pub(crate) fn context(environment: Environment, stdin: &str) -> (Context, Buffer, Buffer) {
        let (stdout, stderr) = (Buffer::default(), Buffer::default());
        let screen = |buffer: &Buffer| Screen::new(Box::new(buffer.clone()), Palette::Plain);
        let (out, err) = (screen(&stdout), screen(&stderr));
        let mut context = Context::made_up(environment, Timestamp::from_epoch_seconds(0), out, err);
        context.stdin = Box::new(Cursor::new(stdin.to_owned()));
        (context, stdout, stderr)
    }
}
