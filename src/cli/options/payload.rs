//! A body and where it lies: from a file that is read when it is sent, or from a source that can be read only once.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::spool::{Hashing, Spool};
use super::value::cannot_read;
use crate::cli::failure::{Exit, Failure};
use crate::crypto::{Sha256Digest, Sha256Hasher};
use crate::request::Body;
use crate::transport::{BodyFile, PIECE, Pass, TransportError};

/// A body, and the file it lies in where it is not in memory.
#[derive(Debug)]
pub struct Payload {
    /// The body.
    pub body: Body,
    /// Its file.
    pub file: Option<BodyFile>,
}

impl Payload {
    /// A body in memory.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { body: Body::Bytes(bytes), file: None }
    }

    /// The body that a file is; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be read, or cannot be kept.
    pub fn of_file(name: &str, stdin: &mut dyn Read, hashing: Hashing) -> Result<Self, Failure> {
        if name == "-" {
            return Self::of_source(stdin, "standard input", hashing);
        }
        let path = Path::new(name);
        let Some(file) = BodyFile::look(path).map_err(|error| cannot_read(path, &error))? else {
            let mut pipe = File::open(path).map_err(|error| cannot_read(path, &error))?;
            return Self::of_source(&mut pipe, name, hashing);
        };
        let sha256 = if hashing == Hashing::Needed { Some(hash(&file)?) } else { None };
        Ok(Self { body: Body::Elsewhere { sha256, length: file.length() }, file: Some(file) })
    }

    fn of_source(source: &mut dyn Read, name: &str, hashing: Hashing) -> Result<Self, Failure> {
        let mut spool = Spool::new(hashing);
        spool.write_all_of(source, name)?;
        Ok(spool.finish())
    }

    /// Hands the body out piece by piece.
    ///
    /// # Errors
    /// It cannot be read, or has changed; or what `take` says.
    pub fn each_piece(&self, pass: Pass, mut take: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
        match (&self.body, &self.file) {
            (Body::Bytes(bytes), _) => take(bytes),
            (_, Some(file)) => each_piece(file, pass, take),
            _ => Ok(()),
        }
    }
}

fn hash(file: &BodyFile) -> Result<Sha256Digest, Failure> {
    let mut hasher = Sha256Hasher::new();
    each_piece(file, Pass::Hash, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    Ok(hasher.finish())
}

/// Hands a file out piece by piece, all in one buffer.
///
/// # Errors
/// It cannot be read, or has changed; or what `take` says.
pub fn each_piece(
    file: &BodyFile,
    pass: Pass,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut reader = file.open(pass).map_err(unreadable)?;
    let mut buffer = vec![0; PIECE];
    loop {
        match reader.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(()),
            read => take(&buffer[..read])?,
        }
    }
}

fn unreadable(error: TransportError) -> Failure {
    Failure::new(Exit::CannotRead, error.to_string())
}
