//! Checks a whole body in chunks as the server does: its framing, its lengths, its signatures, its trailer.
//!
//! Framing needs no key, and is checked separately. After a wrong signature, the following ones are not checked.

use super::chain::Chain;
use super::fault::{ChunkPlace, StreamFault};
use super::observed::{Announcement, Checksums, Observed};
use super::parse::{Chunk, Chunked};
use super::word::StreamingWord;
use crate::crypto::sha256;
use crate::derivation::Terms;
use crate::request::{Body, Request};
use crate::scheme::{Signature, SigningKey};

/// Checks everything that needs no key. If the body was not given, only the headers are checked.
pub fn check_framing(request: &Request, terms: &Terms) -> Vec<StreamFault> {
    let Some(word) = StreamingWord::of(terms) else { return Vec::new() };
    let announcement = Announcement::of(&request.headers, word);
    let Body::Bytes(body) = &request.body else {
        return announcement
            .decoded_length
            .is_none()
            .then_some(StreamFault::DecodedLengthMissing)
            .into_iter()
            .collect();
    };
    let chunked = Chunked::parse(body);
    let mut checksums = Checksums::of(&announcement);
    chunked.chunks.iter().for_each(|chunk| checksums.update(chunk.data));
    observed(&chunked, body.len()).judge(&announcement, checksums)
}

fn observed(chunked: &Chunked<'_>, length: usize) -> Observed {
    let mut observed = Observed::default();
    (observed.malformed, observed.length) = (chunked.malformed.clone(), length);
    places(chunked).for_each(|(place, chunk)| observed.chunk(place, chunk.signature.is_some()));
    chunked.trailers.iter().for_each(|trailer| observed.trailer(trailer.name, trailer.value));
    observed.trailer_signature = chunked.trailer_signature.map(str::to_owned);
    observed.trailer_signatures = chunked.trailer_signatures;
    observed
}

fn places<'c, 'a>(chunked: &'c Chunked<'a>) -> impl Iterator<Item = (ChunkPlace, &'c Chunk<'a>)> {
    let place = |(at, chunk): (usize, &'c Chunk<'a>)| {
        (ChunkPlace { number: at + 1, offset: chunk.offset, length: chunk.data.len() }, chunk)
    };
    chunked.chunks.iter().enumerate().map(place)
}

/// Checks the signatures of the chunks and the trailer, beginning with the request's own. The first wrong one ends the
/// check, because each signature covers the one before it.
pub fn check(request: &Request, terms: &Terms, seed: &Signature, key: &SigningKey) -> Option<StreamFault> {
    let (Some(word), Body::Bytes(body)) = (StreamingWord::of(terms), &request.body) else { return None };
    if !word.is_signed {
        return None;
    }
    let chunked = Chunked::parse(body);
    let mut chain = Chain::new(terms, key, seed);
    for (place, Chunk { signature, data, .. }) in places(&chunked) {
        let presented = Signature::presented((*signature)?);
        if let Some(fault) = chain.judge_chunk(place, &sha256(data), &presented) {
            return Some(fault);
        }
    }
    let observed = observed(&chunked, body.len());
    let is_judged = observed.is_trailer_signature_judged(&Announcement::of(&request.headers, word));
    let presented = Signature::presented(observed.trailer_signature.as_deref().unwrap_or_default());
    is_judged.then(|| chain.judge_trailer(&observed.canonical_trailers(), &presented)).flatten()
}
