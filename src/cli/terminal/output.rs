//! Where a result goes: standard output, or a file that is there whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::platform::leave_to_umask;

/// A result on its way out. What is not finished leaves no file behind.
pub struct Output<'a>(Sink<'a>);

enum Sink<'a> {
    Stdout(Box<dyn Write + 'a>),
    /// A device or a pipe: written in place, for there is nothing to rename over.
    Special(std::fs::File, PathBuf),
    File(NamedTempFile, PathBuf),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    Public,
    Secret,
}

impl<'a> Output<'a> {
    /// Opens the file of that name; none, or `-`, is standard output.
    pub fn open(path: Option<&Path>, context: &'a mut Context) -> Result<Self, Failure> {
        Self::open_as(path, context, Secrecy::Public)
    }

    /// Standard output for what a server sent: a person at a terminal gets it as text.
    pub fn data(context: &'a mut Context) -> Self {
        Self(Sink::Stdout(Box::new(context.stdout.data())))
    }

    /// The same for a file that nobody else may read.
    pub fn open_secret(path: Option<&Path>, context: &'a mut Context) -> Result<Self, Failure> {
        Self::open_as(path, context, Secrecy::Secret)
    }

    fn open_as(path: Option<&Path>, context: &'a mut Context, secrecy: Secrecy) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self(Sink::Stdout(Box::new(context.stdout.exact()))));
        };
        let failure = |error: std::io::Error| cannot_write(path, error);
        // A link stays a link: what it leads to is replaced.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if target.is_dir() {
            return Err(Failure::new(Exit::CannotWrite, format!("cannot write {}: it is a directory", path.display())));
        }
        if target.exists() && !target.is_file() {
            let file = std::fs::OpenOptions::new().write(true).open(&target).map_err(failure)?;
            return Ok(Self(Sink::Special(file, target)));
        }
        let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = new_file(directory, secrecy).map_err(failure)?;
        Ok(Self(Sink::File(file, target)))
    }

    /// Makes the result stay: the file gets its name.
    pub fn finish(self) -> Result<(), Failure> {
        match self.0 {
            Sink::Stdout(mut out) => Ok(out.flush()?),
            Sink::Special(mut file, path) => file.flush().map_err(|error| cannot_write(&path, error)),
            Sink::File(mut file, path) => {
                file.flush().map_err(|error| cannot_write(&path, error))?;
                file.persist(&path).map(drop).map_err(|error| cannot_write(&path, error.error))
            }
        }
    }

    /// The failure of this output, with its name.
    pub fn failure(&self, error: std::io::Error) -> Failure {
        match &self.0 {
            Sink::Stdout(_) => error.into(),
            Sink::Special(_, path) | Sink::File(_, path) => cannot_write(path, error),
        }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.0 {
            Sink::Stdout(out) => out.write(bytes),
            Sink::Special(file, _) => file.write(bytes),
            Sink::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.0 {
            Sink::Stdout(out) => out.flush(),
            Sink::Special(file, _) => file.flush(),
            Sink::File(file, _) => file.flush(),
        }
    }
}

/// A file without its name yet: readable by its owner alone where it holds a secret, else as the umask has it.
fn new_file(directory: &Path, secrecy: Secrecy) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sigvet-");
    if secrecy == Secrecy::Public {
        leave_to_umask(&mut builder);
    }
    builder.tempfile_in(directory)
}

/// The failure of a file that cannot be written. What people meet most is said in words that do not depend on the platform.
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
