//! A body and where it lies: in memory, or in a file that is read when it is sent.

use crate::cli::failure::{Exit, Failure};
use crate::transport::{BodyError, BodyFile, PIECE, Pass};
use sigvet_core::checksum::Checksum;
use sigvet_core::request::Body;

/// A body, and the file it lies in where it is not in memory.
#[derive(Debug)]
pub struct Payload {
    /// The body.
    pub body: Body,
    /// Its file.
    pub file: Option<BodyFile>,
    /// Its checksum, where one was wanted and it is not in memory.
    pub checksum: Option<Checksum>,
}

impl Payload {
    /// A body in memory.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { body: Body::Bytes(bytes), file: None, checksum: None }
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

fn unreadable(error: BodyError) -> Failure {
    Failure::from_error(Exit::CannotRead, error)
}
