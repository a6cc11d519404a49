//! From all that was found to a diagnosis: what is known best stands first, and what is not known is not said.

use super::alternatives::{Subject, from_base64};
use super::catalogue::{SECRET_WRONG, SIGNATURE_FORM};
use super::compare::{self, Texts};
use super::diagnosis::{Comparison, Diagnosis, Explanation, Judged, Made, Party, Proof, Search, Word};
use super::evidence::Evidence;
use super::inspect;
use super::reading::{self, Reading};
use super::search::{Found, Limits, Target, search};
use crate::encode::{Plus, decode};
use crate::verify::Finding;

/// Finds out why a request was refused, or that it is right.
pub fn diagnose(evidence: &Evidence<'_>, limits: Limits<'_>) -> Diagnosis {
    match reading::read(evidence) {
        Reading::Claimed { judged, repairs } => of_claim(evidence, *judged, repairs, limits),
        Reading::Unclaimed { request, error } => {
            let mut explanations = inspect::unreadable(&request, &error);
            add_new(&mut explanations, inspect::reply(evidence, None));
            let mut diagnosis = Diagnosis::empty(explanations);
            diagnosis.notes.push(error.to_string());
            diagnosis
        }
        Reading::Nothing => {
            let mut diagnosis = Diagnosis::empty(inspect::reply(evidence, None));
            diagnosis.next.push("the request that was refused, with all its headers".to_owned());
            diagnosis
        }
    }
}

impl Diagnosis {
    fn empty(explanations: Vec<Explanation>) -> Self {
        Self {
            verdict: if explanations.is_empty() { Word::Unknown } else { Word::Invalid },
            explanations,
            notes: Vec::new(),
            next: Vec::new(),
            judged: None,
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
    let is_right = judged.is_signature_right() == Some(true);
    if explanations.is_empty() && !is_right {
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
    let (notes, next) = (case.notes(verdict), case.next(verdict, &explanations));
    let search = found.map_or(Search::NONE, |found| Search {
        is_made: true,
        hypotheses: found.hypotheses,
        deepest: found.deepest,
        is_exhausted: found.is_exhausted,
    });
    Diagnosis { verdict, explanations, notes, next, judged: Some(judged), comparisons, search }
}

/// Adds explanations that name nothing that is explained already.
fn add_new(explanations: &mut Vec<Explanation>, more: impl IntoIterator<Item = Explanation>) {
    for explanation in more {
        let is_named = |made: &Made| explanations.iter().any(|known| known.names(made.mistake.id));
        if !explanation.mistakes.iter().all(is_named) {
            explanations.push(explanation);
        }
    }
}

/// A clock that is off and a signature that is wrong are wrong together: both have to be mended.
fn join_times(explanations: &mut Vec<Explanation>) {
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
    let (target, form) = target(judged.claim.signature.as_str())?;
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
    let mut unique: Vec<Vec<Made>> = Vec::new();
    for set in std::mem::take(&mut found.sets) {
        let ids = |set: &[Made]| {
            let mut ids: Vec<&str> = set.iter().map(|made| made.mistake.id).collect();
            ids.sort_unstable();
            ids
        };
        if !unique.iter().any(|known| ids(known) == ids(&set)) {
            unique.push(set);
        }
    }
    found.sets = unique;
    Some(found)
}

/// The bytes of a presented signature, and what is wrong with how it is written.
fn target(presented: &str) -> Option<(Target, Option<Made>)> {
    let bare = presented.trim().trim_matches(['"', '\'']);
    let decoded = String::from_utf8(decode(bare.as_bytes(), Plus::Literal)).ok()?;
    let lower = decoded.to_ascii_lowercase();
    let form = |detail: &str| Made::new(&SIGNATURE_FORM, presented, "").with_detail(detail);
    let whole = |bytes: &[u8]| Some(Target { bytes: bytes.try_into().ok()?, length: 32 });
    if let Some(target) = hex::decode(&lower).ok().and_then(|bytes| whole(&bytes)) {
        let detail = match () {
            () if presented == lower => return Some((target, None)),
            () if bare != presented => "with something around it",
            () if decoded != bare => "percent-encoded",
            () => "in upper-case hex",
        };
        return Some((target, Some(form(detail))));
    }
    if let Some(target) = from_base64(&decoded).and_then(|bytes| whole(&bytes)) {
        return Some((target, Some(form("in base64"))));
    }
    let digits = &lower[..lower.len() & !1];
    let bytes = hex::decode(digits).ok().filter(|bytes| (8..32).contains(&bytes.len()))?;
    let mut padded = [0; 32];
    padded[..bytes.len()].copy_from_slice(&bytes);
    let detail = format!("cut off: {} of 64 digits", lower.len());
    Some((Target { bytes: padded, length: bytes.len() }, Some(form(&detail))))
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

/// One request and all that was found of it.
struct Case<'a> {
    evidence: &'a Evidence<'a>,
    judged: &'a Judged,
    subject: &'a Subject<'a>,
    found: Option<&'a Found>,
    comparisons: &'a [Comparison],
}

impl Case<'_> {
    fn of(&self, whose: Party) -> Option<&Comparison> {
        self.comparisons.iter().find(|comparison| comparison.whose == whose)
    }

    /// What the search found, and what had to be repaired before.
    fn reproduced(&self, repairs: Vec<Made>) -> Vec<Explanation> {
        let is_right = self.judged.is_signature_right();
        let with_repairs = |set: &Vec<Made>| Explanation {
            proof: Proof::Reproduced,
            mistakes: repairs.iter().chain(set).cloned().collect(),
        };
        match self.found {
            Some(found) if !found.sets.is_empty() => found.sets.iter().map(with_repairs).collect(),
            _ if repairs.is_empty() => Vec::new(),
            _ if is_right == Some(true) => vec![with_repairs(&Vec::new())],
            _ => vec![Explanation { proof: Proof::Observed, mistakes: repairs }],
        }
    }

    /// What the texts of server and client show of a signature that is not right, or not known to be.
    fn compared(&self) -> Vec<Explanation> {
        let mut found = Vec::new();
        let (server, client) = (self.of(Party::Server), self.of(Party::Client));
        let agree = |comparison: &Comparison| comparison.differences.is_empty();
        if let Some(client) = client.filter(|client| !agree(client)) {
            // The server's word is what makes the client's wrong.
            let proof = if server.is_some_and(agree) { Proof::Server } else { Proof::Observed };
            found
                .extend(compare::explain(self.subject, client).map(|explanation| Explanation { proof, ..explanation }));
        }
        if let Some(server) = server.filter(|server| !agree(server) && self.judged.is_at_hand) {
            found.extend(compare::explain(self.subject, server));
        }
        found.extend(self.wrong_secret(server, client));
        found
    }

    /// Where the client signed what the server computed, only the key is left.
    fn wrong_secret(&self, server: Option<&Comparison>, client: Option<&Comparison>) -> Option<Explanation> {
        let agree = |comparison: &Comparison| comparison.differences.is_empty();
        let is_all_tried = self.found.is_some_and(|found| found.sets.is_empty() && found.is_exhausted);
        let detail = match (server, client) {
            (Some(server), Some(client)) if agree(server) && agree(client) => {
                "the client's texts and the server's are equal"
            }
            (None, Some(client)) if agree(client) && is_all_tried => "the client's texts are right",
            _ => return None,
        };
        let made = Made::new(&SECRET_WRONG, "", "").with_detail(detail);
        Some(Explanation::of(Proof::Server, made))
    }

    /// The signature is right for the request at hand, and the server saw another one, or has another secret.
    fn changed_on_the_way(&self) -> Vec<Explanation> {
        let Some(server) = self.of(Party::Server) else { return Vec::new() };
        if !server.differences.is_empty() {
            return compare::explain(self.subject, server).into_iter().collect();
        }
        let is_refused = self.evidence.reply.is_some_and(crate::formats::reply::Reply::is_signature_refusal);
        let detail =
            "the signature is right by the secret at hand, and the server made the same texts: it has another secret";
        let made = Made::new(&SECRET_WRONG, "", "").with_detail(detail);
        is_refused.then(|| Explanation::of(Proof::Server, made)).into_iter().collect()
    }

    fn verdict(&self, explanations: &[Explanation]) -> Word {
        let is_refused = explanations.iter().any(|explanation| explanation.proof != Proof::Observed);
        let is_fatal = self.judged.findings.iter().any(Finding::is_fatal);
        let says_no = self.evidence.reply.is_some_and(crate::formats::reply::Reply::is_signature_refusal);
        match self.judged.is_signature_right() {
            _ if is_fatal || is_refused || !explanations.is_empty() => Word::Invalid,
            Some(true) => Word::Valid,
            Some(false) => Word::Invalid,
            None if says_no => Word::Invalid,
            None => Word::Unknown,
        }
    }

    fn notes(&self, verdict: Word) -> Vec<String> {
        let mut notes: Vec<String> =
            self.judged.findings.iter().filter(|finding| !finding.is_fatal()).map(ToString::to_string).collect();
        for comparison in self.comparisons.iter().filter(|comparison| comparison.is_unaltered == Some(false)) {
            let whose = match comparison.whose {
                Party::Server => "server's",
                Party::Client => "client's",
            };
            notes.push(format!(
                "the {whose} canonical request has not the hash that its string to sign ends in: the text was altered when it was copied"
            ));
        }
        let says_no = self.evidence.reply.is_some_and(crate::formats::reply::Reply::is_signature_refusal);
        if verdict == Word::Valid && says_no {
            notes.push("the server refused it all the same: it has another secret for this key, or it got another request than this".to_owned());
            notes.extend(super::quirks::of(&self.judged.request, &self.judged.claim).into_iter().map(str::to_owned));
        }
        notes
    }

    /// What would tell more.
    fn next(&self, verdict: Word, explanations: &[Explanation]) -> Vec<String> {
        let mut next = Vec::new();
        if verdict == Word::Valid || explanations.iter().any(|explanation| explanation.proof < Proof::Observed) {
            return next;
        }
        if self.evidence.credentials.is_none() {
            next.push(
                "the secret, by --profile or the environment: then the wrong signature itself can be reproduced"
                    .to_owned(),
            );
        }
        if self.of(Party::Server).is_none() {
            next.push("the server's reply, by --response FILE: many servers print what they computed".to_owned());
        }
        if self.of(Party::Client).is_none() {
            next.push("the client's debug log, by --client-log FILE: it shows what was signed".to_owned());
        }
        if self.found.is_some_and(|found| !found.is_exhausted) {
            next.push("more time, by --time-limit".to_owned());
        }
        next
    }
}
