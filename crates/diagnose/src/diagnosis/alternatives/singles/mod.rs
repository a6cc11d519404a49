//! Mistakes with so many variants that each variant is tried alone: every second of a day, every port, every
//! typing error.
//!
//! The fields in the files next to this folder are combined with one another, so each of their options costs thousands
//! of hypotheses. Here an option costs one hypothesis, because the rest of the request is assumed to be right.

mod instants;
mod keys;
mod numbers;
mod paths;

use std::ops::Range;

use super::Subject;
use super::signing::{Frames, Signing};
use crate::diagnosis::evidence::Key;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use sigvet_core::canonical::{CanonicalRequest, Field as Part};
use sigvet_core::internal::{Head, Hex, Texts, canonical};
use sigvet_core::scheme::Scheme;

/// For a larger request, a million hypotheses would take minutes.
const LARGEST: usize = 16 * 1024;

/// A numbered series of hypotheses of one kind.
pub(in crate::diagnosis) trait Series: Sync {
    /// The number of hypotheses.
    fn count(&self) -> usize;

    /// Those of these hypotheses, in order, that give the target signature. The more there are, the less each one costs.
    fn give_each(&self, numbers: Range<usize>, target: &Target) -> Vec<usize>;

    /// The mistakes that the hypothesis consists of.
    fn causes(&self, number: usize) -> Vec<AppliedMistake>;
}

/// All series for a request, the likeliest first. `signing` belongs to the request as it arrived.
pub(in crate::diagnosis) fn series<'a>(
    subject: &'a Subject<'_>,
    keys: &[Key<'_>],
    signing: &'a Signing,
) -> Vec<Box<dyn Series + 'a>> {
    // A signature of Version 4A has to be verified, which takes a hundred times as long as recomputing a
    // Version 4 signature.
    if keys.is_empty() || subject.terms.scheme != Scheme::V4 {
        return Vec::new();
    }
    let right = Right { subject, signing, text: subject.right() };
    if right.text.as_bytes().len() > LARGEST {
        return Vec::new();
    }
    let mut all: Vec<Box<dyn Series + 'a>> = vec![Box::new(keys::Keys::new(&right, keys)), paths::series(&right)];
    all.extend(numbers::series(&right));
    all.extend(instants::series(&right));
    all
}

/// The request as it arrived, with its right canonical request and signing.
struct Right<'a, 's> {
    subject: &'a Subject<'s>,
    signing: &'a Signing,
    text: CanonicalRequest,
}

/// A canonical request with a gap in one place.
struct Gap {
    before: Head,
    after: Vec<u8>,
}

impl Gap {
    fn in_field(text: &CanonicalRequest, part: Part) -> Self {
        Self::new(canonical::before(text, part), canonical::after(text, part))
    }

    /// A gap in the value of a signed header.
    fn in_header(text: &CanonicalRequest, name: &str) -> Option<Self> {
        let (all, mut at) = (text.as_bytes(), canonical::before(text, Part::Headers).len());
        for line in text.field(Part::Headers).split(|byte| *byte == b'\n') {
            let value = line.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b":"));
            if let Some(value) = value {
                let end = at + line.len();
                return Some(Self::new(all.get(..end - value.len())?, all.get(end..)?));
            }
            at += line.len() + 1;
        }
        None
    }

    fn new(before: &[u8], after: &[u8]) -> Self {
        Self { before: Head::new(before), after: after.to_vec() }
    }

    /// The hashes of the canonical request with each of these texts in the gap.
    fn hash_with_each(&self, texts: &Texts) -> Vec<Hex> {
        self.before.finish_each(texts.iter(), &self.after).iter().map(Hex::new).collect()
    }
}

/// Possible contents of a gap when the request was signed, by number.
trait Filling: Sync {
    fn count(&self) -> usize;
    fn write(&self, number: usize, out: &mut Vec<u8>);
    fn cause(&self, number: usize) -> AppliedMistake;
}

/// A gap with its possible contents. Key and string to sign are right.
struct Filled<F> {
    gap: Gap,
    frame: Frames,
    filling: F,
}

impl<F: Filling> Series for Filled<F> {
    fn count(&self) -> usize {
        self.filling.count()
    }

    fn give_each(&self, numbers: Range<usize>, target: &Target) -> Vec<usize> {
        let mut texts = Texts::with_capacity(numbers.len(), 64);
        for number in numbers.clone() {
            texts.push(|out| self.filling.write(number, out));
        }
        let lines = self.gap.hash_with_each(&texts);
        let found = self.frame.iter().flat_map(|frame| frame.gives_each(lines.iter().map(Hex::as_bytes), target));
        found.map(|at| numbers.start + at).collect()
    }

    fn causes(&self, number: usize) -> Vec<AppliedMistake> {
        vec![self.filling.cause(number)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "GET\n/k\na=1\nhost:h\nx-amz-date:D\n\nhost;x-amz-date\nhash";

    fn text() -> CanonicalRequest {
        let mut fields = ["GET", "/k", "a=1", "host:h\nx-amz-date:D\n", "host;x-amz-date", "hash"].into_iter();
        CanonicalRequest::assemble(|_, out| out.extend_from_slice(fields.next().unwrap().as_bytes()))
    }

    fn hash_with(gap: &Gap, text: &str) -> String {
        let mut texts = Texts::default();
        texts.push(|out| out.extend_from_slice(text.as_bytes()));
        gap.hash_with_each(&texts)[0].as_str().to_owned()
    }

    /// Catches a gap that is a byte too long or too short, by inserting its original text.
    #[test]
    fn the_original_text_fills_its_gap_again() {
        assert_eq!(text().as_bytes(), TEXT.as_bytes());
        let right = Hex::new(&text().sha256());
        for (part, stood) in [(Part::Method, "GET"), (Part::Path, "/k"), (Part::Query, "a=1"), (Part::Payload, "hash")]
        {
            assert_eq!(hash_with(&Gap::in_field(&text(), part), stood), right.as_str());
        }
        for (name, stood) in [("host", "h"), ("x-amz-date", "D")] {
            let gap = Gap::in_header(&text(), name).unwrap();
            assert_eq!(hash_with(&gap, stood), right.as_str(), "{name}");
        }
        assert!(Gap::in_header(&text(), "x-amz").is_none() && Gap::in_header(&text(), "hos").is_none());
    }
}
