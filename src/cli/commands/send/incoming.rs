//! Reads the body of a response piece by piece: counts and checks it, limits its rate, and decodes it if requested.

use std::io::{self, Read};
use std::num::NonZeroU64;
use std::time::Instant;

use bytes::{Buf, Bytes};

use super::check::Check;
use crate::cli::connection::failure::explain_transport;
use crate::cli::failure::{Exit, Failure};
use crate::transport::{EncodingError, Encodings, Exchange, time_for};

/// The buffer size for decoding.
const BUFFER: usize = 64 * 1024;

/// Receives a piece, and the number of bytes received so far.
pub type Sink<'s> = &'s mut dyn FnMut(&[u8], u64) -> Result<(), Failure>;

/// The body of a response that is being received.
pub struct Incoming<'e> {
    exchange: &'e mut Exchange,
    /// Bytes that were received but not read yet.
    ready: Bytes,
    check: Check,
    size: u64,
    rate: Option<NonZeroU64>,
    begun: Instant,
    /// The failure that ended the body, because a reader only sees its end.
    failure: Option<Failure>,
}

impl<'e> Incoming<'e> {
    /// A body whose beginning was already read.
    pub fn new(exchange: &'e mut Exchange, beginning: Bytes, mut check: Check, rate: Option<NonZeroU64>) -> Self {
        check.update(&beginning);
        let size = beginning.len() as u64;
        Self { exchange, ready: beginning, check, size, rate, begun: Instant::now(), failure: None }
    }

    /// Passes the whole body to `sink`.
    ///
    /// # Errors
    /// The body breaks off, does not match its coding, or `sink` fails.
    pub fn each_piece(&mut self, encodings: &Encodings, sink: Sink<'_>) -> Result<(), Failure> {
        if !encodings.is_empty() {
            self.each_decoded(encodings, sink)?;
            // Bytes after an encoded body are not part of it.
            return self.each_plain(&mut |_, _| Ok(()));
        }
        self.each_plain(sink)
    }

    fn each_plain(&mut self, sink: Sink<'_>) -> Result<(), Failure> {
        while let Some(piece) = self.next_piece()? {
            sink(&piece, self.size)?;
        }
        Ok(())
    }

    fn each_decoded(&mut self, encodings: &Encodings, sink: Sink<'_>) -> Result<(), Failure> {
        let outcome = decode(encodings, self, sink);
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => outcome,
        }
    }

    fn next_piece(&mut self) -> Result<Option<Bytes>, Failure> {
        if !self.ready.is_empty() {
            return Ok(Some(std::mem::take(&mut self.ready)));
        }
        let piece = self.exchange.next_piece().map_err(explain_transport)?;
        if let Some(piece) = &piece {
            self.check.update(piece);
            self.size += piece.len() as u64;
            if let Some(rate) = self.rate {
                std::thread::sleep(time_for(self.size, rate).saturating_sub(self.begun.elapsed()));
            }
        }
        Ok(piece)
    }

    /// The number of bytes received, and the check of them.
    pub fn into_parts(self) -> (u64, Check) {
        (self.size, self.check)
    }
}

fn decode(encodings: &Encodings, body: &mut Incoming<'_>, sink: Sink<'_>) -> Result<(), Failure> {
    let mut received = 0;
    let mut reader = encodings.decode(body).map_err(undecodable)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = reader.read(&mut buffer).map_err(|error| {
            Failure::from_error(Exit::BadEncoding, error).context("the body does not match its Content-Encoding")
        })?;
        received += read as u64;
        match buffer.get(..read) {
            None | Some([]) => return Ok(()),
            Some(piece) => sink(piece, received)?,
        }
    }
}

/// A body that `--compressed` cannot give.
pub fn undecodable(error: EncodingError) -> Failure {
    let hint = match error {
        EncodingError::Unknown { .. } => Some("omit --compressed to get the body as it was sent"),
        EncodingError::Mismatch { .. } => None,
    };
    Failure::from_error(Exit::BadEncoding, error).with_hints(hint)
}

impl Read for Incoming<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() {
            match self.next_piece() {
                Ok(piece) => self.ready = piece.unwrap_or_default(),
                Err(failure) => {
                    self.failure = Some(failure);
                    return Err(io::Error::other("the body was truncated"));
                }
            }
        }
        let length = buffer.len().min(self.ready.len());
        self.ready.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
