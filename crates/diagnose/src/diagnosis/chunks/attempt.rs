//! Tries the combinations of the parts of a string to sign, and keeps the smallest ones that give the signature.

use super::parts::{Choice, Parts};
use crate::diagnosis::catalogue::Mistake;
use crate::diagnosis::outcome::{AppliedMistake, Explanation, JudgedV4, Proof};
use sigvet_core::derivation::Terms;
use sigvet_core::internal::{Subject, frame};
use sigvet_core::scheme::{Signature, SigningKey};
use sigvet_core::stream::Chunked;

/// What is needed to reproduce the signature of a chunk or of a trailer.
pub(super) struct Attempt<'a> {
    pub(super) judged: &'a JudgedV4<'a>,
    pub(super) chunked: &'a Chunked<'a>,
    pub(super) key: &'a SigningKey,
}

/// One choice for each part.
#[derive(Clone, Copy)]
struct Combination<'p> {
    subject: &'p Choice<Subject>,
    texts: [&'p Choice<String>; 3],
}

impl Attempt<'_> {
    /// Every smallest set of mistakes that gives the signature.
    pub(super) fn reproduce(&self, parts: Parts, presented: Option<&str>) -> Vec<Explanation> {
        let Some(presented) = presented.map(|text| Signature::presented(text.to_ascii_lowercase())) else {
            return Vec::new();
        };
        let terms = &self.judged.claim.terms;
        let (mut smallest, mut found) = (usize::MAX, Vec::new());
        for_each(&parts, &mut |combination| {
            let cost = combination.cost();
            if cost == 0 || cost > smallest || !self.gives(&self.text(combination), &presented) {
                return;
            }
            if cost < smallest {
                (smallest, found) = (cost, Vec::new());
            }
            found.push(combination.to_explanation(&parts, terms));
        });
        found
    }

    /// Whether a string to sign gives the presented signature, which may be padded.
    pub(super) fn gives(&self, string_to_sign: &str, presented: &Signature) -> bool {
        let presented = Signature::presented(presented.as_str().trim_end_matches('*'));
        self.key.expected(string_to_sign.as_bytes(), &presented) == presented
    }

    fn text(&self, combination: Combination<'_>) -> String {
        let [previous, empty_hash, hash] = combination.texts.map(|choice| choice.value.as_str());
        // An omitted part has no line at all; an empty signature still has one.
        let tail = [previous, empty_hash, hash];
        let tail: Vec<&str> = tail
            .into_iter()
            .enumerate()
            .filter(|(at, text)| *at != 1 || !text.is_empty())
            .map(|(_, text)| text)
            .collect();
        frame(&self.judged.claim.terms, combination.subject.value, &tail)
    }
}

fn for_each<'p>(parts: &'p Parts, visit: &mut dyn FnMut(Combination<'p>)) {
    for subject in &parts.subjects {
        for previous in &parts.previous {
            for empty_hash in &parts.empty_hashes {
                for hash in &parts.hashes {
                    visit(Combination { subject, texts: [previous, empty_hash, hash] });
                }
            }
        }
    }
}

impl Combination<'_> {
    fn cost(&self) -> usize {
        let texts = self.texts.iter().filter(|choice| choice.mistake.is_some()).count();
        texts + usize::from(self.subject.mistake.is_some())
    }

    /// The mistakes, each with the value that was signed and the value that should have been.
    fn to_explanation(self, parts: &Parts, terms: &Terms) -> Explanation {
        let made = |(mistake, detail): &(&'static Mistake, String), signed: &str, expected: &str| {
            AppliedMistake::new(mistake, signed, expected).with_detail(format!("{}: {detail}", parts.place))
        };
        let right = [&parts.previous[0], &parts.empty_hashes[0], &parts.hashes[0]];
        let texts = self.texts.into_iter().zip(right);
        let of_texts =
            texts.filter_map(|(choice, right)| Some(made(choice.mistake.as_ref()?, &choice.value, &right.value)));
        let first_line = |subject| frame(terms, subject, &[]).lines().next().unwrap_or_default().to_owned();
        let of_subject = self
            .subject
            .mistake
            .as_ref()
            .map(|mistake| made(mistake, &first_line(self.subject.value), &first_line(parts.subjects[0].value)));
        Explanation { proof: Proof::Reproduced, mistakes: of_subject.into_iter().chain(of_texts).collect() }
    }
}
