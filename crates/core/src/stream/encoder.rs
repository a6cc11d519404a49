//! The way out: a payload, piece by piece, becomes a body in chunks.
//!
//! The data of a chunk is read to where it is sent from, and head and line end are written around it: nothing is copied.
//! Several chunks make a batch, so that they can be hashed at once; only their signatures must follow one another.

use std::ops::Range;

use super::chain::Chain;
use super::layout::Layout;
use super::{CHUNK_SIGNATURE, TRAILER_SIGNATURE};
use crate::checksum::{Checksum, ChecksumHasher};
use crate::crypto::{Sha256Digest, sha256};
use crate::scheme::Signature;

/// Who hashes the chunks of a batch.
pub trait ChunkHasher {
    /// The hash of each chunk, where they are signed, and all of them, in order, into the checksum.
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

/// Puts one payload into chunks. A clone of a fresh one puts it into the same chunks again.
#[derive(Debug, Clone)]
#[must_use]
pub struct Encoder {
    layout: Layout,
    chain: Option<Chain>,
    checksum: Option<ChecksumHasher>,
    left: u64,
}

impl Encoder {
    /// Starts a payload; with a chain its chunks are signed.
    pub(super) fn new(layout: Layout, chain: Option<Chain>) -> Self {
        let checksum = layout.checksum.map(ChecksumHasher::new);
        Self { layout, chain, checksum, left: layout.decoded_length }
    }

    /// What the length of the body follows from.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Bytes of the payload that are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Where in a buffer of that length the data of the next chunks belongs, for as many as fit; none at the end of the
    /// payload. A buffer that has no room for one chunk has room for none.
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

    /// How long a buffer is that has room for so many chunks.
    pub fn room_for(&self, chunks: usize) -> usize {
        let size = self.layout.chunk_size.bytes();
        chunks * (self.layout.head_length(size as u64) + size + LINE_END.len())
    }

    /// Finishes the chunks whose data stands in the buffer, where [`places`](Self::places) has it, and tells how many bytes
    /// of the buffer are the body's.
    ///
    /// # Panics
    /// Other places than those, or a shorter buffer.
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

    /// The end of the body: the final chunk, which is empty, and the trailer.
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

    /// The whole body of a payload that is at hand.
    ///
    /// # Panics
    /// A payload of another length than the layout's.
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
