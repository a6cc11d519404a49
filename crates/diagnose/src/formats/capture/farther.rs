//! Evidence far from the beginning of a long text, which most readers do not read to its end.
//!
//! The whole text is searched for the marks of signatures and of refusals, and read only around them.

use super::{Capture, LONGEST_REPORT, UnreadableCapture};
use crate::formats::note::Note;

/// What signed requests and tokens have in them, in lower case.
const OF_SIGNATURES: [&str; 14] = [
    "amz-signature",
    "amz-credential",
    "goog-signature",
    "aws4-",
    "signature=",
    "signature%3d",
    "authorization: aws ",
    "awsaccesskeyid",
    "?action=",
    "%3faction",
    "k8s-aws-v1.",
    "bedrock-api-key-",
    "iam_request_",
    "ahr0chm6ly9",
];
/// What refusals have in them, in lower case.
const OF_REFUSALS: [&str; 12] = [
    "<error>",
    "signature we calculated",
    "doesnotmatch",
    "invalidsignature",
    "accesskeyid",
    "accessdenied",
    "tooskewed",
    "signature expired",
    "has expired",
    "expiredtoken",
    "headermalformed",
    "authentication token",
];
/// Maximum number of places to read.
const MOST_PLACES: usize = 16;
/// What is read before a mark: first enough for the lines above a request, and then less, because readers stop after so many objects.
const BEFORE: [usize; 3] = [32 * 1024, 2 * 1024, 0];
/// Maximum number of bytes to read from there.
const LONGEST_PART: usize = 1024 * 1024;
/// Distance between places: nearer marks are in the same request.
const NEXT: usize = 16 * 1024;

/// The signed request that `read` finds behind the beginning of a text; otherwise a refusal, if nothing else is known. `first`
/// is what the beginning shows.
pub(super) fn read(
    text: &[u8],
    first: Result<Capture, UnreadableCapture>,
    read: &mut dyn FnMut(&[u8]) -> Option<Capture>,
) -> Result<Capture, UnreadableCapture> {
    let mut given_up = None;
    match search(text, &OF_SIGNATURES, &mut |part| read(part).filter(Capture::is_signed)) {
        Search::Found(found) => {
            let mut capture = found.with_notes(text, "the request");
            capture.reply = capture.reply.or(first.ok().and_then(|first| first.reply));
            return Ok(capture);
        }
        Search::GivenUp { at } => given_up = Some(line_of(text, at)),
        Search::Nothing => {}
    }
    if first.is_err() {
        match search(text, &OF_REFUSALS, &mut |part| read(part).filter(|found| found.reply.is_some())) {
            Search::Found(found) => return Ok(found.with_notes(text, "the server's reply")),
            Search::GivenUp { at } => given_up = given_up.or(Some(line_of(text, at))),
            Search::Nothing => {}
        }
    }
    match (first, given_up) {
        (Ok(mut capture), Some(line)) => {
            capture.notes.push(Note::NotSearched { what: "a signed request", line });
            Ok(capture)
        }
        (Err(UnreadableCapture::Unrecognised { line }), Some(searched)) => {
            Err(UnreadableCapture::UnrecognisedSoFar { line, searched })
        }
        (first, _) => first,
    }
}

/// The refusal that `read` finds behind the beginning of a text, and a note about where it was found, or how far the search got.
pub(super) fn reply<T>(text: &[u8], read: &mut dyn FnMut(&[u8]) -> Option<T>) -> (Option<T>, Option<Note>) {
    match search(text, &OF_REFUSALS, read) {
        Search::Found(found) => {
            let note = Note::FarDown { what: "the server's reply", line: line_of(text, found.start) };
            (Some(found.value), Some(note))
        }
        Search::GivenUp { at } => {
            (None, Some(Note::NotSearched { what: "the server's reply", line: line_of(text, at) }))
        }
        Search::Nothing => (None, None),
    }
}

enum Search<T> {
    Found(Found<T>),
    /// There are marks farther on.
    GivenUp {
        at: usize,
    },
    Nothing,
}

struct Found<T> {
    value: T,
    /// The part of the text that it was read from.
    start: usize,
    end: usize,
}

impl Found<Capture> {
    fn with_notes(self, text: &[u8], what: &'static str) -> Capture {
        let Self { value: mut capture, start, end } = self;
        let line = line_of(text, start);
        for note in &mut capture.notes {
            if let Note::JoinedLines { line: own } | Note::MixedLineEnds { line: own } = note {
                *own += line - 1;
            }
        }
        capture.notes.push(Note::FarDown { what, line });
        if end < text.len() {
            capture.notes.push(Note::NotSearched { what: "other requests", line: line_of(text, end) });
        }
        capture
    }
}

fn search<T>(text: &[u8], marks: &[&str], read: &mut dyn FnMut(&[u8]) -> Option<T>) -> Search<T> {
    let mut from = LONGEST_REPORT;
    for _ in 0..MOST_PLACES {
        let Some(mark) = next_mark(text, from, marks) else { return Search::Nothing };
        let mut known = usize::MAX;
        for before in BEFORE {
            let start = line_start(text, mark.saturating_sub(before).max(LONGEST_REPORT / 2));
            if start == known {
                continue;
            }
            known = start;
            let end = line_start(text, (start + LONGEST_PART).min(text.len()));
            let end = if end > mark && start + LONGEST_PART < text.len() {
                end
            } else {
                text.len().min(start + LONGEST_PART)
            };
            if let Some(value) = read(text.get(start..end).unwrap_or_default()) {
                return Search::Found(Found { value, start, end });
            }
        }
        from = mark + NEXT;
    }
    match next_mark(text, from, marks) {
        Some(_) => Search::GivenUp { at: from },
        None => Search::Nothing,
    }
}

/// Where the next mark begins, in any case of letters.
fn next_mark(text: &[u8], from: usize, marks: &[&str]) -> Option<usize> {
    let mut starts = [false; 256];
    for first in marks.iter().filter_map(|mark| mark.bytes().next()) {
        starts[usize::from(first)] = true;
    }
    let rest = text.get(from..)?;
    let is_mark = |at: usize| {
        let behind = rest.get(at..).unwrap_or_default();
        marks.iter().any(|mark| behind.get(..mark.len()).is_some_and(|word| word.eq_ignore_ascii_case(mark.as_bytes())))
    };
    let mut candidates = rest.iter().enumerate().filter(|(_, byte)| starts[usize::from(byte.to_ascii_lowercase())]);
    candidates.find(|(at, _)| is_mark(*at)).map(|(at, _)| from + at)
}

/// Where the line with this byte begins; without one nearby, the byte itself.
fn line_start(text: &[u8], at: usize) -> usize {
    let lowest = at.saturating_sub(LONGEST_PART / 4);
    let before = text.get(lowest..at).unwrap_or_default();
    before.iter().rposition(|byte| *byte == b'\n').map_or(at, |end| lowest + end + 1)
}

/// The number of the line with this byte, from 1.
fn line_of(text: &[u8], at: usize) -> usize {
    1 + text.get(..at).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, usize)> {
        let mut read = |part: &[u8]| {
            let part = String::from_utf8_lossy(part).into_owned();
            part.contains("AWS4-HMAC").then_some(part)
        };
        match search(text.as_bytes(), &OF_SIGNATURES, &mut read) {
            Search::Found(found) => Some((found.value, line_of(text.as_bytes(), found.start))),
            _ => None,
        }
    }

    #[test]
    fn a_mark_far_down_is_found_with_the_lines_above_it() {
        let filler = "nothing of interest\n";
        let count = 2 * LONGEST_REPORT / filler.len();
        let text = filler.repeat(count) + "GET / HTTP/1.1\nauthorization: AWS4-HMAC-SHA256 x\n" + &filler.repeat(count);
        let (part, line) = found(&text).unwrap();
        assert!(part.contains("\nGET / HTTP/1.1\nauthorization") && part.starts_with(filler), "{part}");
        assert_eq!(text.lines().nth(line - 1), Some(filler.trim_end()));
        assert_eq!(found(&filler.repeat(count)), None);
    }

    #[test]
    fn a_text_with_many_marks_is_given_up() {
        let text = "signature= \n".repeat(64 * 1024);
        let mut calls = 0;
        let outcome = search::<()>(text.as_bytes(), &OF_SIGNATURES, &mut |_| {
            calls += 1;
            None
        });
        assert!(matches!(outcome, Search::GivenUp { .. }));
        assert!(calls <= MOST_PLACES * BEFORE.len(), "{calls}");
    }
}
