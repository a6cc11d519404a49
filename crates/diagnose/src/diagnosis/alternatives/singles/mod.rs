//! Mistakes with so many forms that each is tried alone: every second of a day, every port, every slip of the pen.
//!
//! The fields in the files beside this folder are combined with one another, so that each option costs thousands of
//! hypotheses. Here an option costs one: the rest of the request is taken as right.

mod instants;
mod keys;
mod numbers;
mod paths;

use super::Subject;
use super::signing::{Frame, Signing};
use crate::diagnosis::evidence::Key;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use sigvet_core::canonical::{CanonicalRequest, Field as Part};
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::internal::Hex;
use sigvet_core::scheme::Scheme;

/// Of a larger request a million hypotheses would take minutes.
const LARGEST: usize = 16 * 1024;

/// A row of hypotheses of one kind, by number.
pub(in crate::diagnosis) trait Series: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Whether the hypothesis gives the signature.
    fn gives(&self, number: usize, target: &Target) -> bool;

    /// The mistakes that the hypothesis is.
    fn causes(&self, number: usize) -> Vec<AppliedMistake>;
}

/// All series of a request, the likeliest first.
pub(in crate::diagnosis) fn series<'a>(subject: &'a Subject<'_>, keys: &[Key<'_>]) -> Vec<Box<dyn Series + 'a>> {
    // A signature of Version 4A is verified, which takes a hundred times as long as to recompute one.
    if keys.is_empty() || subject.terms.scheme == Scheme::V4a {
        return Vec::new();
    }
    let right = subject.right();
    if right.as_bytes().len() > LARGEST {
        return Vec::new();
    }
    let mut all: Vec<Box<dyn Series + 'a>> = vec![Box::new(keys::Keys::new(subject, keys, &right))];
    all.extend(paths::series(subject, keys, &right));
    all.extend(numbers::series(subject, keys, &right));
    all.extend(instants::series(subject, keys, &right));
    all
}

type Write<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + Sync + 'a>;
type Describe<'a> = Box<dyn Fn(usize) -> AppliedMistake + Sync + 'a>;

/// Canonical requests that differ in one place.
struct Hole<'a> {
    before: Sha256Hasher,
    after: Vec<u8>,
    frame: Frame,
    count: usize,
    write: Write<'a>,
    describe: Describe<'a>,
}

impl<'a> Hole<'a> {
    /// The canonical request with its bytes from `start` to `end` replaced by what `write` writes.
    fn new(
        (subject, keys): (&Subject<'_>, &[Key<'_>]),
        (right, place): (&CanonicalRequest, std::ops::Range<usize>),
        (count, write, describe): (usize, Write<'a>, Describe<'a>),
    ) -> Option<Self> {
        let mut before = Sha256Hasher::new();
        before.update(right.as_bytes().get(..place.start)?);
        let after = right.as_bytes().get(place.end..)?.to_vec();
        let frame = Signing::new(subject, keys).right_frame();
        Some(Self { before, after, frame, count, write, describe })
    }
}

impl Series for Hole<'_> {
    fn count(&self) -> usize {
        self.count
    }

    fn gives(&self, number: usize, target: &Target) -> bool {
        let mut text = Vec::with_capacity(64);
        (self.write)(number, &mut text);
        let mut hasher = self.before.clone();
        hasher.update(&text);
        hasher.update(&self.after);
        self.frame.gives(Hex::new(&hasher.finish()).as_bytes(), target)
    }

    fn causes(&self, number: usize) -> Vec<AppliedMistake> {
        vec![(self.describe)(number)]
    }
}

/// The fields in their order.
const FIELDS: [Part; 6] = [Part::Method, Part::Path, Part::Query, Part::Headers, Part::SignedHeaders, Part::Payload];

/// Where a field stands in a canonical request.
fn place_of(right: &CanonicalRequest, part: Part) -> std::ops::Range<usize> {
    let start = FIELDS.iter().take_while(|other| **other != part).map(|other| right.field(*other).len() + 1).sum();
    start..start + right.field(part).len()
}

/// Where the value of a signed header stands in a canonical request.
fn place_of_header(right: &CanonicalRequest, name: &str) -> Option<std::ops::Range<usize>> {
    let mut at = place_of(right, Part::Headers).start;
    for line in right.field(Part::Headers).split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len();
        let value = line.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b":"));
        if value.is_some() {
            return Some(at + name.len() + 1..end - usize::from(line.ends_with(b"\n")));
        }
        at = end;
    }
    None
}
