//! Turns everything that was found into a diagnosis: the most certain explanations come first, and nothing
//! unknown is claimed.

use super::case::{Case, add_new};
use super::catalogue::in_token;
use super::evidence::Evidence;
use super::foreign;
use super::inspect;
use super::note::{NextStep, Note};
use super::outcome::{AppliedMistake, Diagnosis, Judged, JudgedV4, Search};
use super::party::Party;
use super::reading::{self, Reading};
use super::search::{Limits, SearchResult};
use super::token_kind::token_kind_of;
use super::told;
use super::trial;
use crate::formats::reply::Reply;
use sigvet_core::request::Request;
use sigvet_core::verify::{Outcome, VerifyError};

/// Finds out why a request was refused, or that it is right.
pub fn diagnose(evidence: &Evidence<'_>, limits: Limits<'_>) -> Diagnosis {
    match told::complete(evidence) {
        Some((request, known)) => diagnose_known(&Evidence { request: Some(&request), known, ..*evidence }, limits),
        None => diagnose_known(evidence, limits),
    }
}

fn diagnose_known(evidence: &Evidence<'_>, limits: Limits<'_>) -> Diagnosis {
    match reading::read(evidence) {
        Reading::Claimed { judged, repairs } => diagnose_claim(evidence, *judged, repairs, limits),
        Reading::Unclaimed { request, error } => diagnose_unclaimed(evidence, &request, error),
        Reading::Nothing => diagnose_reply(evidence),
    }
    .in_words_for(evidence.request)
}

fn diagnose_claim(
    evidence: &Evidence<'_>,
    judged: Judged,
    repairs: Vec<AppliedMistake>,
    limits: Limits<'_>,
) -> Diagnosis {
    let (evidence, foreign) = of_this_request(evidence, &judged);
    let case = Case::new(&evidence, &judged, limits);
    let mut explanations = case.explanations(repairs);
    let outcome = case.outcome(&explanations);
    let suspicions = case.suspicions(outcome, &explanations);
    add_new(&mut explanations, suspicions);
    let (mut notes, next) = (case.notes(outcome, &explanations), case.next(outcome, &explanations));
    notes.extend(foreign);
    let search = case.found.as_ref().map_or(Search::NONE, SearchResult::summary);
    let (comparisons, differences) = case.into_found();
    let tried = trial::answer(&evidence, &judged, limits);
    let known = evidence.known;
    Diagnosis {
        outcome,
        explanations,
        differences,
        notes,
        next,
        judged: Some(judged),
        known,
        comparisons,
        search,
        tried,
    }
}

/// The evidence without parts that belong to another request, and a note about each part that was removed.
fn of_this_request<'a>(evidence: &Evidence<'a>, judged: &Judged) -> (Evidence<'a>, Vec<Note>) {
    let mut own = *evidence;
    let Some(v4) = judged.v4().filter(JudgedV4::is_captured) else { return (own, Vec::new()) };
    let mut notes = Vec::new();
    if let Some(what) = evidence.reply.filter(|_| !evidence.is_exchange).and_then(|reply| foreign::reply(&v4, reply)) {
        own.reply = None;
        notes.push(Note::OfAnotherRequest { whose: Party::Server, what });
    }
    let client = evidence.client.unwrap_or_default();
    if let Some(what) = foreign::texts(&v4, client.canonical_request, client.string_to_sign) {
        own.client = None;
        notes.push(Note::OfAnotherRequest { whose: Party::Client, what });
    }
    (own, notes)
}

fn diagnose_unclaimed(evidence: &Evidence<'_>, request: &Request, error: VerifyError) -> Diagnosis {
    let mut diagnosis = Diagnosis::from_unreadable(request, error);
    add_new(&mut diagnosis.explanations, inspect::reply(evidence, None));
    Diagnosis { notes: diagnosis.notes, ..Diagnosis::without_request(diagnosis.explanations) }
}

impl Diagnosis {
    /// Explains why a request makes no claim that can be checked. The outcome is invalid if a mistake is
    /// named; otherwise it is unknown, because the request is not signed or is signed with an unknown scheme.
    pub fn from_unreadable(request: &Request, error: VerifyError) -> Self {
        let explanations = inspect::unreadable(request, &error);
        Self { notes: vec![Note::Unreadable(error)], ..Self::without_request(explanations) }.in_words_for(Some(request))
    }

    /// The same with mistakes of URLs told as those of tokens, if the request is one.
    pub(super) fn in_words_for(mut self, request: Option<&Request>) -> Self {
        if request.and_then(token_kind_of).is_some() {
            let mistakes = self.explanations.iter_mut().flat_map(|explanation| &mut explanation.mistakes);
            mistakes.for_each(|made| made.mistake = in_token(made.mistake, &made.signed));
        }
        self
    }
}

fn diagnose_reply(evidence: &Evidence<'_>) -> Diagnosis {
    let mut explanations = inspect::reply(evidence, None);
    if explanations.is_empty() {
        explanations = inspect::of_notes(evidence.notes);
    }
    let mut diagnosis = Diagnosis::without_request(explanations);
    if evidence.reply.is_some_and(Reply::is_signature_refusal) {
        diagnosis.outcome = Outcome::Invalid;
    }
    diagnosis.next.push(NextStep::Request);
    diagnosis
}
