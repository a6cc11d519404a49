//! Diagnosing a signature without a canonical request: verdict, what was found, the server's and the client's string to
//! sign beside the right one, and the search that its scheme has.
//!
//! What is known best stands first, as in `conclude`. A scheme plugs in with an arm in `verify::judge_plain`
//! and in `inspect::plain::unreadable`; its search is an arm of `Case::new`.

use super::conclude::{add_new, join_times};
use super::evidence::Evidence;
use super::form;
use super::inspect;
use super::outcome::{Comparison, Diagnosis, Difference, Explanation, JudgedPlain, Party, Proof, Search, Word};
use super::search::{Found, Limits};
use super::v2::Texts;
use crate::formats::reply::Reply;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::verify::{self, Finding, PlainError, PlainJudge, PlainVerdict};

/// Diagnoses a request whose scheme has no canonical request; none where there is no such request.
pub(super) fn diagnose(evidence: &Evidence<'_>, limits: Limits<'_>) -> Option<Diagnosis> {
    let request = evidence.request?;
    Some(match verify::judge_plain(request, judge(evidence))? {
        Ok(verdict) => Case::new(evidence, request, verdict, limits).diagnosis(),
        Err(error) => unreadable(evidence, &error),
    })
}

fn judge<'a>(evidence: &Evidence<'a>) -> PlainJudge<'a> {
    let (now, window, hints) = (evidence.now, evidence.window, evidence.hints);
    let buckets = BucketRule { chosen: hints.bucket.as_deref(), endpoints: &hints.endpoints };
    PlainJudge { credentials: evidence.credentials, now, window, buckets }
}

fn unreadable(evidence: &Evidence<'_>, error: &PlainError) -> Diagnosis {
    let mut explanations = vec![inspect::plain::unreadable(error)];
    add_new(&mut explanations, inspect::reply(evidence, None));
    let mut diagnosis = Diagnosis::empty(explanations);
    diagnosis.notes.push(error.to_string());
    diagnosis
}

/// One request with all that was found of it.
struct Case<'a> {
    evidence: &'a Evidence<'a>,
    request: &'a Request,
    verdict: PlainVerdict,
    comparisons: Vec<Comparison>,
    texts: Option<Texts>,
    found: Option<Found>,
}

impl<'a> Case<'a> {
    fn new(evidence: &'a Evidence<'a>, request: &'a Request, verdict: PlainVerdict, limits: Limits<'_>) -> Self {
        let server = evidence.reply.and_then(|reply| reply.string_to_sign.as_deref());
        let client = evidence.client.and_then(|client| client.string_to_sign);
        let texts = [(Party::Server, server), (Party::Client, client)];
        let compared = texts.into_iter().filter_map(|(whose, text)| Some(compare(whose, text?, &verdict)));
        let comparisons = compared.collect();
        let is_wrong = verdict.is_signature_right() == Some(false);
        let texts = Texts::of(request, judge(evidence).buckets, limits.deepest);
        let found = match &texts {
            _ if !is_wrong => None,
            Some(texts) => texts.search(evidence, limits.deepest),
            None => form::search(evidence, request),
        };
        Self { evidence, request, verdict, comparisons, texts, found }
    }

    fn diagnosis(self) -> Diagnosis {
        let sets = self.found.iter().flat_map(|found| found.sets.clone());
        let reproduced = sets.map(|mistakes| Explanation { proof: Proof::Reproduced, mistakes });
        let mut explanations: Vec<Explanation> = reproduced.collect();
        if explanations.is_empty() {
            add_new(&mut explanations, self.compared());
        }
        add_new(&mut explanations, inspect::reply(self.evidence, None));
        add_new(&mut explanations, inspect::plain::found(self.evidence, self.request, &self.verdict));
        join_times(&mut explanations);
        explanations.sort_by_key(|explanation| explanation.proof);
        let word = self.word(&explanations);
        let (notes, next) = (self.notes(word), self.next(word, &explanations));
        let plain = JudgedPlain { request: self.request.clone(), verdict: self.verdict };
        Diagnosis {
            verdict: word,
            explanations,
            notes,
            next,
            judged: None,
            plain: Some(plain),
            comparisons: self.comparisons,
            search: self.found.as_ref().map_or(Search::NONE, Found::summary),
        }
    }

    /// What the texts of others show, where no known mistake reproduces the signature: the client's is what it signed, the
    /// server's is what it made of the request.
    fn compared(&self) -> Vec<Explanation> {
        let Some(texts) = &self.texts else { return Vec::new() };
        let is_right = self.verdict.is_signature_right() == Some(true);
        let differing = self.comparisons.iter().filter(|comparison| !comparison.differences.is_empty());
        let explain = |comparison: &Comparison| {
            let proof = match comparison.whose {
                Party::Server => Proof::Server,
                Party::Client => Proof::Observed,
            };
            let sets = texts.explain(comparison.string_to_sign.as_deref().unwrap_or_default());
            sets.into_iter().map(|mistakes| Explanation { proof, mistakes }).collect::<Vec<_>>()
        };
        differing.filter(|comparison| !(is_right && comparison.whose == Party::Client)).flat_map(explain).collect()
    }

    fn says_no(&self) -> bool {
        self.evidence.reply.is_some_and(Reply::is_signature_refusal)
    }

    fn word(&self, explanations: &[Explanation]) -> Word {
        match self.verdict.is_signature_right() {
            _ if !self.verdict.is_valid() || !explanations.is_empty() => Word::Invalid,
            Some(true) => Word::Valid,
            Some(false) => Word::Invalid,
            None if self.says_no() => Word::Invalid,
            None => Word::Unknown,
        }
    }

    fn notes(&self, word: Word) -> Vec<String> {
        let harmless = self.verdict.findings.iter().filter(|finding| !finding.is_fatal());
        let mut notes: Vec<String> = harmless.map(Finding::to_string).collect();
        if word == Word::Valid && self.says_no() {
            notes.push(
                "the server refused it all the same: it has another secret for this key, or it got another request than this"
                    .to_owned(),
            );
        }
        notes
    }

    fn next(&self, word: Word, explanations: &[Explanation]) -> Vec<String> {
        let is_settled = explanations.iter().any(|explanation| explanation.proof < Proof::Observed);
        // A right signature that is refused is refused for what was found.
        let is_found = self.verdict.is_signature_right() == Some(true) && !explanations.is_empty();
        if word == Word::Valid || is_settled || is_found {
            return Vec::new();
        }
        let wanted = [
            (
                self.evidence.credentials.is_none(),
                "the secret, by --profile or the environment: then the wrong signature itself can be reproduced",
            ),
            (
                self.evidence.reply.is_none(),
                "the server's reply, by --response FILE: many servers print what they computed",
            ),
            (
                !self.comparisons.iter().any(|comparison| comparison.whose == Party::Client),
                "the client's debug log, by --client-log FILE: it shows what was signed",
            ),
        ];
        wanted.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, text)| text.to_owned()).collect()
    }
}

fn compare(whose: Party, text: &[u8], verdict: &PlainVerdict) -> Comparison {
    let right = &verdict.string_to_sign;
    let difference = Difference { field: None, name: "string to sign", theirs: text.to_vec(), right: right.clone() };
    let differences = if text.trim_ascii_end() == right.as_slice() { Vec::new() } else { vec![difference] };
    let string_to_sign = Some(text.to_vec());
    Comparison { whose, canonical_request: None, string_to_sign, differences, is_unaltered: None }
}
