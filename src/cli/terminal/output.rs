//! Where a result goes: a stream, a device, or a file that is written atomically.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::screen::Data;
use crate::files::{InPlace, Replacement, follow_links};
use crate::platform::{self, FileKind, Secrecy};

/// The destination of a result. If it is not finished, no file is left behind.
pub struct Output<'a>(Sink<'a>);

enum Sink<'a> {
    Stdout(&'a mut dyn Write),
    /// Standard output, for data of a server.
    Data(Data<'a>),
    /// Standard error, even while messages are suppressed.
    Stderr(&'a mut dyn Write, PathBuf),
    /// A device, a pipe, or a descriptor: written in place, because it cannot be replaced by renaming.
    Special(File, PathBuf),
    File(Box<Replacement>, PathBuf),
    /// A file that replacing would change.
    InPlace(InPlace, PathBuf),
}

impl<'a> Output<'a> {
    /// Opens the file of that name; no name, or `-`, is standard output.
    pub fn open(path: Option<&Path>, context: &'a mut Context) -> Result<Self, Failure> {
        Self::open_as(path, context, Secrecy::Public)
    }

    /// Standard output for data of a server: on a terminal it is shown as text.
    pub fn data(context: &'a mut Context) -> Self {
        Self(Sink::Data(context.stdout.data()))
    }

    /// Opens a destination for data of a server: it is shown as text if it goes to a terminal through a stream.
    pub fn open_data(path: &Path, context: &'a mut Context) -> Result<Self, Failure> {
        match platform::descriptor_of(path) {
            _ if path == Path::new("-") => Ok(Self::data(context)),
            Some(1) => Ok(Self::data(context)),
            Some(2) => Ok(Self(Sink::Data(context.stderr_data_in_any_case()))),
            _ => Self::open(Some(path), context),
        }
    }

    /// Like [`Output::open`], for a file that only its owner may read.
    pub fn open_secret(path: Option<&Path>, context: &'a mut Context) -> Result<Self, Failure> {
        Self::open_as(path, context, Secrecy::Secret)
    }

    /// Appends to a file: its content stays in any case.
    pub fn append(path: &Path) -> Result<Self, Failure> {
        let file =
            OpenOptions::new().append(true).create(true).open(path).map_err(|error| cannot_write(path, error))?;
        Ok(Self(Sink::Special(file, path.to_owned())))
    }

    fn open_as(path: Option<&Path>, context: &'a mut Context, secrecy: Secrecy) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self(Sink::Stdout(context.stdout.exact())));
        };
        match platform::descriptor_of(path) {
            Some(1) => Ok(Self(Sink::Stdout(context.stdout.exact()))),
            Some(2) => Ok(Self(Sink::Stderr(context.stderr_in_any_case(), path.to_owned()))),
            Some(number) => {
                let file = platform::duplicate(number, path).map_err(|error| cannot_write(path, error))?;
                Ok(Self(Sink::Special(file, path.to_owned())))
            }
            None => Ok(Self(open_file(path, secrecy)?)),
        }
    }

    /// Completes the result: the file gets its name.
    pub fn finish(self) -> Result<(), Failure> {
        match self.0 {
            Sink::Stdout(out) => Ok(out.flush()?),
            Sink::Data(mut out) => Ok(out.flush()?),
            Sink::Stderr(out, path) => out.flush().map_err(|error| cannot_write(&path, error)),
            Sink::Special(mut file, path) => file.flush().map_err(|error| cannot_write(&path, error)),
            Sink::File(file, path) => file.finish().map_err(|error| cannot_write(&path, error)),
            Sink::InPlace(file, path) => file.finish().map_err(|error| cannot_write(&path, error)),
        }
    }

    /// The failure for a write error, with the name of this output.
    pub fn failure(&self, error: std::io::Error) -> Failure {
        match &self.0 {
            Sink::Stdout(_) | Sink::Data(_) => error.into(),
            Sink::Stderr(_, path) | Sink::Special(_, path) | Sink::File(_, path) | Sink::InPlace(_, path) => {
                cannot_write(path, error)
            }
        }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.0 {
            Sink::Stdout(out) | Sink::Stderr(out, _) => out.write(bytes),
            Sink::Data(out) => out.write(bytes),
            Sink::Special(file, _) => file.write(bytes),
            Sink::File(file, _) => file.write(bytes),
            Sink::InPlace(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.0 {
            Sink::Stdout(out) | Sink::Stderr(out, _) => out.flush(),
            Sink::Data(out) => out.flush(),
            Sink::Special(file, _) => file.flush(),
            Sink::File(file, _) => file.flush(),
            Sink::InPlace(file, _) => file.flush(),
        }
    }
}

/// A symbolic link stays: its target is written, even if it does not exist yet.
fn open_file<'a>(path: &Path, secrecy: Secrecy) -> Result<Sink<'a>, Failure> {
    let failure = |error: std::io::Error| cannot_write(path, error);
    let target = follow_links(path).map_err(failure)?;
    match std::fs::metadata(&target).map(|metadata| platform::kind_of(&metadata)) {
        Ok(FileKind::Directory) => {
            Err(Failure::new(Exit::CannotWrite, format!("cannot write {}: it is a directory", path.display())))
        }
        Ok(FileKind::NamedPipe | FileKind::Device | FileKind::Other) => {
            let file = OpenOptions::new().write(true).open(&target).map_err(failure)?;
            Ok(Sink::Special(file, path.to_owned()))
        }
        // If the metadata is not available, writing reports why.
        Ok(FileKind::Regular) | Err(_) => {
            let replacement = match secrecy {
                Secrecy::Public => Replacement::begin_alike(&target),
                // A file that belongs to someone else or has other hard links is not a place for a secret, so it is
                // replaced.
                Secrecy::Secret => Replacement::begin(&target, secrecy).map(Some),
            };
            match replacement.map_err(failure)? {
                Some(file) => Ok(Sink::File(Box::new(file), path.to_owned())),
                None => Ok(Sink::InPlace(InPlace::open(&target).map_err(failure)?, path.to_owned())),
            }
        }
    }
}

/// The failure for a file that cannot be written. The most common errors have messages that do not depend on the
/// platform.
fn cannot_write(path: &Path, error: std::io::Error) -> Failure {
    let message = format!("cannot write {}", path.display());
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "its directory does not exist",
        std::io::ErrorKind::PermissionDenied => "permission denied",
        std::io::ErrorKind::StorageFull => "no space left",
        _ => return Failure::from_error(Exit::CannotWrite, error).context(message),
    };
    Failure::new(Exit::CannotWrite, format!("{message}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::context::testing::context;
    use crate::cli::screen::{Palette, Reader, Screen};
    use crate::profiles::Environment;

    const SENT: &[u8] = b"x-a: \x1b[2J\r\nb\rc\r\n";

    /// What is on standard output after a server's data was written there, for each kind of reader.
    fn shown(reader: Reader, open: fn(&mut Context) -> Output<'_>) -> String {
        let (mut context, stdout, _) = context(Environment::new([] as [(&str, &str); 0], None), "");
        context.stdout = Screen::new(Box::new(stdout.clone()), Palette::Plain).with_reader(reader);
        let mut output = open(&mut context);
        output.write_all(SENT).unwrap();
        output.finish().unwrap();
        stdout.text()
    }

    /// Catches a header or a body that controls a terminal, and a pipe that gets other bytes than were sent.
    #[test]
    fn a_servers_data_is_text_for_a_person_and_exact_for_a_program() {
        let ways: [fn(&mut Context) -> Output<'_>; 2] =
            [|context| Output::data(context), |context| Output::open_data(Path::new("-"), context).unwrap()];
        for open in ways {
            assert_eq!(shown(Reader::Person, open), "x-a: \\u{1b}[2J\nb\\u{d}c\n");
            assert_eq!(shown(Reader::Program, open).as_bytes(), SENT);
        }
    }
}
