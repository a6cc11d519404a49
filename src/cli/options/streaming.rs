//! How the body is signed, and how it is sent if it is signed piece by piece.

use clap::{Args, ValueEnum};

use crate::cli::failure::Failure;
use crate::cli::options::value::{InvalidValue, parse_size};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::stream::{ChunkSize, ChunkSizeTooSmall, Plan, Protection};

/// What is signed of the body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct StreamingOptions {
    /// How to sign the body; streaming reads it once, while it is sent
    #[arg(long, value_name = "KIND", value_enum, conflicts_with_all = ["unsigned_payload", "payload_hash"])]
    pub payload: Option<PayloadKind>,

    /// Chunk size of --payload streaming (default: 64KiB)
    #[arg(long, value_name = "SIZE", value_parser = parse_chunk_size)]
    pub chunk_size: Option<ChunkSize>,

    /// Length of a body from a pipe, so that it can be sent without being stored
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub length: Option<u64>,
}

/// `--payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PayloadKind {
    /// Its hash, for which it is read twice
    Signed,
    /// Nothing: UNSIGNED-PAYLOAD
    Unsigned,
    /// Each chunk of it; with --checksum a trailer too (S3 family)
    Streaming,
    /// Chunks without signatures, and the checksum of --checksum as trailer (S3 family, over TLS)
    StreamingUnsigned,
}

/// Where the length of a body comes from that can be read only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PipeLength {
    /// The body is read to its end and stored.
    Counted,
    /// The user gave it.
    Told(u64),
    /// It is unknown.
    Missing,
}

impl StreamingOptions {
    /// Whether the body is read only while it is sent.
    pub fn is_streaming(self) -> bool {
        matches!(self.payload, Some(PayloadKind::Streaming | PayloadKind::StreamingUnsigned))
    }

    /// How the body is streamed, if it is.
    ///
    /// # Errors
    /// An option requires another one that is missing.
    pub fn plan(self, checksum: Option<ChecksumAlgorithm>) -> Result<Option<Plan>, Failure> {
        self.check(checksum)?;
        let protection = match self.payload {
            Some(PayloadKind::Streaming) => Protection::Signed,
            Some(PayloadKind::StreamingUnsigned) => Protection::Unsigned,
            _ => return Ok(None),
        };
        Ok(Some(Plan { protection, chunk_size: self.chunk_size.unwrap_or(ChunkSize::DEFAULT), checksum }))
    }

    fn check(self, checksum: Option<ChecksumAlgorithm>) -> Result<(), Failure> {
        if self.payload == Some(PayloadKind::StreamingUnsigned) && checksum.is_none() {
            return Err(Failure::usage(
                "--payload streaming-unsigned needs a checksum, because nothing else protects the body",
            )
            .hint("add --checksum crc64nvme, or sign the chunks with --payload streaming"));
        }
        if self.chunk_size.is_some() && !self.is_streaming() {
            return Err(Failure::usage("--chunk-size works only with a chunked body").hint("add --payload streaming"));
        }
        let is_hashed = matches!(self.payload, None | Some(PayloadKind::Signed));
        if self.length.is_some() && is_hashed {
            return Err(Failure::usage(
                "--length is only for a body that is sent while it is read, but this one is hashed first",
            )
            .hint("add --payload streaming or --payload unsigned, or omit --length"));
        }
        Ok(())
    }

    /// Where the length of a pipe comes from.
    pub fn pipe_length(self) -> PipeLength {
        match self.length {
            Some(length) => PipeLength::Told(length),
            None if self.is_streaming() => PipeLength::Missing,
            None => PipeLength::Counted,
        }
    }
}

fn parse_chunk_size(text: &str) -> Result<ChunkSize, InvalidChunkSize> {
    let bytes = parse_size(text)?;
    let size = usize::try_from(bytes).ok().filter(|size| *size <= LARGEST_CHUNK);
    Ok(ChunkSize::new(size.ok_or(InvalidChunkSize::TooLarge { bytes })?)?)
}

/// MinIO responds to larger chunks with an error, and a few chunks are in memory at once.
const LARGEST_CHUNK: usize = 16 * 1024 * 1024;

/// Why a chunk size is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum InvalidChunkSize {
    #[error(transparent)]
    NotASize(#[from] InvalidValue),
    #[error("a chunk size of {bytes} bytes is too large; expected at most 16MiB, MinIO's maximum")]
    TooLarge { bytes: u64 },
    #[error("{0}: S3 refuses smaller chunks, except for the last one (InvalidChunkSizeError)")]
    TooSmall(#[from] ChunkSizeTooSmall),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits are those of S3 and MinIO: a chunk of either size is accepted, one byte less or more is not.
    #[test]
    fn chunks_are_neither_too_small_nor_too_large() {
        for (text, is_taken) in [("8191", false), ("8KiB", true), ("16MiB", true), ("16777217", false)] {
            assert_eq!(parse_chunk_size(text).is_ok(), is_taken, "{text}");
        }
    }

    #[test]
    fn options_that_require_another_are_refused() {
        let none = StreamingOptions::default();
        let with = |payload| StreamingOptions { payload: Some(payload), ..none };
        let unsigned = with(PayloadKind::StreamingUnsigned);
        assert!(unsigned.plan(None).is_err() && unsigned.plan(Some(ChecksumAlgorithm::Sha1)).is_ok());
        let (chunk_size, length) = (Some(ChunkSize::DEFAULT), Some(7));
        assert!(StreamingOptions { chunk_size, ..none }.plan(None).is_err());
        for (payload, is_taken) in
            [(PayloadKind::Signed, false), (PayloadKind::Unsigned, true), (PayloadKind::Streaming, true)]
        {
            assert_eq!(StreamingOptions { length, ..with(payload) }.plan(None).is_ok(), is_taken, "{payload:?}");
        }
        assert_eq!(with(PayloadKind::Streaming).pipe_length(), PipeLength::Missing);
        assert_eq!(with(PayloadKind::Unsigned).pipe_length(), PipeLength::Counted);
    }
}
