//! Explains mistakes in a chunked payload. Faults in the framing are observed; a wrong signature of a chunk
//! or of the trailer is reproduced by repeating the mistakes that clients make.
//!
//! The string to sign has few parts with few alternatives, so all combinations are tried and the smallest
//! ones are reported. This happens only if the request's own signature is right, because a wrong key makes
//! every chunk's signature wrong.

mod parts;
mod attempt;

use super::catalogue::{CHUNK_ALTERED, CHUNK_SIGNATURE};
use super::evidence::Evidence;
use super::note::Note;
use super::outcome::{AppliedMistake, Explanation, JudgedV4, Proof};
use crate::diagnosis::inspect::verified;
use attempt::Attempt;
use sigvet_core::crypto::sha256;
use sigvet_core::request::Body;
use sigvet_core::scheme::{Signature, SigningKey};
use sigvet_core::stream::{Chain, Chunked, StreamFault};
use sigvet_core::verify::Finding;

/// The mistakes made with the chunks of a body.
pub(super) fn explain(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    faults(judged).flat_map(|fault| explain_fault(fault, evidence, judged)).collect()
}

/// Notes which chunk's signature is wrong, unless an explanation already says so.
pub(super) fn notes(judged: &JudgedV4<'_>, explanations: &[Explanation]) -> Vec<Note> {
    if explanations.iter().any(|explanation| explanation.names(CHUNK_SIGNATURE.id)) {
        return Vec::new();
    }
    let is_of_signature = |fault: &&StreamFault| matches!(fault, StreamFault::ChunkSignature { .. });
    let is_right = judged.is_signature_right() == Some(true);
    let wrong = faults(judged).filter(|fault| is_right && is_of_signature(fault));
    wrong.map(|fault| Note::Finding(Finding::Stream(fault.clone()))).collect()
}

fn faults<'a>(judged: &JudgedV4<'a>) -> impl Iterator<Item = &'a StreamFault> {
    judged.findings().iter().filter_map(|finding| match finding {
        Finding::Stream(fault) => Some(fault),
        _ => None,
    })
}

/// The mistakes that explain a wrong signature; if none does, the fault itself.
fn explain_fault(fault: &StreamFault, evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    match fault {
        StreamFault::ChunkSignature { chunk, .. } => signature(chunk.number - 1, fault, evidence, judged),
        StreamFault::TrailerSignature { presented, .. } if !presented.is_empty() => {
            trailer_signature(fault, evidence, judged)
        }
        fault => as_found(fault, judged).into_iter().collect(),
    }
}

fn as_found(fault: &StreamFault, judged: &JudgedV4<'_>) -> Option<Explanation> {
    let finding = Finding::Stream(fault.clone());
    let made = verified::mistake(&finding, &judged.whole.verdict.claimed)?;
    Some(Explanation::from_mistake(verified::proof(&finding), made))
}

/// The mistakes that give a chunk's signature. If none does: that its data changed, if the next chunk follows
/// from it; otherwise only that the signature is wrong.
fn signature(index: usize, fault: &StreamFault, evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    let Some((chunked, key)) = at_hand(evidence, judged) else { return Vec::new() };
    let attempt = Attempt { judged, chunked: &chunked, key: &key };
    let found = attempt.reproduce(parts::of_chunk(judged, &chunked, index), chunked.chunks[index].signature);
    match found.is_empty() {
        true => altered(index, &attempt).or_else(|| as_found(fault, judged)).into_iter().collect(),
        false => found,
    }
}

fn altered(index: usize, attempt: &Attempt<'_>) -> Option<Explanation> {
    let (chunk, next) = (attempt.chunked.chunks.get(index)?, attempt.chunked.chunks.get(index + 1)?);
    let (presented, of_next) = (Signature::presented(chunk.signature?), Signature::presented(next.signature?));
    let chain = Chain::new(&attempt.judged.claim.terms, attempt.key, &presented);
    let text = chain.chunk_string_to_sign(&sha256(next.data));
    let detail = format!(
        "chunk {} at offset {}: chunk {} is signed correctly over its signature",
        index + 1,
        chunk.offset,
        index + 2
    );
    let made = AppliedMistake::new(&CHUNK_ALTERED, "", "").with_detail(detail);
    attempt.gives(&text, &of_next).then(|| Explanation::from_mistake(Proof::Key, made))
}

fn trailer_signature(fault: &StreamFault, evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    let Some((chunked, key)) = at_hand(evidence, judged) else { return Vec::new() };
    let attempt = Attempt { judged, chunked: &chunked, key: &key };
    let found = attempt.reproduce(parts::of_trailer(judged, &chunked), chunked.trailer_signature);
    if found.is_empty() { as_found(fault, judged).into_iter().collect() } else { found }
}

/// The body and the key, if both are available and the request itself was signed correctly.
fn at_hand<'j>(evidence: &Evidence<'_>, judged: &'j JudgedV4<'_>) -> Option<(Chunked<'j>, SigningKey)> {
    let own = evidence.credentials.filter(|_| judged.is_signature_right() == Some(true))?;
    let Body::Bytes(body) = &judged.request.body else { return None };
    let terms = &judged.claim.terms;
    Some((Chunked::parse(body), SigningKey::for_scheme(terms.scheme, own, &terms.dialect, &terms.scope)))
}
