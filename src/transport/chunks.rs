//! Encodes a body in chunks, reading it from its file or pipe while it is sent and hashing it on all cores.

use rayon::prelude::*;

use super::PIECE;
use super::body_error::BodyError;
use super::file::BodyReader;
use super::fingerprint::Fingerprints;
use sigvet_core::checksum::ChecksumHasher;
use sigvet_core::crypto::{Sha256Digest, sha256};
use sigvet_core::stream::{ChunkHasher, Encoder};

/// How much of a payload is hashed at once if chunks are smaller than this.
const BATCH: usize = 4 * PIECE;

/// An upper bound for the final chunk's head and a trailer, both with the longest signatures.
const LONGEST_END: usize = 1024;

/// A body in chunks, read piece by piece.
#[derive(Debug)]
pub struct ChunkedReader {
    reader: BodyReader,
    encoder: Option<Encoder>,
    room: usize,
    fingerprints: Option<Fingerprints>,
}

impl ChunkedReader {
    /// Encodes what `reader` reads with `encoder`, whose payload must be as long as the file.
    pub fn new(reader: BodyReader, encoder: Encoder) -> Self {
        let chunks = (BATCH / encoder.layout().chunk_size.bytes()).max(1);
        // The end of the body is written together with its last chunks.
        let room = encoder.room_for(chunks) + LONGEST_END;
        Self { reader, encoder: Some(encoder), room, fingerprints: None }
    }

    /// Also computes the MD5s of the body in the same pass.
    #[must_use]
    pub fn with_fingerprints(self, fingerprints: Option<&Fingerprints>) -> Self {
        Self { fingerprints: fingerprints.cloned(), ..self }
    }

    /// The required size of the buffer for [`ChunkedReader::read`].
    pub fn room(&self) -> usize {
        self.room
    }

    /// Whether the whole body has been read.
    pub fn is_at_end(&self) -> bool {
        self.encoder.is_none()
    }

    /// Number of bytes of the payload still to be read.
    pub fn left(&self) -> u64 {
        self.reader.left()
    }

    /// Writes the next piece of the body into the buffer and returns its length, 0 at the end.
    ///
    /// # Errors
    /// The payload cannot be read, has changed, or does not have the announced length.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let read = self.read_chunks(buffer)?;
        if let (Some(fingerprints), Some(framed)) = (&self.fingerprints, buffer.get(..read)) {
            fingerprints.take_framed(framed);
        }
        Ok(read)
    }

    fn read_chunks(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let Some(encoder) = &mut self.encoder else { return Ok(0) };
        let places = encoder.places(buffer.len() - LONGEST_END);
        for place in &places {
            self.reader.fill(&mut buffer[place.clone()])?;
            if let Some(fingerprints) = &self.fingerprints {
                fingerprints.take_payload(&buffer[place.clone()]);
            }
        }
        let sealed = encoder.seal(buffer, &places, &OnAllCores);
        if encoder.left() > 0 {
            return Ok(sealed);
        }
        let end = self.encoder.take().expect("the encoder that was there above").finish();
        let room = buffer.get_mut(sealed..sealed + end.len()).expect("a buffer keeps room for the longest end");
        room.copy_from_slice(&end);
        Ok(sealed + end.len())
    }
}

/// Hashes chunks in parallel, and computes the checksum over all of them at the same time.
struct OnAllCores;

impl ChunkHasher for OnAllCores {
    fn hash(&self, chunks: &[&[u8]], is_signed: bool, checksum: Option<&mut ChecksumHasher>) -> Vec<Sha256Digest> {
        let sum = || checksum.map(|checksum| chunks.iter().for_each(|chunk| checksum.update(chunk)));
        let hash = || chunks.par_iter().map(|chunk| sha256(chunk)).collect();
        if is_signed {
            return rayon::join(hash, sum).0;
        }
        sum();
        Vec::new()
    }
}
