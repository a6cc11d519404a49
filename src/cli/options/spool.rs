//! Keeps bytes that can be read only once until they are sent: in memory while they are few, then in a temporary
//! file.
//!
//! The file has no name, so that nobody else can open it, and nothing is left of it however this process ends.

use std::fs::File;
use std::io::{Read, Write};

use crate::cli::failure::{Exit, Failure};
use crate::cli::options::digests::{Digester, RequiredDigests};
use crate::cli::options::payload::Payload;
use crate::transport::{BodyFile, PIECE};
use sigvet_core::request::Body;

/// The most bytes kept in memory. A request is copied several times before it is sent.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// A body that grows.
pub struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    /// Bytes are hashed while they are written to the file; a body in memory is cheap to hash later.
    digester: Digester,
    length: u64,
    limit: usize,
}

impl Spool {
    /// Creates an empty body.
    pub fn new(wanted: impl Into<RequiredDigests>) -> Self {
        Self::with_limit(wanted, IN_MEMORY)
    }

    fn with_limit(wanted: impl Into<RequiredDigests>, limit: usize) -> Self {
        let digester = Digester::new(wanted.into());
        Self { memory: Vec::new(), file: None, digester, length: 0, limit }
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// There is no space for the temporary file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.length += bytes.len() as u64;
        if self.file.is_none() && self.memory.len() + bytes.len() <= self.limit {
            self.memory.extend_from_slice(bytes);
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile().map_err(no_room)?);
            let memory = std::mem::take(&mut self.memory);
            self.write_file(&memory)?;
        }
        self.write_file(bytes)
    }

    fn write_file(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.digester.update(bytes);
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes)).map_err(no_room)
    }

    /// Appends everything that a source has; `name` is used in the error message.
    ///
    /// # Errors
    /// The source cannot be read, or there is no space for the temporary file.
    pub fn write_all_of(&mut self, source: &mut dyn Read, name: &str) -> Result<(), Failure> {
        let mut buffer = vec![0; PIECE];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.write(&buffer[..read])?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Failure::from_error(Exit::CannotRead, error).context(format!("cannot read {name}")));
                }
            }
        }
    }

    /// The body with all bytes written.
    pub fn finish(self) -> Payload {
        let Some(file) = self.file else { return Payload::of_bytes(self.memory) };
        let digests = self.digester.finish();
        let body = Body::Elsewhere { sha256: digests.sha256, length: self.length };
        Payload { body, file: Some(BodyFile::unnamed(file, self.length)), checksum: digests.checksum }
    }
}

fn no_room(error: std::io::Error) -> Failure {
    let message = format!("cannot keep the body in a temporary file in {}", std::env::temp_dir().display());
    Failure::from_error(Exit::CannotWrite, error)
        .context(message)
        .hint("upload it from a file, or set TMPDIR to a directory with more space")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::digests::Hashing;
    use crate::transport::Pass;
    use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
    use sigvet_core::crypto::sha256;

    fn spooled(wanted: impl Into<RequiredDigests>, pieces: &[&str]) -> Payload {
        let mut spool = Spool::with_limit(wanted, 8);
        for piece in pieces {
            spool.write_all_of(&mut piece.as_bytes(), "it").unwrap();
        }
        spool.finish()
    }

    #[test]
    fn few_bytes_stay_in_memory() {
        let payload = spooled(Hashing::Needed, &["0123", "4567"]);
        assert_eq!(payload.body, Body::Bytes(b"01234567".to_vec()));
        assert!(payload.file.is_none());
    }

    /// Catches a hash or a file that begins only after the bytes in memory.
    #[test]
    fn many_bytes_all_go_to_a_file() {
        for pieces in [&["0123", "4567", "89"][..], &["0123456789"], &["01234567", "", "8", "9"]] {
            let payload = spooled(Hashing::Needed, pieces);
            assert_eq!(payload.body, Body::Elsewhere { sha256: Some(sha256(b"0123456789")), length: 10 });
            let mut buffer = [0; 64];
            let mut reader = payload.file.unwrap().open(Pass::AfterHash).unwrap();
            assert_eq!(reader.read(&mut buffer).unwrap(), 10);
            assert_eq!(&buffer[..10], b"0123456789");
        }
        let unhashed = spooled(Hashing::Spared, &["0123456789"]);
        assert_eq!(unhashed.body, Body::Elsewhere { sha256: None, length: 10 });
        assert_eq!(unhashed.checksum, None);
    }

    /// Catches a checksum that begins only after the bytes in memory.
    #[test]
    fn a_checksum_covers_the_whole_file() {
        for sha256 in [Hashing::Needed, Hashing::Spared] {
            for algorithm in ChecksumAlgorithm::ALL {
                let payload = spooled(RequiredDigests { sha256, checksum: Some(algorithm) }, &["0123", "4567", "89"]);
                assert_eq!(payload.checksum, Some(Checksum::compute(algorithm, b"0123456789")));
                assert_eq!(payload.body.sha256().is_some(), sha256 == Hashing::Needed);
            }
        }
    }
}
