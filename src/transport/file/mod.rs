//! A body in a file: records what the file looked like before it was hashed, and reads it only as long as it still
//! looks the same.
//!
//! Length, times and inode are compared when the file is opened, and again before the last bytes are returned. So
//! nobody ever receives a complete body that differs from the one that was hashed. Every pass over such a body uses
//! a [`BodyReader`].

mod seen;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use seen::Seen;

use super::body_error::{BodyError, Pass};
use super::pipe::{Pipe, PipeReader};
use crate::platform::last_change;

/// How much of a file is read at once. Larger pieces are no faster, and do not fit into the processor's cache.
pub const PIECE: usize = 256 * 1024;

/// File times are only as precise as the kernel's clock tick, which is at most this long.
const TICK: Duration = Duration::from_millis(10);

/// A body in a file.
#[derive(Debug)]
pub struct BodyFile {
    place: Place,
    length: u64,
}

#[derive(Debug)]
enum Place {
    /// Other processes may write to the file.
    Named { path: PathBuf, seen: Seen },
    /// No other process can reach the file.
    Unnamed(File),
    /// The pipe can be read only once.
    Pipe(Pipe),
}

impl BodyFile {
    /// Records what a file looks like. `None` for files that can be read only once or do not report their length:
    /// pipes, devices, `/proc`.
    ///
    /// # Errors
    /// The file does not exist, is a directory, or may not be read.
    pub fn look(path: &Path) -> io::Result<Option<Self>> {
        let mut metadata = std::fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !metadata.is_file() || metadata.len() == 0 {
            return Ok(None);
        }
        // A file that was written to a moment ago could be written to again without its time changing.
        if last_change(&metadata).and_then(|time| time.elapsed().ok()).is_some_and(|age| age < 2 * TICK) {
            std::thread::sleep(2 * TICK);
            metadata = std::fs::metadata(path)?;
        }
        let place = Place::Named { path: path.to_owned(), seen: Seen::of(&metadata) };
        Ok(Some(Self { place, length: metadata.len() }))
    }

    /// A source that can be read only once; the caller gives its length.
    pub fn pipe(name: &str, source: Box<dyn Read + Send>, length: u64) -> Self {
        Self { place: Place::Pipe(Pipe::new(name, source)), length }
    }

    /// Whether it was a pipe that has already been read.
    pub fn is_spent(&self) -> bool {
        matches!(&self.place, Place::Pipe(pipe) if pipe.is_spent())
    }

    /// An unnamed file, which no other process can change. The body is all of its `length` bytes.
    pub fn unnamed(file: File, length: u64) -> Self {
        Self { place: Place::Unnamed(file), length }
    }

    /// The path, if it has one.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Named { path, .. } => Some(path),
            Place::Unnamed(_) | Place::Pipe(_) => None,
        }
    }

    /// Length in bytes when the file was looked at.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Opens the body at its beginning.
    ///
    /// # Errors
    /// The file cannot be opened, or has changed.
    pub fn open(&self, pass: Pass) -> Result<BodyReader, BodyError> {
        let (file, named) = match &self.place {
            Place::Named { path, seen } => (File::open(path), Some((path.clone(), seen.clone()))),
            Place::Unnamed(file) => (rewound(file), None),
            Place::Pipe(pipe) => {
                let source = Source::Pipe(pipe.open(self.length)?);
                return BodyReader { source, left: self.length, named: None, pass }.checked();
            }
        };
        let file = file.map_err(|error| unreadable(self.path(), error))?;
        BodyReader { source: Source::File(file), left: self.length, named, pass }.checked()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Pipe(pipe) => pipe.read(buffer),
        }
    }
}

fn rewound(file: &File) -> io::Result<File> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    Ok(file)
}

/// Reads a body from its beginning to its end, once.
#[derive(Debug)]
pub struct BodyReader {
    source: Source,
    left: u64,
    named: Option<(PathBuf, Seen)>,
    pass: Pass,
}

/// Where the bytes come from.
#[derive(Debug)]
enum Source {
    File(File),
    Pipe(PipeReader),
}

impl BodyReader {
    fn checked(mut self) -> Result<Self, BodyError> {
        self.compare()?;
        Ok(self)
    }

    /// Fills the whole buffer with the next bytes.
    ///
    /// # Errors
    /// The errors of [`BodyReader::read`]; also if fewer bytes are left than the buffer holds.
    pub fn fill(&mut self, mut buffer: &mut [u8]) -> Result<(), BodyError> {
        while !buffer.is_empty() {
            match self.read(buffer)? {
                0 => return Err(self.changed()),
                read => buffer = &mut buffer[read..],
            }
        }
        Ok(())
    }

    /// Number of bytes still to be read.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Reads the next bytes into the buffer and returns how many, 0 at the end.
    ///
    /// # Errors
    /// The file cannot be read, or has changed.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = loop {
            match self.source.read(&mut buffer[..wanted]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|error| self.unreadable(error))?,
            }
        };
        if read == 0 {
            return Err(self.changed());
        }
        self.left -= read as u64;
        if self.left == 0 {
            self.compare()?;
        }
        Ok(read)
    }

    fn path(&self) -> Option<&Path> {
        self.named.as_ref().map(|(path, _)| path.as_path())
    }

    fn unreadable(&self, error: io::Error) -> BodyError {
        match &self.source {
            Source::Pipe(pipe) => pipe.unreadable(error),
            Source::File(_) => unreadable(self.path(), error),
        }
    }

    /// Checks that the file is unchanged, before the first bytes are returned and before the last.
    fn compare(&mut self) -> Result<(), BodyError> {
        let file = match &mut self.source {
            Source::File(file) => file,
            Source::Pipe(pipe) if self.left == 0 => return pipe.expect_end(),
            Source::Pipe(_) => return Ok(()),
        };
        let Some((path, seen)) = &self.named else { return Ok(()) };
        let metadata = file.metadata().map_err(|error| unreadable(Some(path), error))?;
        if Seen::of(&metadata) == *seen { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> BodyError {
        match &self.source {
            Source::Pipe(pipe) => pipe.ended_early(self.left),
            Source::File(_) => BodyError::Changed { file: shown(self.path()), pass: self.pass },
        }
    }
}

fn unreadable(path: Option<&Path>, error: io::Error) -> BodyError {
    BodyError::System { file: shown(path), source: Arc::new(error) }
}

fn shown(path: Option<&Path>) -> PathBuf {
    path.unwrap_or(Path::new("the temporary file of the body")).to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf, BodyFile) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body");
        std::fs::write(&path, bytes).unwrap();
        let file = BodyFile::look(&path).unwrap().unwrap();
        (folder, path, file)
    }

    /// Reads to the end, and returns what a server would have received and how reading ended.
    fn read(file: &BodyFile, mut meanwhile: impl FnMut(u64)) -> (Vec<u8>, Result<(), BodyError>) {
        let mut got = Vec::new();
        let mut buffer = [0; 4];
        let mut reader = match file.open(Pass::AfterHash) {
            Ok(reader) => reader,
            Err(error) => return (got, Err(error)),
        };
        loop {
            meanwhile(reader.left());
            match reader.read(&mut buffer) {
                Ok(0) => return (got, Ok(())),
                Ok(read) => got.extend_from_slice(&buffer[..read]),
                Err(error) => return (got, Err(error)),
            }
        }
    }

    fn overwrite(path: &Path, bytes: &[u8]) {
        std::fs::OpenOptions::new().write(true).open(path).unwrap().write_all(bytes).unwrap();
    }

    fn replace(path: &Path, bytes: &[u8]) {
        let other = path.with_extension("new");
        std::fs::write(&other, bytes).unwrap();
        std::fs::rename(&other, path).unwrap();
    }

    type Change = (&'static str, fn(&Path));

    const CHANGES: [Change; 5] = [
        ("shrunk", |path| std::fs::write(path, b"0123").unwrap()),
        ("grown", |path| std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(b"ab").unwrap()),
        ("rewritten in place", |path| overwrite(path, b"0123456780")),
        ("replaced by rename", |path| replace(path, b"0123456789")),
        ("rewritten, its time put back", |path| {
            let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
            let time = file.metadata().unwrap().modified().unwrap();
            (&file).write_all(b"0123456780").unwrap();
            file.set_modified(time).unwrap();
        }),
    ];

    #[test]
    fn an_unchanged_file_reads_whole_and_twice() {
        let (_folder, _, file) = written(b"0123456789");
        for _ in 0..2 {
            let (got, end) = read(&file, |_| ());
            assert!(got == b"0123456789" && end.is_ok(), "{end:?}");
        }
        let mut spool = tempfile::tempfile().unwrap();
        spool.write_all(b"0123456789").unwrap();
        let file = BodyFile::unnamed(spool, 10);
        for _ in 0..2 {
            let (got, end) = read(&file, |_| ());
            assert!(got == b"0123456789" && end.is_ok(), "{end:?}");
        }
    }

    /// Catches a body that is sent whole under the signature of another.
    #[test]
    fn a_file_that_changes_is_never_handed_out_whole() {
        // Changes it before it is opened, after the first piece, and when only the last piece is left.
        for moment in [11, 6, 2] {
            for (what, change) in CHANGES {
                let (_folder, path, file) = written(b"0123456789");
                if moment == 11 {
                    change(&path);
                }
                let (got, end) = read(&file, |left| {
                    if left == moment {
                        change(&path);
                    }
                });
                let error = end.expect_err(what).to_string();
                assert!(error.contains("changed after it was hashed"), "{what} at {moment}: {error}");
                assert!(got.len() < 10, "{what} at {moment}");
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_twice_is_not_a_body_file() {
        assert!(BodyFile::look(Path::new("/dev/null")).unwrap().is_none());
        assert_eq!(BodyFile::look(Path::new("/")).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(BodyFile::look(Path::new("/no/such/file")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
