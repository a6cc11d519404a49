//! A body that can be read only once and whose length is given separately: exactly that many bytes are read.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::body_error::BodyError;
use crate::locking::locked;

/// A pipe; its source is gone once it has been opened.
pub(super) struct Pipe {
    name: String,
    source: Mutex<Option<Box<dyn Read + Send>>>,
}

/// Reads a pipe up to its announced length.
pub(super) struct PipeReader {
    name: String,
    source: Box<dyn Read + Send>,
    length: u64,
}

impl Pipe {
    pub(super) fn new(name: &str, source: Box<dyn Read + Send>) -> Self {
        Self { name: name.to_owned(), source: Mutex::new(Some(source)) }
    }

    pub(super) fn is_spent(&self) -> bool {
        locked(&self.source).is_none()
    }

    /// Opens the pipe for reading. This succeeds only once.
    pub(super) fn open(&self, length: u64) -> Result<PipeReader, BodyError> {
        let source = locked(&self.source).take();
        let spent = || BodyError::Spent { name: self.name.clone() };
        Ok(PipeReader { name: self.name.clone(), source: source.ok_or_else(spent)?, length })
    }
}

impl PipeReader {
    /// Fails if the pipe continues after its announced length.
    pub(super) fn expect_end(&mut self) -> Result<(), BodyError> {
        let more = loop {
            match self.source.read(&mut [0]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|error| self.unreadable(error))?,
            }
        };
        match more {
            0 => Ok(()),
            _ => Err(BodyError::GoesOn { name: self.name.clone(), length: self.length }),
        }
    }

    pub(super) fn ended_early(&self, left: u64) -> BodyError {
        BodyError::EndedEarly { name: self.name.clone(), got: self.length - left, length: self.length }
    }

    pub(super) fn unreadable(&self, error: io::Error) -> BodyError {
        BodyError::System { file: PathBuf::from(&self.name), source: Arc::new(error) }
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for PipeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PipeReader").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::transport::{BodyFile, Pass};

    fn read(bytes: &'static [u8], length: u64) -> Result<Vec<u8>, String> {
        let file = BodyFile::pipe("standard input", Box::new(Cursor::new(bytes)), length);
        let mut reader = file.open(Pass::Unhashed).map_err(|error| error.to_string())?;
        assert!(file.is_spent());
        let mut got = vec![0; usize::try_from(length).unwrap()];
        reader.fill(&mut got).map_err(|error| error.to_string())?;
        assert!(file.open(Pass::Unhashed).unwrap_err().to_string().ends_with("cannot be sent again"));
        Ok(got)
    }

    /// Catches a body of another length that is sent whole.
    #[test]
    fn a_pipe_gives_exactly_what_was_announced() {
        assert_eq!(read(b"hello", 5).unwrap(), b"hello");
        assert_eq!(read(b"", 0).unwrap(), b"");
        let short = "cannot read standard input: it ended after 5 of the 6 bytes that were announced";
        assert_eq!(read(b"hello", 6).unwrap_err(), short);
        for length in [0, 4] {
            let long = format!("cannot read standard input: it continues after the {length} bytes that were announced");
            assert_eq!(read(b"hello", length).unwrap_err(), long);
        }
    }
}
