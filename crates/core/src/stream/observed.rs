//! Collects what a reader saw of a body in chunks, and finds the faults in it. No key is needed here.

use std::collections::{HashMap, HashSet};

use super::fault::{ChunkPlace, MinimumChunk, StreamFault};
use super::layout::ChunkSize;
use super::parse::{Malformed, canonical_trailers};
use super::word::StreamingWord;
use super::{DECODED_LENGTH_HEADER, TRAILER_HEADER, TRAILER_SIGNATURE};
use crate::checksum::{ChecksumAlgorithm, ChecksumHasher};
use crate::claim::plain_number;
use crate::endpoint;
use crate::request::{Headers, repeated_names};

/// What the head of a request declares about its body in chunks.
pub(super) struct Announcement {
    pub(super) word: StreamingWord,
    /// The header with the length of the payload, unchanged.
    pub(super) decoded_length: Option<String>,
    /// The announced names of trailing headers, unchanged.
    trailers: Vec<String>,
    /// The announced names in lower case.
    trailers_lower: HashSet<String>,
    /// Whether there is a header that announces them, whatever its value.
    has_trailer_header: bool,
    /// Whether the store refuses small chunks: only S3 itself, by its host.
    minimum: MinimumChunk,
}

impl Announcement {
    pub(super) fn of(headers: &Headers, word: StreamingWord) -> Self {
        let names = headers.first_text(TRAILER_HEADER).unwrap_or_default().split(',').map(str::trim);
        let trailers: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let place = headers.first_text("host").and_then(endpoint::infer_from_header);
        let is_s3 = place.is_some_and(|place| place.provider == endpoint::AWS);
        Self {
            minimum: if is_s3 { MinimumChunk::Enforced } else { MinimumChunk::Tolerated },
            word,
            decoded_length: headers.first_text(DECODED_LENGTH_HEADER).map(str::to_owned),
            trailers_lower: lower_case(trailers.iter().map(String::as_str)),
            trailers,
            has_trailer_header: headers.contains(TRAILER_HEADER),
        }
    }

    /// The length of the payload, if every server would read it the same way.
    pub(super) fn length(&self) -> Option<u64> {
        plain_number(self.decoded_length.as_deref()?.trim())
    }

    fn announces(&self, name: &str) -> bool {
        self.trailers_lower.contains(&name.to_ascii_lowercase())
    }
}

fn lower_case<'n>(names: impl Iterator<Item = &'n str>) -> HashSet<String> {
    names.map(str::to_ascii_lowercase).collect()
}

/// The checksums that the head announces for the payload: others are refused whatever their value.
#[derive(Default)]
pub(super) struct Checksums(Vec<(ChecksumAlgorithm, ChecksumHasher)>);

impl Checksums {
    pub(super) fn of(announcement: &Announcement) -> Self {
        let is_announced = |algorithm: &ChecksumAlgorithm| announcement.announces(algorithm.header());
        let algorithms = ChecksumAlgorithm::ALL.into_iter().filter(is_announced);
        Self(algorithms.map(|algorithm| (algorithm, ChecksumHasher::new(algorithm))).collect())
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        self.0.iter_mut().for_each(|(_, hasher)| hasher.update(data));
    }

    fn finish(self) -> HashMap<ChecksumAlgorithm, String> {
        self.0.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish().to_string())).collect()
    }
}

/// What was read from a body in chunks.
#[derive(Default)]
pub(super) struct Observed {
    /// Number of complete chunks.
    pub(super) chunks: usize,
    /// The first chunk without a signature, and the first with one.
    pub(super) first_unsigned: Option<ChunkPlace>,
    pub(super) first_signed: Option<ChunkPlace>,
    /// The first small chunk that another one with data follows, and the first small chunk so far.
    small: Option<ChunkPlace>,
    small_so_far: Option<ChunkPlace>,
    pub(super) has_final_chunk: bool,
    pub(super) decoded_length: u64,
    /// Names and values, unchanged.
    pub(super) trailers: Vec<(String, String)>,
    pub(super) trailer_signature: Option<String>,
    pub(super) trailer_signatures: usize,
    /// Where the framing is broken.
    pub(super) malformed: Option<Malformed>,
    /// Length of the body with its framing, in bytes.
    pub(super) length: usize,
}

impl Observed {
    /// Adds a complete chunk.
    pub(super) fn chunk(&mut self, place: ChunkPlace, is_signed: bool) {
        self.chunks += 1;
        self.decoded_length += place.length as u64;
        self.has_final_chunk = place.length == 0;
        let first = if is_signed { &mut self.first_signed } else { &mut self.first_unsigned };
        first.get_or_insert(place);
        if place.length > 0 {
            self.small = self.small.or(self.small_so_far);
            self.small_so_far = self.small_so_far.or((place.length < ChunkSize::SMALLEST).then_some(place));
        }
    }

    /// The fault of a small chunk: S3 refuses one that another chunk with data follows, signed or not
    /// (`InvalidChunkSizeError`, *Only the last chunk is allowed to have a size less than 8192 bytes*).
    fn small_chunk(&self, announcement: &Announcement) -> Option<StreamFault> {
        self.small.map(|chunk| StreamFault::ChunkTooSmall { chunk, minimum: announcement.minimum })
    }

    /// The fault of a small chunk, as soon as the head of another chunk with data arrives.
    pub(super) fn small_chunk_before(&self, announcement: &Announcement) -> Option<StreamFault> {
        self.small_so_far.map(|chunk| StreamFault::ChunkTooSmall { chunk, minimum: announcement.minimum })
    }

    /// Adds a trailing header, or the trailer's signature.
    pub(super) fn trailer(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case(TRAILER_SIGNATURE) {
            self.trailer_signature = Some(value.to_owned());
            self.trailer_signatures += 1;
        } else {
            self.trailers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The trailer in the form that is signed.
    pub(super) fn canonical_trailers(&self) -> Vec<u8> {
        canonical_trailers(self.trailers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// Whether the trailer has, or should have, a signature to check. If a trailer was announced and is missing
    /// altogether, that is another fault.
    pub(super) fn is_trailer_signature_judged(&self, announcement: &Announcement) -> bool {
        let is_forgotten = self.trailers.is_empty() && self.trailer_signature.is_none();
        let is_whole = self.malformed.is_none() && announcement.word.has_trailer;
        is_whole && !(is_forgotten && announcement.has_trailer_header)
    }

    /// All faults of the framing, the lengths and the trailer.
    pub(super) fn judge(&self, announcement: &Announcement, checksums: Checksums) -> Vec<StreamFault> {
        let word = announcement.word;
        let mut faults = Vec::new();
        faults.extend(announcement.decoded_length.is_none().then_some(StreamFault::DecodedLengthMissing));
        faults.extend(self.judge_end());
        let unsigned = self.first_unsigned.filter(|_| word.is_signed);
        faults.extend(unsigned.map(|chunk| StreamFault::ChunkUnsigned { chunk }));
        // Nobody checks a signature that the word does not announce, but a reader with another rule would rely on it.
        let signed = self.first_signed.filter(|_| !word.is_signed);
        faults.extend(signed.map(|chunk| StreamFault::ChunkSigned { chunk }));
        faults.extend(self.unexpected_trailers(word));
        if self.malformed.is_none() {
            faults.extend(self.judge_length(announcement));
            faults.extend(self.judge_trailers(announcement, &checksums.finish()));
        }
        faults.extend(self.small_chunk(announcement));
        faults
    }

    fn judge_end(&self) -> Option<StreamFault> {
        let malformed = self.malformed.as_ref()?;
        let is_cut_off = malformed.offset == self.length && !self.has_final_chunk;
        Some(if is_cut_off { StreamFault::FinalChunkMissing } else { StreamFault::Malformed(malformed.clone()) })
    }

    fn judge_length(&self, announcement: &Announcement) -> Option<StreamFault> {
        let declared = announcement.decoded_length.as_ref()?;
        let (is_right, arrived) = (announcement.length() == Some(self.decoded_length), self.decoded_length);
        (!is_right).then(|| StreamFault::DecodedLength { declared: declared.clone(), arrived })
    }

    /// Trailers that no signature covers: S3 reads trailers only if the word ends in `-TRAILER` (*Signature
    /// calculations for trailing headers*). A name that occurs twice has two values, and a trailer has at most one
    /// signature.
    fn unexpected_trailers(&self, word: StreamingWord) -> Vec<StreamFault> {
        let mut names: Vec<String> = self.trailers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        if !word.has_trailer {
            names.extend(self.trailer_signature.as_ref().map(|_| TRAILER_SIGNATURE.to_owned()));
            return names.into_iter().map(|name| StreamFault::TrailerUnexpected { name }).collect();
        }
        let mut repeated = repeated_names(names);
        let is_signature_odd = self.trailer_signatures > usize::from(word.is_signed);
        repeated.extend(is_signature_odd.then(|| TRAILER_SIGNATURE.to_owned()));
        repeated.into_iter().map(|name| StreamFault::TrailerUnexpected { name }).collect()
    }

    fn judge_trailers(
        &self,
        announcement: &Announcement,
        checksums: &HashMap<ChecksumAlgorithm, String>,
    ) -> Vec<StreamFault> {
        let has_trailer = announcement.word.has_trailer;
        let arrived = lower_case(self.trailers.iter().map(|(name, _)| name.as_str()));
        let has_arrived = |name: &str| arrived.contains(&name.to_ascii_lowercase());
        let missing = announcement.trailers.iter().filter(|name| has_trailer && !has_arrived(name));
        // Then S3 computes a checksum itself.
        let is_none = announcement.trailers.is_empty() && self.trailers.is_empty() && self.trailer_signature.is_none();
        let none = has_trailer && !announcement.word.is_signed && is_none;
        let mut faults: Vec<StreamFault> = none.then_some(StreamFault::TrailerNone).into_iter().collect();
        faults.extend(missing.map(|name| StreamFault::TrailerMissing { name: name.clone() }));
        for (name, value) in &self.trailers {
            if has_trailer && !announcement.announces(name) {
                faults.push(StreamFault::TrailerUnannounced { name: name.clone() });
            }
            if has_trailer && !is_checksum(name) {
                faults.push(StreamFault::TrailerNotChecksum { name: name.clone() });
            }
            let expected = ChecksumAlgorithm::from_header(name).and_then(|algorithm| checksums.get(&algorithm));
            if let Some(expected) = expected.filter(|expected| *expected != value) {
                let (name, expected, presented) = (name.clone(), expected.clone(), value.clone());
                faults.push(StreamFault::Checksum { name, expected, presented });
            }
        }
        faults
    }
}

/// Whether a name is that of a checksum. S3 accepts one of its checksums as a trailer and nothing else (*The value
/// specified in the x-amz-trailer header is not supported*). It adds algorithms from time to time.
fn is_checksum(name: &str) -> bool {
    const OTHERS: [&str; 3] = ["algorithm", "mode", "type"];
    let name = name.to_ascii_lowercase();
    name.strip_prefix("x-amz-checksum-").is_some_and(|algorithm| !OTHERS.contains(&algorithm))
}
