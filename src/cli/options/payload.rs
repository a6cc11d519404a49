//! A body and where it is: in memory, or in a file that is read when it is sent.

use crate::cli::failure::{Exit, Failure};
use crate::transport::{BodyError, BodyFile, PIECE, Pass};
use sigvet_core::checksum::Checksum;
use sigvet_core::request::Body;

/// A body, and its file if it is not in memory.
#[derive(Debug)]
pub struct Payload {
    /// The body.
    pub body: Body,
    /// Its file.
    pub file: Option<BodyFile>,
    /// Its checksum, if required and the body is not in memory.
    pub checksum: Option<Checksum>,
}

impl Payload {
    /// A body in memory.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { body: Body::Bytes(bytes), file: None, checksum: None }
    }

    /// Passes the body to `take` piece by piece.
    ///
    /// # Errors
    /// The body cannot be read, or has changed; or `take` fails.
    pub fn each_piece(&self, pass: Pass, mut take: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
        match (&self.body, &self.file) {
            (Body::Bytes(bytes), _) => take(bytes),
            (_, Some(file)) => each_piece(file, pass, take),
            _ => Ok(()),
        }
    }
}

/// Passes the content of a file to `take` piece by piece, in one reused buffer.
///
/// # Errors
/// The file cannot be read, or has changed; or `take` fails.
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
