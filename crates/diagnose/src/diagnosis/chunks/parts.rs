//! The parts of the string to sign of a chunk and of a trailer, each with the values that clients use by mistake.

use crate::diagnosis::catalogue::{
    CHUNK_ALGORITHM, CHUNK_EMPTY_HASH_MISSING, CHUNK_HASH, CHUNK_PREVIOUS_SIGNATURE, Mistake, TRAILER_SIGNATURE,
};
use crate::diagnosis::outcome::JudgedV4;
use sigvet_core::crypto::sha256;
use sigvet_core::internal::Subject;
use sigvet_core::stream::{Chunk, Chunked};

/// The parts of a string to sign after timestamp and scope, and its beginning. The first choice for each part
/// is right.
pub(super) struct Parts {
    /// The place, as shown to the user.
    pub(super) place: String,
    pub(super) subjects: Vec<Choice<Subject>>,
    pub(super) previous: Vec<Choice<String>>,
    pub(super) empty_hashes: Vec<Choice<String>>,
    pub(super) hashes: Vec<Choice<String>>,
}

/// A possible value of a part. Without a mistake, it is the right one.
pub(super) struct Choice<T> {
    pub(super) value: T,
    pub(super) mistake: Option<(&'static Mistake, String)>,
}

impl<T> Choice<T> {
    fn right(value: T) -> Self {
        Self { value, mistake: None }
    }

    fn wrong(value: T, mistake: &'static Mistake, detail: impl Into<String>) -> Self {
        Self { value, mistake: Some((mistake, detail.into())) }
    }
}

/// Maximum number of chunks whose signatures are tried as the previous signature.
const MOST_PREVIOUS: usize = 1_000;

pub(super) fn of_chunk(judged: &JudgedV4<'_>, chunked: &Chunked<'_>, index: usize) -> Parts {
    let chunk = &chunked.chunks[index];
    let request = "it begins like the string to sign of a request";
    let missing = "the line is missing";
    Parts {
        place: format!("chunk {} at offset {}", index + 1, chunk.offset),
        subjects: vec![Choice::right(Subject::Chunk), Choice::wrong(Subject::Request, &CHUNK_ALGORITHM, request)],
        previous: previous(judged, chunked, index, &CHUNK_PREVIOUS_SIGNATURE),
        empty_hashes: vec![
            Choice::right(sha256(b"").to_string()),
            Choice::wrong(String::new(), &CHUNK_EMPTY_HASH_MISSING, missing),
        ],
        hashes: hashes(chunked, index, chunk),
    }
}

/// The previous signature, and others that may have been used instead.
fn previous(
    judged: &JudgedV4<'_>,
    chunked: &Chunked<'_>,
    index: usize,
    mistake: &'static Mistake,
) -> Vec<Choice<String>> {
    let seed = judged.claim.signature.as_str();
    let of = |chunk: &Chunk<'_>| chunk.signature.unwrap_or_default().trim_end_matches('*').to_owned();
    let before = index.checked_sub(1).and_then(|before| chunked.chunks.get(before));
    let mut choices = vec![Choice::right(before.map_or_else(|| seed.to_owned(), of))];
    if before.is_some() {
        choices.push(Choice::wrong(seed.to_owned(), mistake, "over the request's signature, the seed"));
    }
    let others = chunked.chunks.iter().enumerate().filter(|(at, _)| at + 1 != index && *at != index);
    choices.extend(
        others
            .take(MOST_PREVIOUS)
            .map(|(at, chunk)| Choice::wrong(of(chunk), mistake, format!("over the signature of chunk {}", at + 1))),
    );
    choices.push(Choice::wrong(String::new(), mistake, "over an empty line"));
    choices.push(Choice::wrong("0".repeat(64), mistake, "over 64 zeros"));
    choices
}

/// The hash of the data, and hashes of other data that a client may have hashed.
fn hashes(chunked: &Chunked<'_>, index: usize, chunk: &Chunk<'_>) -> Vec<Choice<String>> {
    let so_far = |until: usize| {
        chunked.chunks.get(..until).unwrap_or_default().iter().map(|chunk| chunk.data).collect::<Vec<_>>().concat()
    };
    let others: [(Vec<u8>, &str); 6] = [
        ([chunk.head, b"\r\n", chunk.data, b"\r\n"].concat(), "hashed with its header and its line ending"),
        ([chunk.head, b"\r\n", chunk.data].concat(), "hashed with its header"),
        ([chunk.data, b"\r\n"].concat(), "hashed with the line ending after it"),
        (Vec::new(), "no bytes were hashed"),
        (so_far(index + 1), "all data up to its end was hashed"),
        (so_far(chunked.chunks.len()), "the whole payload was hashed"),
    ];
    let mut choices = vec![Choice::right(sha256(chunk.data).to_string())];
    for (bytes, detail) in others {
        let hash = sha256(&bytes).to_string();
        if choices.iter().all(|choice| choice.value != hash) {
            choices.push(Choice::wrong(hash, &CHUNK_HASH, detail));
        }
    }
    choices
}

pub(super) fn of_trailer(judged: &JudgedV4<'_>, chunked: &Chunked<'_>) -> Parts {
    let wrong = |subject, detail| Choice::wrong(subject, &TRAILER_SIGNATURE, detail);
    let empty = "the hash of an empty string precedes its own";
    Parts {
        place: "trailer".to_owned(),
        subjects: vec![
            Choice::right(Subject::Trailer),
            wrong(Subject::Chunk, "it begins like the string to sign of a chunk"),
            wrong(Subject::Request, "it begins like the string to sign of a request"),
        ],
        previous: previous(judged, chunked, chunked.chunks.len(), &TRAILER_SIGNATURE),
        empty_hashes: vec![
            Choice::right(String::new()),
            Choice::wrong(sha256(b"").to_string(), &TRAILER_SIGNATURE, empty),
        ],
        hashes: trailer_hashes(chunked),
    }
}

/// The hash of the trailer as it should be signed, and as clients compute it by mistake.
fn trailer_hashes(chunked: &Chunked<'_>) -> Vec<Choice<String>> {
    let right = chunked.canonical_trailers();
    let text = String::from_utf8_lossy(&right).into_owned();
    let as_sent = |end: &str| {
        let lines = chunked.trailers.iter().map(|trailer| format!("{}:{}{end}", trailer.name, trailer.value));
        lines.collect::<String>()
    };
    let others = [
        (text.trim_end_matches('\n').to_owned(), "its final line feed is missing"),
        (text.replace('\n', "\r\n"), "its lines end with CRLF"),
        (text.trim_end_matches('\n').replace('\n', "\r\n"), "its lines are separated by CRLF, without one at the end"),
        (text.replace('\n', "\n\r\n"), "its lines end with LF CR LF"),
        (format!("{text}\n"), "it ends with an empty line"),
        (text.replace(':', ": "), "a space follows the colon"),
        (as_sent("\n"), "its names are not lowercase or not sorted"),
        (as_sent("\r\n"), "it was signed as it is sent"),
        (String::new(), "no bytes were hashed"),
    ];
    let mut choices = vec![Choice::right(sha256(&right).to_string())];
    for (text, detail) in others {
        let hash = sha256(text.as_bytes()).to_string();
        if choices.iter().all(|choice| choice.value != hash) {
            choices.push(Choice::wrong(hash, &TRAILER_SIGNATURE, detail));
        }
    }
    choices
}
