//! A body in chunks, judged as the server judges it: its framing, its lengths, its signatures, its trailer.
//!
//! Framing needs no key, and is judged apart. A signature that fails ends the judgement of those behind it.

use std::collections::{HashMap, HashSet};

use super::chain::Chain;
#[cfg(feature = "v4a")]
use super::chain::unpadded;
use super::fault::{ChunkPlace, MinimumChunk, StreamFault};
use super::layout::ChunkSize;
use super::parse::{Chunk, Chunked};
use super::{DECODED_LENGTH_HEADER, TRAILER_HEADER, TRAILER_SIGNATURE};
use crate::canonical::PayloadHash;
use crate::checksum::{ChecksumAlgorithm, ChecksumHasher};
use crate::claim::plain_number;
use crate::crypto::sha256;
use crate::derivation::Terms;
use crate::endpoint;
use crate::request::{Body, Request, repeated_names};
use crate::scheme::{Scheme, Signature, SigningKey};

/// What the payload line of a request says of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    is_signed: bool,
    has_trailer: bool,
}

impl Word {
    /// None where the payload is not in chunks; the event streams of other services are not.
    fn of(terms: &Terms) -> Option<Self> {
        let PayloadHash::Declared(text) = &terms.payload else { return None };
        let rest = text.strip_prefix("STREAMING-")?;
        let (rest, has_trailer) = rest.strip_suffix("-TRAILER").map_or((rest, false), |rest| (rest, true));
        let signer = rest.strip_suffix("-PAYLOAD")?;
        Some(Self { is_signed: signer != "UNSIGNED", has_trailer })
    }
}

/// Judges what needs no key. Of a body that was not given nothing is known but what the headers say.
pub fn check_framing(request: &Request, terms: &Terms) -> Vec<StreamFault> {
    let Some(word) = Word::of(terms) else { return Vec::new() };
    let declared = request.headers.first_text(DECODED_LENGTH_HEADER);
    let mut faults: Vec<StreamFault> =
        declared.is_none().then_some(StreamFault::DecodedLengthMissing).into_iter().collect();
    let Body::Bytes(body) = &request.body else { return faults };
    let chunked = Chunked::parse(body);
    match &chunked.malformed {
        Some(malformed) if malformed.offset == body.len() && chunked.final_chunk().is_none() => {
            faults.push(StreamFault::FinalChunkMissing);
        }
        Some(malformed) => faults.push(StreamFault::Malformed(malformed.clone())),
        None => {}
    }
    faults.extend(unsigned_chunk(word, &chunked));
    faults.extend(signed_chunk(word, &chunked));
    faults.extend(unexpected_trailers(word, &chunked));
    let is_whole = chunked.malformed.is_none();
    match declared {
        Some(text) if is_whole && plain_number(text.trim()) != Some(chunked.decoded_length()) => {
            let (declared, arrived) = (text.to_owned(), chunked.decoded_length());
            faults.push(StreamFault::DecodedLength { declared, arrived });
        }
        _ => {}
    }
    if is_whole {
        faults.extend(judge_trailers(request, word, &chunked));
    }
    faults.extend(small_chunk(request, &chunked));
    faults
}

fn unsigned_chunk(word: Word, chunked: &Chunked<'_>) -> Option<StreamFault> {
    let mut places = places(chunked);
    let (chunk, _) = places.find(|(_, chunk)| word.is_signed && chunk.signature.is_none())?;
    Some(StreamFault::ChunkUnsigned { chunk })
}

/// Nobody checks a signature that the word does not announce, and a reader by another rule would take it for one.
fn signed_chunk(word: Word, chunked: &Chunked<'_>) -> Option<StreamFault> {
    let (chunk, _) = places(chunked).find(|(_, chunk)| !word.is_signed && chunk.signature.is_some())?;
    Some(StreamFault::ChunkSigned { chunk })
}

/// S3 refuses a small chunk once another one with data follows, signed or not (`InvalidChunkSizeError`, *Only the last chunk is
/// allowed to have a size less than 8192 bytes*).
fn small_chunk(request: &Request, chunked: &Chunked<'_>) -> Option<StreamFault> {
    let last = chunked.chunks.iter().rposition(|chunk| !chunk.data.is_empty())?;
    let (chunk, _) = places(chunked).take(last).find(|(_, chunk)| chunk.data.len() < ChunkSize::SMALLEST)?;
    let is_s3 =
        request.host().and_then(endpoint::infer_from_header).is_some_and(|place| place.provider == endpoint::AWS);
    let minimum = if is_s3 { MinimumChunk::Enforced } else { MinimumChunk::Tolerated };
    Some(StreamFault::ChunkTooSmall { chunk, minimum })
}

/// Trailers that no signature covers: S3 reads some only if the word ends in `-TRAILER` (*Signature calculations for trailing
/// headers*). A name that came twice has two values, and a trailer has at most one signature.
fn unexpected_trailers(word: Word, chunked: &Chunked<'_>) -> Vec<StreamFault> {
    let mut names: Vec<String> = chunked.trailers.iter().map(|trailer| trailer.name.to_ascii_lowercase()).collect();
    if !word.has_trailer {
        names.extend(chunked.trailer_signature.map(|_| TRAILER_SIGNATURE.to_owned()));
        return names.into_iter().map(|name| StreamFault::TrailerUnexpected { name }).collect();
    }
    let mut repeated = repeated_names(names);
    let is_signature_odd = chunked.trailer_signatures > usize::from(word.is_signed);
    repeated.extend(is_signature_odd.then(|| TRAILER_SIGNATURE.to_owned()));
    repeated.into_iter().map(|name| StreamFault::TrailerUnexpected { name }).collect()
}

fn places<'c, 'a>(chunked: &'c Chunked<'a>) -> impl Iterator<Item = (ChunkPlace, &'c Chunk<'a>)> {
    let place = |(at, chunk): (usize, &'c Chunk<'a>)| {
        (ChunkPlace { number: at + 1, offset: chunk.offset, length: chunk.data.len() }, chunk)
    };
    chunked.chunks.iter().enumerate().map(place)
}

fn judge_trailers(request: &Request, word: Word, chunked: &Chunked<'_>) -> Vec<StreamFault> {
    let announced = request.headers.first_text(TRAILER_HEADER).unwrap_or_default();
    let announced: Vec<&str> = announced.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let lower = str::to_ascii_lowercase;
    let announced_names: HashSet<String> = announced.iter().map(|name| lower(name)).collect();
    let arrived_names: HashSet<String> = chunked.trailers.iter().map(|trailer| lower(trailer.name)).collect();
    let mut checksums: HashMap<ChecksumAlgorithm, String> = HashMap::new();
    let mut faults = Vec::new();
    // S3 computes a checksum itself then.
    let is_none = announced.is_empty() && chunked.trailers.is_empty() && chunked.trailer_signature.is_none();
    faults.extend((word.has_trailer && !word.is_signed && is_none).then_some(StreamFault::TrailerNone));
    for name in announced.iter().filter(|_| word.has_trailer) {
        if !arrived_names.contains(&lower(name)) {
            faults.push(StreamFault::TrailerMissing { name: (*name).to_owned() });
        }
    }
    for trailer in &chunked.trailers {
        if word.has_trailer && !announced_names.contains(&lower(trailer.name)) {
            faults.push(StreamFault::TrailerUnannounced { name: trailer.name.to_owned() });
        }
        if word.has_trailer && !is_checksum(trailer.name) {
            faults.push(StreamFault::TrailerNotChecksum { name: trailer.name.to_owned() });
        }
        let Some(algorithm) = ChecksumAlgorithm::from_header(trailer.name) else { continue };
        let expected = checksums.entry(algorithm).or_insert_with(|| checksum_of_payload(algorithm, chunked)).clone();
        let (name, presented) = (trailer.name.to_owned(), trailer.value.to_owned());
        if expected != presented {
            faults.push(StreamFault::Checksum { name, expected, presented });
        }
    }
    faults
}

/// S3 takes one of its checksums as a trailer and nothing else (*The value specified in the x-amz-trailer header is not supported*).
/// It adds algorithms from time to time.
fn is_checksum(name: &str) -> bool {
    const OTHERS: [&str; 3] = ["algorithm", "mode", "type"];
    let name = name.to_ascii_lowercase();
    name.strip_prefix("x-amz-checksum-").is_some_and(|algorithm| !OTHERS.contains(&algorithm))
}

fn checksum_of_payload(algorithm: ChecksumAlgorithm, chunked: &Chunked<'_>) -> String {
    let mut hasher = ChecksumHasher::new(algorithm);
    chunked.chunks.iter().for_each(|chunk| hasher.update(chunk.data));
    hasher.finish().to_string()
}

/// Judges the signatures of the chunks, and of the trailer, from the request's own on. The first that fails ends it: each
/// covers the one before it.
pub fn check(request: &Request, terms: &Terms, seed: &Signature, key: &SigningKey) -> Option<StreamFault> {
    let (Some(word), Body::Bytes(body)) = (Word::of(terms), &request.body) else { return None };
    if !word.is_signed {
        return None;
    }
    let chunked = Chunked::parse(body);
    let mut chain = Chain::new(terms, key, seed);
    for (chunk, Chunk { signature, data, .. }) in places(&chunked) {
        let presented = Signature::presented((*signature)?);
        let expected = chain.expect_chunk(&sha256(data), &presented);
        if !is_same(terms.scheme, &expected, &presented) {
            let (expected, presented) = (expected.as_str().to_owned(), presented.as_str().to_owned());
            return Some(StreamFault::ChunkSignature { chunk, expected, presented });
        }
    }
    let is_whole = chunked.malformed.is_none() && word.has_trailer;
    // A trailer that was announced and did not come at all is another fault.
    let is_forgotten = chunked.trailers.is_empty() && chunked.trailer_signature.is_none();
    let is_judged = is_whole && !(is_forgotten && request.headers.contains(TRAILER_HEADER));
    is_judged.then(|| check_trailer(&chunked, chain, terms.scheme)).flatten()
}

fn check_trailer(chunked: &Chunked<'_>, mut chain: Chain, scheme: Scheme) -> Option<StreamFault> {
    let presented = Signature::presented(chunked.trailer_signature.unwrap_or_default());
    let expected = chain.expect_trailer(&chunked.canonical_trailers(), &presented);
    let fault = || StreamFault::TrailerSignature {
        expected: expected.as_str().to_owned(),
        presented: presented.as_str().to_owned(),
    };
    (!is_same(scheme, &expected, &presented)).then(fault)
}

/// Whether two signatures are the same. Those of Version 4A are padded with `*`, for their lengths differ; those of Version 4
/// are 64 digits and nothing else.
fn is_same(scheme: Scheme, expected: &Signature, presented: &Signature) -> bool {
    match scheme {
        Scheme::V4 => expected == presented,
        #[cfg(feature = "v4a")]
        Scheme::V4a => unpadded(expected) == unpadded(presented),
    }
}
