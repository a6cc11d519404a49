//! A body as it arrives: few bytes stay in memory, many go to a temporary file and are hashed on their way.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::request::{Body, Request, StatedChecksums, WrongChecksum};
use sigvet_core::stream::{DecodeError, Decoder};
use sigvet_core::verify::Finding;

use super::Limits;

/// A body that arrived whole.
#[derive(Debug)]
pub struct Intake {
    /// What is known of it.
    pub body: Body,
    /// Where it is, if it is not in memory.
    pub file: Option<File>,
    /// What is wrong with the bytes in the file: those in memory are for the judge to look at.
    pub findings: Vec<Finding>,
    /// Whether the chunks in the file were read, and each signature on its way.
    pub has_chunks_read: bool,
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
    /// Its chunks cannot be read in the memory that there is.
    #[error("{0}")]
    Chunks(#[source] DecodeError),
}

/// Takes the body of a request in, within the limits. The decoder reads its chunks, if it has any and is not for memory.
///
/// # Errors
/// See [`IntakeError`].
pub async fn take(
    request: &Request,
    mut body: Incoming,
    decoder: Option<Decoder>,
    limits: &Limits,
) -> Result<Intake, IntakeError> {
    let mut spool = Spool { request, memory: Vec::new(), spooled: None, decoder, length: 0, limits };
    loop {
        let frame = tokio::time::timeout(limits.idle_time, body.frame()).await;
        match frame.map_err(|_| IntakeError::Slow(limits.idle_time))? {
            None => return spool.finish(),
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
    decoder: Option<Decoder>,
    length: u64,
    limits: &'a Limits,
}

/// What is in the file by now.
struct Spooled {
    file: File,
    hash: Sha256Hasher,
    checksums: StatedChecksums,
    decoder: Option<Decoder>,
}

impl Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        if let Some(decoder) = &mut self.decoder {
            // All that is wrong is told at the end; the payload is read from the file by whoever wants it.
            let _ = decoder.push(bytes, &mut Vec::new());
        }
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
            let decoder = self.decoder.take();
            let mut spooled = Spooled { file: tempfile::tempfile()?, hash, checksums, decoder };
            spooled.write(&std::mem::take(&mut self.memory))?;
            self.spooled = Some(spooled);
        }
        self.spooled.as_mut().map_or(Ok(()), |spooled| spooled.write(piece))
    }

    fn finish(self) -> Result<Intake, IntakeError> {
        let Some(Spooled { file, hash, checksums, decoder }) = self.spooled else {
            let body = Body::Bytes(self.memory);
            return Ok(Intake { body, file: None, findings: Vec::new(), has_chunks_read: false });
        };
        let has_chunks_read = decoder.is_some();
        let mut findings: Vec<Finding> = checksums.find_wrong(self.request).map(mismatch).into_iter().collect();
        for error in decoder.and_then(|decoder| decoder.finish().err()).unwrap_or_default() {
            match error {
                DecodeError::Fault(fault) => findings.push(Finding::Stream(fault)),
                other => return Err(IntakeError::Chunks(other)),
            }
        }
        let body = Body::Elsewhere { sha256: Some(hash.finish()), length: self.length };
        Ok(Intake { body, file: Some(file), findings, has_chunks_read })
    }
}

fn mismatch(wrong: WrongChecksum) -> Finding {
    Finding::ChecksumMismatch { name: wrong.name.to_owned(), expected: wrong.expected, presented: wrong.presented }
}
