//! The reader behind [`Decoder`](super::Decoder) and [`Resigner`](super::Resigner): it verifies, and decides what may
//! be forwarded.
//!
//! After the first fault it forwards nothing but reads on, so at the end it knows as much as a reader of the whole
//! body.

use std::fmt;

use super::chain::Chain;
use super::decode_error::DecodeError;
use super::fault::{ChunkPlace, StreamFault};
use super::framing::{Framing, Head, Step, TRAILER_LIMIT, without_line_end};
use super::observed::{Announcement, Checksums, Observed};
use super::parse::parse_trailer;
use super::word::StreamingWord;
use crate::claim::Claim;
use crate::crypto::{Sha256Digest, Sha256Hasher};
use crate::request::Request;
use crate::scheme::{Signature, SigningKey};

/// Data that may be forwarded.
pub(super) enum Released<'r> {
    /// An unsigned chunk begins.
    Head(&'r Head),
    /// Unsigned data, and whether it is the last data of its chunk.
    Data(&'r [u8], bool),
    /// A chunk whose signature is valid, with the hash of its data.
    Chunk(&'r Head, Sha256Digest, &'r [u8]),
}

/// The end of a body without faults.
pub(super) struct Ending {
    /// The head of the final chunk.
    pub(super) head: Head,
    /// The lines of the trailer unchanged, with their line ends, including the last empty one.
    pub(super) lines: Vec<Vec<u8>>,
    /// The trailer in the form that is signed.
    pub(super) canonical_trailers: Vec<u8>,
    /// The names and values of the trailer, without its signature.
    pub(super) trailers: Vec<(String, String)>,
}

pub(super) struct Reader {
    framing: Framing,
    announcement: Announcement,
    /// `None` for an unsigned body, and after a chunk whose signature was wrong or missing.
    chain: Option<Chain>,
    chunk_limit: usize,
    checksums: Checksums,
    observed: Observed,
    chunk: Option<OpenChunk>,
    final_head: Option<Head>,
    lines: Vec<Vec<u8>>,
    wrong_signature: Option<StreamFault>,
    /// Why nothing more is forwarded.
    stopped: Option<DecodeError>,
}

/// A chunk that is being read.
struct OpenChunk {
    place: ChunkPlace,
    head: Head,
    hasher: Sha256Hasher,
    /// Its data, until its signature is verified.
    kept: Vec<u8>,
}

impl Reader {
    pub(super) fn new(request: &Request, claim: &Claim, key: &SigningKey, chunk_limit: usize) -> Option<Self> {
        let word = StreamingWord::of(&claim.terms)?;
        let announcement = Announcement::of(&request.headers, word);
        Some(Self {
            framing: Framing::new(),
            chain: word.is_signed.then(|| Chain::new(&claim.terms, key, &claim.signature)),
            chunk_limit,
            checksums: Checksums::of(&announcement),
            observed: Observed::default(),
            chunk: None,
            final_head: None,
            lines: Vec::new(),
            wrong_signature: None,
            stopped: undeclared(&announcement).map(DecodeError::Fault),
            announcement,
        })
    }

    /// Whether nothing has been read yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.framing.length() == 0
    }

    /// The chain of the inbound signatures, if chunks are signed.
    pub(super) fn chain(&self) -> Option<&Chain> {
        self.chain.as_ref()
    }

    /// Stops forwarding. The first reason counts.
    pub(super) fn stop(&mut self, error: DecodeError) {
        self.stopped.get_or_insert(error);
    }

    pub(super) fn read(&mut self, piece: &[u8], release: &mut dyn FnMut(Released<'_>)) -> Result<(), DecodeError> {
        let mut rest = piece;
        while let Some(step) = self.framing.step(&mut rest) {
            match step {
                Step::Head(head) => self.begin(head, release),
                Step::Data(data, is_last) => self.read_data(data, is_last, release),
                Step::Line(line) => self.read_line(line),
            }
        }
        if let Some(malformed) = self.framing.broken() {
            self.stop(DecodeError::Fault(StreamFault::Malformed(malformed)));
        }
        if self.framing.is_trailer_too_long() {
            self.stop(DecodeError::TrailerTooLong { limit: TRAILER_LIMIT });
        }
        self.stopped.clone().map_or(Ok(()), Err)
    }

    fn begin(&mut self, head: Head, release: &mut dyn FnMut(Released<'_>)) {
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        let place = ChunkPlace { number: self.observed.chunks + 1, offset: head.offset, length };
        if let Some(error) = self.judge_head(&head, place) {
            self.stop(error);
        }
        let is_signed = self.announcement.word.is_signed;
        if is_signed && head.signature.is_none() {
            self.chain = None;
        }
        let chunk = OpenChunk { place, head, hasher: Sha256Hasher::new(), kept: Vec::new() };
        if length == 0 {
            self.final_head = Some(chunk.head.clone());
            return self.end_chunk(chunk, &mut |_| {});
        }
        if !is_signed && self.stopped.is_none() {
            release(Released::Head(&chunk.head));
        }
        self.chunk = Some(chunk);
    }

    /// A fault that the head shows before the data of its chunk arrives.
    fn judge_head(&self, head: &Head, chunk: ChunkPlace) -> Option<DecodeError> {
        let is_signed = self.announcement.word.is_signed;
        let arrived = self.observed.decoded_length.saturating_add(head.length);
        let declared = self.announcement.length();
        match &head.signature {
            None if is_signed => Some(DecodeError::Fault(StreamFault::ChunkUnsigned { chunk })),
            Some(_) if !is_signed => Some(DecodeError::Fault(StreamFault::ChunkSigned { chunk })),
            _ if declared.is_some_and(|declared| declared < arrived) => {
                let declared = self.announcement.decoded_length.clone().unwrap_or_default();
                Some(DecodeError::Fault(StreamFault::DecodedLength { declared, arrived }))
            }
            _ if is_signed && chunk.length > self.chunk_limit => {
                Some(DecodeError::ChunkTooLong { chunk, limit: self.chunk_limit })
            }
            // Then the chunk before it was not the last.
            _ if chunk.length > 0 => {
                let small = self.observed.small_chunk_before(&self.announcement);
                small.filter(|fault| !fault.is_tolerated()).map(DecodeError::Fault)
            }
            _ => None,
        }
    }

    fn read_data(&mut self, data: &[u8], is_last: bool, release: &mut dyn FnMut(Released<'_>)) {
        let Some(mut chunk) = self.chunk.take() else { return };
        self.checksums.update(data);
        if self.chain.is_some() {
            chunk.hasher.update(data);
        }
        match (self.announcement.word.is_signed, &self.stopped) {
            (true, None) => chunk.kept.extend_from_slice(data),
            (false, None) => release(Released::Data(data, is_last)),
            (_, Some(_)) => chunk.kept = Vec::new(),
        }
        match is_last {
            true => self.end_chunk(chunk, release),
            false => self.chunk = Some(chunk),
        }
    }

    fn end_chunk(&mut self, chunk: OpenChunk, release: &mut dyn FnMut(Released<'_>)) {
        let OpenChunk { place, head, hasher, kept } = chunk;
        self.observed.chunk(place, head.signature.is_some());
        let (Some(chain), Some(presented)) = (&mut self.chain, &head.signature) else { return };
        let hash = hasher.finish();
        if let Some(fault) = chain.judge_chunk(place, &hash, &Signature::presented(presented.as_str())) {
            self.chain = None;
            self.wrong_signature = Some(fault.clone());
            return self.stop(DecodeError::Fault(fault));
        }
        if self.stopped.is_none() {
            release(Released::Chunk(&head, hash, &kept));
        }
    }

    fn read_line(&mut self, line: Vec<u8>) {
        if let Some(trailer) = parse_trailer(without_line_end(&line)) {
            self.observed.trailer(trailer.name, trailer.value);
        }
        self.lines.push(line);
    }

    pub(super) fn finish(mut self) -> Result<Ending, Vec<DecodeError>> {
        self.observed.malformed = self.framing.finish();
        self.observed.length = self.framing.length();
        let stopped = self.stopped.take();
        let is_limit = |error: &DecodeError| !matches!(error, DecodeError::Fault(_));
        let mut errors: Vec<DecodeError> = stopped.clone().filter(is_limit).into_iter().collect();
        errors.extend(self.faults().into_iter().filter(|fault| !fault.is_tolerated()).map(DecodeError::Fault));
        if errors.is_empty() {
            errors.extend(stopped);
        }
        match self.final_head {
            Some(head) if errors.is_empty() => {
                let canonical_trailers = self.observed.canonical_trailers();
                Ok(Ending { head, lines: self.lines, canonical_trailers, trailers: self.observed.trailers })
            }
            _ => Err(errors),
        }
    }

    /// The faults that a reader of the whole body finds; none of a trailer that was not read to its end.
    fn faults(&mut self) -> Vec<StreamFault> {
        let mut faults: Vec<StreamFault> = self.wrong_signature.take().into_iter().collect();
        if self.framing.is_trailer_too_long() {
            return faults;
        }
        if self.observed.is_trailer_signature_judged(&self.announcement) {
            let presented = Signature::presented(self.observed.trailer_signature.as_deref().unwrap_or_default());
            let trailers = self.observed.canonical_trailers();
            faults.extend(self.chain.as_mut().and_then(|chain| chain.judge_trailer(&trailers, &presented)));
        }
        let checksums = std::mem::take(&mut self.checksums);
        faults.extend(self.observed.judge(&self.announcement, checksums));
        faults
    }
}

impl fmt::Debug for Reader {
    /// Omits the payload that is kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Reader");
        shown.field("length", &self.framing.length()).field("chunks", &self.observed.chunks);
        shown.field("stopped", &self.stopped).finish_non_exhaustive()
    }
}

/// The fault of a head that does not declare the length of the payload, which could not be forwarded with a length.
fn undeclared(announcement: &Announcement) -> Option<StreamFault> {
    match &announcement.decoded_length {
        None => Some(StreamFault::DecodedLengthMissing),
        Some(_) if announcement.length().is_some() => None,
        Some(declared) => Some(StreamFault::DecodedLength { declared: declared.clone(), arrived: 0 }),
    }
}
