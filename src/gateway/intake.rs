//! A body as it arrives: few bytes stay in memory, many go to a temporary file and are hashed on their way.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::request::Body;

use super::Limits;

/// A body that arrived whole.
#[derive(Debug)]
pub struct Intake {
    /// What is known of it.
    pub body: Body,
    /// Where it is, if it is not in memory.
    pub file: Option<File>,
}

/// Why a body did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It is longer than the gateway takes.
    #[error("the body is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// Nothing came for too long.
    #[error("no byte of the body arrived for {} s", .0.as_secs())]
    Slow(Duration),
    /// The connection broke, or the framing did.
    #[error("the body broke off: {0}")]
    Broken(#[source] hyper::Error),
    /// The temporary file cannot be written.
    #[error("cannot keep the body in a temporary file: {0}")]
    NoRoom(#[source] io::Error),
}

/// Takes a body in, within the limits.
///
/// # Errors
/// See [`IntakeError`].
pub async fn take(mut body: Incoming, limits: &Limits) -> Result<Intake, IntakeError> {
    let mut spool = Spool { memory: Vec::new(), file: None, length: 0, limits };
    loop {
        let frame = tokio::time::timeout(limits.idle_time, body.frame()).await;
        match frame.map_err(|_| IntakeError::Slow(limits.idle_time))? {
            None => return Ok(spool.finish()),
            Some(frame) => {
                if let Some(piece) = frame.map_err(IntakeError::Broken)?.data_ref() {
                    spool.write(piece)?;
                }
            }
        }
    }
}

struct Spool<'a> {
    memory: Vec<u8>,
    file: Option<(File, Sha256Hasher)>,
    length: u64,
    limits: &'a Limits,
}

impl Spool<'_> {
    fn write(&mut self, piece: &[u8]) -> Result<(), IntakeError> {
        self.length += piece.len() as u64;
        if self.length > self.limits.body_bytes {
            return Err(IntakeError::TooLong { limit: self.limits.body_bytes });
        }
        if self.file.is_none() && self.memory.len() + piece.len() <= self.limits.memory_bytes {
            self.memory.extend_from_slice(piece);
            return Ok(());
        }
        tokio::task::block_in_place(|| self.write_to_file(piece)).map_err(IntakeError::NoRoom)
    }

    fn write_to_file(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some((tempfile::tempfile()?, Sha256Hasher::new()));
        }
        let Some((file, hash)) = &mut self.file else { return Ok(()) };
        for bytes in [std::mem::take(&mut self.memory).as_slice(), piece] {
            hash.update(bytes);
            file.write_all(bytes)?;
        }
        Ok(())
    }

    fn finish(self) -> Intake {
        match self.file {
            None => Intake { body: Body::Bytes(self.memory), file: None },
            Some((file, hash)) => {
                Intake { body: Body::Elsewhere { sha256: Some(hash.finish()), length: self.length }, file: Some(file) }
            }
        }
    }
}
