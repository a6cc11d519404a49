//! Receives a request body. Short bodies stay in memory; long ones go to a temporary file and are hashed on the way.
//!
//! The parts of a long body that must be judged are also read on the way: the signatures of its chunks, or the
//! fields of a form.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::form::{OutlineTooLong, Outliner};
use sigvet_core::request::{Body, Request, StatedChecksums, WrongChecksum};
use sigvet_core::stream::{DecodeError, Decoder};
use sigvet_core::verify::Finding;

use super::Limits;
use super::payload::{BodyFile, Trailers};

/// A completely received body.
#[derive(Debug)]
pub struct Intake {
    /// The body as the verifier sees it.
    pub body: Body,
    /// The file with the body, if it is not in memory.
    pub file: Option<BodyFile>,
    /// Problems with the body in the file. The verifier checks bodies in memory itself.
    pub findings: Vec<Finding>,
    /// Whether the chunks of the file were decoded and each signature was checked on the way.
    pub has_chunks_read: bool,
}

/// Why a body could not be received.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The body is longer than the limit.
    #[error("the body is longer than {limit} bytes (--max-body)")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// The next server could end the body elsewhere.
    #[error("{0}")]
    Ambiguous(Box<Finding>),
    /// No byte arrived for too long.
    #[error("no byte of the body arrived for {} s (--idle-timeout)", .0.as_secs())]
    Slow(Duration),
    /// The connection broke, or the framing is invalid.
    #[error("the body broke off, or is framed wrongly")]
    Broken(#[source] hyper::Error),
    /// The temporary file could not be written.
    #[error("cannot keep the body in a temporary file in {} (TMPDIR): {source}", folder.display())]
    NoRoom {
        /// The folder for temporary files.
        folder: PathBuf,
        /// The error from the system.
        source: io::Error,
    },
    /// The chunks of the body cannot be decoded within the memory limit.
    #[error("{0}")]
    Chunks(#[source] DecodeError),
    /// The fields of a signed form exceed the memory limit.
    #[error("{0}")]
    Form(#[source] OutlineTooLong),
}

impl IntakeError {
    fn no_room(source: io::Error) -> Self {
        Self::NoRoom { folder: tempfile::env::temp_dir(), source }
    }
}

/// What the file of a long chunked body is to contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileHolds {
    /// The body as it arrives.
    Arrived,
    /// The payload of the body, without the chunk framing.
    Payload,
}

/// How to decode a long chunked body.
#[derive(Debug)]
pub struct Chunks {
    decoder: Decoder,
    holds: FileHolds,
    /// The payload of the current piece.
    payload: Vec<u8>,
}

impl Chunks {
    /// Decodes the chunks with this decoder.
    pub fn new(decoder: Decoder, holds: FileHolds) -> Self {
        Self { decoder, holds, payload: Vec::new() }
    }
}

/// Receives the body of a request within the limits. If the body is chunked and too long for memory, its
/// chunks are decoded.
///
/// # Errors
/// See [`IntakeError`].
pub async fn take(
    request: &Request,
    mut body: Incoming,
    chunks: Option<Chunks>,
    limits: &Limits,
) -> Result<Intake, IntakeError> {
    let mut spool = Spool { request, memory: Vec::new(), spooled: None, chunks, length: 0, limits };
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
    chunks: Option<Chunks>,
    length: u64,
    limits: &'a Limits,
}

/// The part of the body that is already in the file.
struct Spooled {
    file: File,
    /// Bytes in the file.
    length: u64,
    hash: Sha256Hasher,
    checksums: StatedChecksums,
    reading: Reading,
}

/// What is parsed from a body on its way into the file.
enum Reading {
    Nothing,
    Chunks(Box<Chunks>),
    Form(Box<Outliner>),
}

impl Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.checksums.update(bytes);
        let kept = match &mut self.reading {
            Reading::Nothing => bytes,
            Reading::Form(outliner) => {
                outliner.push(bytes);
                bytes
            }
            Reading::Chunks(chunks) => {
                chunks.payload.clear();
                // All errors are reported at the end; the output up to an error is correct.
                let _ = chunks.decoder.push(bytes, &mut chunks.payload);
                if chunks.holds == FileHolds::Payload { &chunks.payload } else { bytes }
            }
        };
        self.length += kept.len() as u64;
        self.file.write_all(kept)
    }

    fn finish(self, request: &Request, length: u64) -> Result<Intake, IntakeError> {
        let mut findings: Vec<Finding> = self.checksums.find_wrong(request).map(mismatch).into_iter().collect();
        let sha256 = Some(self.hash.finish());
        let whole = Body::Elsewhere { sha256, length };
        let has_chunks_read = matches!(self.reading, Reading::Chunks(_));
        let (body, trailers) = match self.reading {
            Reading::Nothing => (whole, None),
            Reading::Form(outliner) => match outliner.finish(sha256) {
                Ok(form) => (form, None),
                Err(error) if error.is_signed => return Err(IntakeError::Form(error)),
                Err(_) => (whole, None),
            },
            Reading::Chunks(chunks) => (whole, chunks.finish(&mut findings)?),
        };
        let file = BodyFile { file: self.file, length: self.length, trailers };
        Ok(Intake { body, file: Some(file), findings, has_chunks_read })
    }
}

impl Chunks {
    /// The trailers if the file has only the payload; adds all errors to `findings`.
    fn finish(self, findings: &mut Vec<Finding>) -> Result<Option<Trailers>, IntakeError> {
        let errors = match self.decoder.finish() {
            Ok(trailers) => return Ok((self.holds == FileHolds::Payload).then_some(trailers)),
            Err(errors) => errors,
        };
        for error in errors {
            match error {
                DecodeError::Fault(fault) => findings.push(Finding::Stream(fault)),
                other => return Err(IntakeError::Chunks(other)),
            }
        }
        Ok(None)
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
        tokio::task::block_in_place(|| self.write_to_file(piece)).map_err(IntakeError::no_room)
    }

    fn write_to_file(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.spooled.is_none() {
            let mut spooled = self.begin_file()?;
            spooled.write(&std::mem::take(&mut self.memory))?;
            self.spooled = Some(spooled);
        }
        self.spooled.as_mut().map_or(Ok(()), |spooled| spooled.write(piece))
    }

    fn begin_file(&mut self) -> io::Result<Spooled> {
        let form = || Outliner::new(self.request, self.limits.memory_bytes);
        let reading = match self.chunks.take() {
            Some(chunks) => Reading::Chunks(Box::new(chunks)),
            None => form().map_or(Reading::Nothing, |outliner| Reading::Form(Box::new(outliner))),
        };
        let (hash, checksums) = (Sha256Hasher::new(), StatedChecksums::new(self.request));
        Ok(Spooled { file: tempfile::tempfile()?, length: 0, hash, checksums, reading })
    }

    fn finish(self) -> Result<Intake, IntakeError> {
        match self.spooled {
            Some(spooled) => spooled.finish(self.request, self.length),
            None => {
                let body = Body::Bytes(self.memory);
                Ok(Intake { body, file: None, findings: Vec::new(), has_chunks_read: false })
            }
        }
    }
}

fn mismatch(wrong: WrongChecksum) -> Finding {
    Finding::ChecksumMismatch { name: wrong.name.to_owned(), expected: wrong.expected, presented: wrong.presented }
}
