//! A body as it arrives: few bytes stay in memory, many go to a temporary file and are hashed on their way.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::request::{Body, Request, StatedChecksums, WrongChecksum};

use super::file_body::FileBody;
use super::{Limits, ReplyBody};

/// A body that arrived whole.
#[derive(Debug)]
pub struct Intake {
    /// What is known of it.
    pub body: Body,
    /// Where it is, if it is not in memory.
    pub file: Option<File>,
    /// The checksum that the request states and the file does not have.
    pub wrong_checksum: Option<WrongChecksum>,
}

impl Intake {
    /// The same bytes on their way out.
    pub fn into_reply_body(self) -> ReplyBody {
        let length = self.body.length().unwrap_or_default();
        let failed = |error: io::Error| -> Box<dyn std::error::Error + Send + Sync> { error.into() };
        match (self.body, self.file) {
            (Body::Bytes(bytes), _) => Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync(),
            (_, Some(file)) => FileBody::new(file, length).map_err(failed).boxed_unsync(),
            (_, None) => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        }
    }
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

/// Takes the body of a request in, within the limits.
///
/// # Errors
/// See [`IntakeError`].
pub async fn take(request: &Request, mut body: Incoming, limits: &Limits) -> Result<Intake, IntakeError> {
    let mut spool = Spool { request, memory: Vec::new(), spooled: None, length: 0, limits };
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
    request: &'a Request,
    memory: Vec<u8>,
    spooled: Option<Spooled>,
    length: u64,
    limits: &'a Limits,
}

/// What is in the file by now.
struct Spooled {
    file: File,
    hash: Sha256Hasher,
    checksums: StatedChecksums,
}

impl Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.checksums.update(bytes);
        self.file.write_all(bytes)
    }
}

impl Spool<'_> {
    fn write(&mut self, piece: &[u8]) -> Result<(), IntakeError> {
        self.length += piece.len() as u64;
        if self.length > self.limits.body_bytes {
            return Err(IntakeError::TooLong { limit: self.limits.body_bytes });
        }
        if self.spooled.is_none() && self.memory.len() + piece.len() <= self.limits.memory_bytes {
            self.memory.extend_from_slice(piece);
            return Ok(());
        }
        tokio::task::block_in_place(|| self.write_to_file(piece)).map_err(IntakeError::NoRoom)
    }

    fn write_to_file(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.spooled.is_none() {
            let (hash, checksums) = (Sha256Hasher::new(), StatedChecksums::new(self.request));
            let mut spooled = Spooled { file: tempfile::tempfile()?, hash, checksums };
            spooled.write(&std::mem::take(&mut self.memory))?;
            self.spooled = Some(spooled);
        }
        self.spooled.as_mut().map_or(Ok(()), |spooled| spooled.write(piece))
    }

    fn finish(self) -> Intake {
        match self.spooled {
            None => Intake { body: Body::Bytes(self.memory), file: None, wrong_checksum: None },
            Some(Spooled { file, hash, checksums }) => Intake {
                body: Body::Elsewhere { sha256: Some(hash.finish()), length: self.length },
                file: Some(file),
                wrong_checksum: checksums.find_wrong(self.request),
            },
        }
    }
}
