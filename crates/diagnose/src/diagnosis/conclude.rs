//! From all that was found to a diagnosis: what is known best stands first, and what is not known is not said.

use super::alternatives::Subject;
use super::case::Case;
use super::chunks;
use super::compare::{self, Texts};
use super::evidence::Evidence;
use super::inspect;
use super::note::{NextStep, Note};
use super::outcome::{Comparison, Diagnosis, Explanation, Judged, Made, Party, Proof, Search, Word};
use super::plain;
use super::presented::target;
use super::reading::{self, Reading};
use super::search::{Found, Limits, search};
use crate::formats::reply::Reply;

/// Finds out why a request was refused, or that it is right.
pub fn diagnose(evidence: &Evidence<'_>, limits: Limits<'_>) -> Diagnosis {
    if let Some(diagnosis) = plain::diagnose(evidence, limits) {
        return diagnosis;
    }
    match reading::read(evidence) {
        Reading::Claimed { judged, repairs } => of_claim(evidence, *judged, repairs, limits),
        Reading::Unclaimed { request, error } => {
            let mut explanations = inspect::unreadable(&request, &error);
            add_new(&mut explanations, inspect::reply(evidence, None));
            let mut diagnosis = Diagnosis::empty(explanations);
            diagnosis.notes.push(Note::Unreadable(error));
            diagnosis
        }
        Reading::Nothing => {
            let mut diagnosis = Diagnosis::empty(inspect::reply(evidence, None));
            if evidence.reply.is_some_and(Reply::is_signature_refusal) {
                diagnosis.verdict = Word::Invalid;
            }
            diagnosis.next.push(NextStep::Request);
            diagnosis
        }
    }
}

impl Diagnosis {
    /// A diagnosis that rests on no judged request.
    pub(super) fn empty(explanations: Vec<Explanation>) -> Self {
        Self {
            verdict: if explanations.is_empty() { Word::Unknown } else { Word::Invalid },
            explanations,
            notes: Vec::new(),
            next: Vec::new(),
            judged: None,
            plain: None,
            comparisons: Vec::new(),
            search: Search::NONE,
        }
    }
}

impl Search {
    /// There was nothing to search for, or no key to do it with.
    pub(super) const NONE: Self = Self { is_made: false, hypotheses: 0, deepest: 0, is_exhausted: true };
}

fn of_claim(evidence: &Evidence<'_>, judged: Judged, repairs: Vec<Made>, limits: Limits<'_>) -> Diagnosis {
    let subject = Subject::new(&judged.request, &judged.claim, evidence.hints);
    let found = reproduce(evidence, &judged, &subject, limits);
    let comparisons = compare_all(evidence, &judged);
    let case = Case { evidence, judged: &judged, subject: &subject, found: found.as_ref(), comparisons: &comparisons };
    let mut explanations = case.reproduced(repairs);
    let (is_reproduced, is_right) = (!explanations.is_empty(), judged.is_signature_right() == Some(true));
    add_new(&mut explanations, chunks::explain(evidence, &judged));
    if !is_reproduced && !is_right {
        add_new(&mut explanations, case.compared());
    } else if is_right {
        add_new(&mut explanations, case.changed_on_the_way());
    }
    add_new(&mut explanations, inspect::reply(evidence, Some(&judged)));
    add_new(&mut explanations, inspect::request(evidence, &judged));
    join_times(&mut explanations);
    explanations.sort_by_key(|explanation| explanation.proof);
    let is_settled = explanations.iter().any(|explanation| explanation.proof < Proof::Observed);
    let verdict = case.verdict(&explanations);
    if verdict != Word::Valid && !is_settled && !is_right {
        add_new(&mut explanations, inspect::suspicions(evidence, &judged));
    }
    let (mut notes, next) = (case.notes(verdict, &explanations), case.next(verdict, &explanations));
    notes.splice(0..0, chunks::notes(&judged, &explanations));
    let search = found.as_ref().map_or(Search::NONE, Found::summary);
    Diagnosis { verdict, explanations, notes, next, judged: Some(judged), plain: None, comparisons, search }
}

/// Adds explanations that name nothing that is explained already.
pub(super) fn add_new(explanations: &mut Vec<Explanation>, more: impl IntoIterator<Item = Explanation>) {
    for explanation in more {
        let is_named = |made: &Made| explanations.iter().any(|known| known.names(made.mistake.id));
        if !explanation.mistakes.iter().all(is_named) {
            explanations.push(explanation);
        }
    }
}

/// A clock that is off and a signature that is wrong are wrong together: both have to be mended.
pub(super) fn join_times(explanations: &mut Vec<Explanation>) {
    if !explanations.iter().any(|explanation| explanation.proof == Proof::Reproduced) {
        return;
    }
    let is_time = |explanation: &Explanation| explanation.proof == Proof::Time;
    let times: Vec<Made> =
        explanations.iter().filter(|explanation| is_time(explanation)).flat_map(|time| time.mistakes.clone()).collect();
    explanations.retain(|explanation| !is_time(explanation));
    for explanation in explanations.iter_mut().filter(|explanation| explanation.proof == Proof::Reproduced) {
        explanation.mistakes.extend(times.iter().cloned());
    }
}

/// Searches, where there is a key, a signature to reproduce, and need to.
fn reproduce(evidence: &Evidence<'_>, judged: &Judged, subject: &Subject<'_>, limits: Limits<'_>) -> Option<Found> {
    if judged.is_signature_right() != Some(false) {
        return None;
    }
    let (target, form) = target(judged.claim.signature.as_str(), judged.claim.terms.scheme)?;
    let mut found = search(subject, &evidence.keys(), target, limits);
    if let Some(form) = form {
        found.sets.iter_mut().for_each(|set| set.push(form.clone()));
    }
    // A set that names one mistake twice in one field is told once.
    for set in &mut found.sets {
        let mut seen: Vec<Made> = Vec::new();
        set.retain(|made| {
            let is_new = !seen.iter().any(|known| known.mistake == made.mistake && known.detail == made.detail);
            seen.push(made.clone());
            is_new
        });
    }
    found.tell_once();
    Some(found)
}

fn compare_all(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Comparison> {
    let server = evidence.reply.map(|reply| Texts {
        canonical_request: reply.canonical_request.as_deref(),
        string_to_sign: reply.string_to_sign.as_deref(),
    });
    let client = evidence
        .client
        .map(|client| Texts { canonical_request: client.canonical_request, string_to_sign: client.string_to_sign });
    [(Party::Server, server), (Party::Client, client)]
        .into_iter()
        .filter_map(|(whose, texts)| Some((whose, texts.filter(|texts| !texts.is_empty())?)))
        .map(|(whose, texts)| compare::compare(judged, whose, texts))
        .collect()
}
