//! Encodes a payload, piece by piece, as a body in chunks.
//!
//! The caller reads the data of a chunk directly into the buffer to send, and the head and line end are written around
//! it: nothing is copied. Several chunks form a batch, so they can be hashed at once; only their signatures must follow
//! one another.

use std::ops::Range;

use super::chain::Chain;
use super::layout::Layout;
use super::{CHUNK_SIGNATURE, TRAILER_SIGNATURE};
use crate::checksum::{Checksum, ChecksumHasher};
use crate::crypto::{Sha256Digest, sha256};
use crate::scheme::Signature;

/// Hashes the chunks of a batch.
pub trait ChunkHasher {
    /// Returns the hash of each chunk if chunks are signed, and adds all chunks, in order, to the checksum.
    fn hash(&self, chunks: &[&[u8]], is_signed: bool, checksum: Option<&mut ChecksumHasher>) -> Vec<Sha256Digest>;
}

/// Hashes one chunk after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct InOrder;

impl ChunkHasher for InOrder {
    fn hash(&self, chunks: &[&[u8]], is_signed: bool, checksum: Option<&mut ChecksumHasher>) -> Vec<Sha256Digest> {
        if let Some(checksum) = checksum {
            chunks.iter().for_each(|chunk| checksum.update(chunk));
        }
        if is_signed { chunks.iter().map(|chunk| sha256(chunk)).collect() } else { Vec::new() }
    }
}

/// Encodes one payload in chunks. A clone of a fresh encoder encodes it in the same chunks again.
#[derive(Debug, Clone)]
#[must_use]
pub struct Encoder {
    layout: Layout,
    chain: Option<Chain>,
    checksum: Option<ChecksumHasher>,
    left: u64,
}

impl Encoder {
    /// Starts a payload; with a chain, its chunks are signed.
    pub(super) fn new(layout: Layout, chain: Option<Chain>) -> Self {
        let checksum = layout.checksum.map(ChecksumHasher::new);
        Self { layout, chain, checksum, left: layout.decoded_length }
    }

    /// The layout, which determines the length of the body.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of bytes of the payload that are still missing.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The ranges in a buffer of that length where the data of the next chunks belongs, for as many chunks as fit;
    /// empty at the end of the payload. A buffer that is too small for one chunk gets none.
    pub fn places(&self, room: usize) -> Vec<Range<usize>> {
        let (mut places, mut left, mut at) = (Vec::new(), self.left, 0);
        while left > 0 {
            let data = left.min(self.layout.chunk_size.bytes() as u64);
            let start = at + self.layout.head_length(data);
            let end = start + data as usize;
            if end + LINE_END.len() > room {
                break;
            }
            places.push(start..end);
            (left, at) = (left - data, end + LINE_END.len());
        }
        places
    }

    /// Length of a buffer that has room for so many chunks, in bytes.
    pub fn room_for(&self, chunks: usize) -> usize {
        let size = self.layout.chunk_size.bytes();
        chunks * (self.layout.head_length(size as u64) + size + LINE_END.len())
    }

    /// Finishes the chunks whose data is in the buffer at the ranges from [`places`](Self::places), and returns the
    /// number of bytes of the buffer that belong to the body.
    ///
    /// # Panics
    /// The ranges are not those, or the buffer is shorter.
    pub fn seal(&mut self, buffer: &mut [u8], places: &[Range<usize>], hasher: &dyn ChunkHasher) -> usize {
        let chunks: Vec<&[u8]> = places.iter().map(|place| &buffer[place.clone()]).collect();
        let hashes = hasher.hash(&chunks, self.chain.is_some(), self.checksum.as_mut());
        let mut at = 0;
        for (index, place) in places.iter().enumerate() {
            let signature = self.chain.as_mut().map(|chain| chain.sign_chunk(&hashes[index]));
            let head = head(place.len(), signature.as_ref());
            buffer[at..place.start].copy_from_slice(head.as_bytes());
            at = place.end + LINE_END.len();
            buffer[place.end..at].copy_from_slice(LINE_END);
            self.left -= place.len() as u64;
        }
        at
    }

    /// Returns the end of the body: the final chunk, which is empty, and the trailer.
    pub fn finish(mut self) -> Vec<u8> {
        let signature = self.chain.as_mut().map(|chain| chain.sign_chunk(&sha256(b"")));
        let mut end = head(0, signature.as_ref()).into_bytes();
        if let Some(checksum) = self.checksum.take().map(ChecksumHasher::finish) {
            end.extend_from_slice(self.trailer(&checksum).as_bytes());
        }
        end.extend_from_slice(LINE_END);
        end
    }

    fn trailer(&mut self, checksum: &Checksum) -> String {
        let line = format!("{}:{checksum}", checksum.algorithm.header());
        match &mut self.chain {
            None => format!("{line}\r\n"),
            Some(chain) => {
                let signature = chain.sign_trailer(format!("{line}\n").as_bytes());
                format!("{line}\r\n{TRAILER_SIGNATURE}:{signature}\r\n")
            }
        }
    }

    /// Encodes a payload that is in memory, and returns the whole body.
    ///
    /// # Panics
    /// The length of the payload is not that of the layout.
    pub fn encode(mut self, payload: &[u8], hasher: &dyn ChunkHasher) -> Vec<u8> {
        assert_eq!(payload.len() as u64, self.left, "the payload has the length of the layout");
        let length = self.layout.encoded_length() as usize;
        let mut body = vec![0; length];
        let places = self.places(length);
        let mut rest = payload;
        for place in &places {
            let (data, more) = rest.split_at(place.len());
            body[place.clone()].copy_from_slice(data);
            rest = more;
        }
        let sealed = self.seal(&mut body, &places, hasher);
        body[sealed..].copy_from_slice(&self.finish());
        body
    }
}

const LINE_END: &[u8] = b"\r\n";

fn head(length: usize, signature: Option<&Signature>) -> String {
    match signature {
        Some(signature) => format!("{length:x}{CHUNK_SIGNATURE}{signature}\r\n"),
        None => format!("{length:x}\r\n"),
    }
}
