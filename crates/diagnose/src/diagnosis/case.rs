//! One request with everything found about it, and the conclusions: explanations, an outcome, and what to supply next.

use super::catalogue::{AUTHORIZATION_MALFORMED, PAYLOAD_STREAMING, STRING_TO_SIGN_FORM};
use super::chunks;
use super::compare::{agrees, of_party};
use super::differences;
use super::evidence::Evidence;
use super::form::FormCase;
use super::inspect;
use super::note::{NextStep, Note};
use super::outcome::{AppliedDifference, AppliedMistake, Certainty, Comparison, Explanation, Judged, Origin, Proof};
use super::party::{Party, Texts};
use super::scheme::SchemeCase;
use super::search::{Limits, SearchResult};
use super::size::Size;
use super::v2::V2Case;
use super::v4::V4Case;
use crate::formats::CLUSTER_HEADER;
use crate::formats::reply::Reply;
use sigvet_core::request::Body;
use sigvet_core::verify::{Claimed, Finding, FindingId, Known, Outcome};

/// One request and everything found about it.
pub(super) struct Case<'a> {
    evidence: &'a Evidence<'a>,
    judged: &'a Judged,
    scheme: Box<dyn SchemeCase + 'a>,
    pub(super) found: Option<SearchResult>,
    /// What the unseen parts of the request must have been if the signature is right.
    supposed: Option<Vec<AppliedMistake>>,
    pub(super) comparisons: Vec<Comparison>,
    pub(super) differences: Vec<AppliedDifference>,
}

impl<'a> Case<'a> {
    /// Searches for mistakes if the signature is wrong, and compares the texts of server and client with the
    /// right ones.
    pub(super) fn new(evidence: &'a Evidence<'a>, judged: &'a Judged, limits: Limits<'_>) -> Self {
        let scheme = scheme_of(evidence, judged, limits);
        let has_signature = judged.origin != Origin::ReadBack { has_signature: false };
        let is_certified = judged.v4().is_some_and(|v4| v4.claim.terms.scheme.is_certified());
        let has_key = evidence.credentials.is_some() || is_certified;
        let may_be_wrong = judged.is_signature_right() != Some(true) && has_signature && has_key;
        let mut found = if may_be_wrong { scheme.search(limits) } else { None };
        let supposed = found.as_mut().and_then(|found| take_supposed(found, evidence.known));
        let compare = |(whose, texts): (Party, Texts<'_>)| scheme.compare(whose, texts);
        let comparisons: Vec<Comparison> = evidence.texts().into_iter().filter_map(compare).collect();
        let differences = differences::find(evidence, judged, &comparisons);
        Self { evidence, judged, scheme, found, supposed, comparisons, differences }
    }

    /// Everything that explains the refusal, most certain first.
    pub(super) fn explanations(&self, repairs: Vec<AppliedMistake>) -> Vec<Explanation> {
        let mut explanations = self.reproduced(repairs);
        let (is_reproduced, is_right) = (!explanations.is_empty(), self.is_right());
        add_new(&mut explanations, self.scheme.chunks());
        if !is_reproduced || is_right {
            add_new(&mut explanations, self.scheme.compared(&self.blaming(), self.found.as_ref()));
        }
        add_new(&mut explanations, inspect::reply(self.evidence, self.judged.v4()));
        add_new(&mut explanations, self.scheme.refused());
        join_times(&mut explanations);
        leave_out_general(&mut explanations);
        explanations.sort_by_key(|explanation| explanation.proof);
        explanations
    }

    /// The comparisons that mistakes are named from. If the server is proven to compute differently from AWS,
    /// its texts are not among them.
    fn blaming(&self) -> Vec<Comparison> {
        let is_meant = |comparison: &&Comparison| comparison.whose != Party::Server || !self.is_server_otherwise();
        self.comparisons.iter().filter(is_meant).cloned().collect()
    }

    /// Whether the server is proven to compute differently from AWS.
    fn is_server_otherwise(&self) -> bool {
        self.differences.iter().any(|applied| applied.certainty == Certainty::Proven)
    }

    /// Possible reasons, if nothing more certain is known. They do not affect the outcome.
    pub(super) fn suspicions(&self, outcome: Outcome, explanations: &[Explanation]) -> Vec<Explanation> {
        match outcome {
            Outcome::Invalid | Outcome::Unknown if !is_settled(explanations) && !self.is_right() => {
                self.scheme.suspicions()
            }
            Outcome::Valid if self.is_server_otherwise() => Vec::new(),
            Outcome::Valid if self.evidence.reply.is_some_and(Reply::is_refusal) => self.scheme.of_right(),
            _ => Vec::new(),
        }
    }

    pub(super) fn into_found(self) -> (Vec<Comparison>, Vec<AppliedDifference>) {
        (self.comparisons, self.differences)
    }

    /// Whether the signature is known to be right.
    pub(super) fn is_right(&self) -> bool {
        self.is_signature_right() == Some(true)
    }

    /// Whether the signature is right for the request as it was seen, or as it must have been.
    fn is_signature_right(&self) -> Option<bool> {
        if self.supposed.is_some() { Some(true) } else { self.judged.is_signature_right() }
    }

    /// The results of the search, together with the repairs made earlier.
    fn reproduced(&self, repairs: Vec<AppliedMistake>) -> Vec<Explanation> {
        let with_repairs = |set: &[AppliedMistake]| {
            let is_new = |made: &&AppliedMistake| !set.iter().any(|other| other.mistake == made.mistake);
            let mistakes = repairs.iter().filter(is_new).chain(set).cloned().collect();
            Explanation { proof: Proof::Reproduced, mistakes }
        };
        match &self.found {
            Some(found) if !found.sets.is_empty() => found.sets.iter().map(|set| with_repairs(set)).collect(),
            _ if repairs.is_empty() => Vec::new(),
            _ if self.is_right() => vec![with_repairs(&[])],
            _ => vec![Explanation { proof: Proof::Observed, mistakes: repairs }],
        }
    }

    /// The outcome that follows from explanations and findings.
    pub(super) fn outcome(&self, explanations: &[Explanation]) -> Outcome {
        match self.is_signature_right() {
            _ if self.judged.verdict.has_fatal_finding() || !explanations.is_empty() => Outcome::Invalid,
            Some(true) if self.supposed.is_none() && self.judged.verdict.undecided().is_some() => Outcome::Unknown,
            Some(true) => Outcome::Valid,
            Some(false) => Outcome::Invalid,
            None if self.says_no() && !self.is_server_otherwise() => Outcome::Invalid,
            None => Outcome::Unknown,
        }
    }

    /// Whether the request was signed with the key of a certificate that came with it.
    fn is_certified(&self) -> bool {
        self.judged.v4().is_some_and(|v4| v4.claim.terms.scheme.is_certified())
    }

    fn size(&self) -> Size {
        let signed = self.judged.v4().map_or(0, |v4| v4.claim.terms.signed_headers.iter().count());
        Size::of_request(&self.judged.request, signed)
    }

    fn says_no(&self) -> bool {
        self.evidence.reply.is_some_and(Reply::is_signature_refusal)
    }

    fn agrees(&self, whose: Party) -> bool {
        of_party(&self.comparisons, whose).is_some_and(|comparison| agrees(&self.judged.verdict.texts, comparison))
    }

    pub(super) fn notes(&self, outcome: Outcome, explanations: &[Explanation]) -> Vec<Note> {
        let v4 = self.judged.v4();
        let mut notes = v4.map(|v4| chunks::notes(&v4, explanations)).unwrap_or_default();
        // A request that was read back from texts has no body that the user could have supplied.
        let is_known = |finding: &&Finding| {
            self.judged.origin != Origin::Captured && matches!(finding, Finding::PayloadUnseen | Finding::ChunksUnseen)
        };
        notes.extend(self.supposed.as_deref().map(signed_for));
        let harmless = self.judged.verdict.findings.iter().filter(|finding| !finding.is_fatal() && !is_known(finding));
        let is_named = |finding: &&Finding| {
            let id = finding.id().map(FindingId::as_str);
            let is_supposed = self.supposed.is_some() && matches!(finding, Finding::NotKnown { .. });
            is_supposed || id.is_some_and(|id| explanations.iter().any(|explanation| explanation.names(id)))
        };
        notes.extend(harmless.filter(|finding| !is_named(finding)).cloned().map(Note::Finding));
        if let (Size::Excessive { bytes, fields }, true) = (self.size(), self.found.is_some()) {
            notes.push(Note::Excessive { bytes, fields });
        }
        let altered = self.comparisons.iter().filter(|comparison| comparison.is_unaltered == Some(false));
        notes.extend(altered.map(|comparison| Note::TextAltered(comparison.whose)));
        if v4.is_some() && outcome == Outcome::Invalid && !is_settled(explanations) {
            let is_irreproducible = self.found.as_ref().is_some_and(|found| found.sets.is_empty());
            if is_irreproducible && !explanations.is_empty() {
                notes.push(Note::NotReproduced);
            }
            notes.push(self.last_known_stage());
        }
        if outcome == Outcome::Valid && self.says_no() {
            notes.push(Note::RightAndRefused);
            let quirks = v4.filter(|_| !self.is_server_otherwise());
            let quirks = quirks.map(|v4| super::quirks::of(v4.request, v4.claim)).unwrap_or_default();
            notes.extend(quirks.into_iter().map(Note::Quirk));
        }
        notes
    }

    /// How far the evidence reaches, from the request to the signature.
    fn last_known_stage(&self) -> Note {
        match (self.agrees(Party::Client), self.agrees(Party::Server)) {
            (true, _) if self.is_right() => Note::RightAndRefused,
            (true, _) => Note::ClientTextsRight,
            (false, true) => Note::ServerTextsRight,
            (false, false) => Note::NoTextsKnown,
        }
    }

    /// Whether the value of a signed header with a wanted name is unknown.
    fn lacks_header(&self, is_wanted: impl Fn(&str) -> bool) -> bool {
        self.judged.verdict.findings.iter().any(|finding| match finding {
            Finding::NotKnown { part } => part.strip_prefix("the header ").is_some_and(&is_wanted),
            _ => false,
        })
    }

    /// What the user could supply to learn more.
    pub(super) fn next(&self, outcome: Outcome, explanations: &[Explanation]) -> Vec<NextStep> {
        // If there is no canonical request and the signature is right, the findings are why the request was refused.
        let is_found = self.judged.v4().is_none() && self.is_right() && !explanations.is_empty();
        let lacks_body = self.judged.origin == Origin::Captured && self.judged.request.body == Body::Unknown;
        if outcome == Outcome::Valid || is_settled(explanations) || is_found {
            let is_unseen = outcome == Outcome::Valid && self.judged.verdict.findings.contains(&Finding::PayloadUnseen);
            return Vec::from_iter((lacks_body && is_unseen).then_some(NextStep::Body));
        }
        let can_go_on = self.judged.v4().is_some() && !self.size().is_excessive();
        let is_stopped = can_go_on && self.found.as_ref().is_some_and(|found| !found.is_exhausted);
        let lacks_cluster = self.lacks_header(|name| name == CLUSTER_HEADER);
        let lacks_header = self.lacks_header(|name| name != CLUSTER_HEADER);
        // The unknown part may be the only thing that is wrong.
        let is_whole = !lacks_body && !lacks_cluster && !lacks_header;
        let is_irreproducible = self.judged.is_signature_right() == Some(false) && is_whole;
        // The name was given with the token, which does not contain it.
        let has_cluster = !self.evidence.known.headers && self.judged.request.headers.contains(CLUSTER_HEADER);
        let wanted = [
            (is_irreproducible && has_cluster, NextStep::OtherCluster),
            (lacks_body, NextStep::Body),
            (lacks_cluster, NextStep::ClusterName),
            (lacks_header, NextStep::Header),
            (self.evidence.credentials.is_none() && !self.is_certified(), NextStep::Secret),
            (is_irreproducible && !self.is_certified(), NextStep::OtherSigner),
            (is_irreproducible, NextStep::Stages),
            (of_party(&self.comparisons, Party::Client).is_none(), NextStep::ClientLog),
            (self.evidence.reply.is_none(), NextStep::Reply),
            (is_stopped, NextStep::MoreTime),
        ];
        wanted.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, step)| step).collect()
    }
}

/// Removes a set of mistakes that consists only of the method and headers that nobody saw: then it is not a mistake.
fn take_supposed(found: &mut SearchResult, known: Known) -> Option<Vec<AppliedMistake>> {
    let is_unseen = |made: &AppliedMistake| match made.mistake.id {
        "method-swapped" => !known.method,
        "header-missing" => !known.headers,
        _ => false,
    };
    let at = found.sets.iter().position(|set| set.iter().all(is_unseen))?;
    let supposed = found.sets.swap_remove(at);
    found.sets.clear();
    Some(supposed)
}

fn signed_for(supposed: &[AppliedMistake]) -> Note {
    let text = |made: &AppliedMistake| String::from_utf8_lossy(&made.signed).into_owned();
    let is = |made: &&AppliedMistake, id: &str| made.mistake.id == id;
    Note::SignedFor {
        method: supposed.iter().find(|made| is(made, "method-swapped")).map(text),
        headers: supposed.iter().filter(|made| is(made, "header-missing")).map(text).collect(),
    }
}

/// Whether an explanation rests on more than the request alone.
fn is_settled(explanations: &[Explanation]) -> bool {
    explanations.iter().any(|explanation| explanation.proof < Proof::Observed)
}

/// If something more specific is known, removes explanations that only a server's error code suggests,
/// because many causes lead to that code.
fn leave_out_general(explanations: &mut Vec<Explanation>) {
    const GENERAL: [&str; 3] = [AUTHORIZATION_MALFORMED.id, PAYLOAD_STREAMING.id, STRING_TO_SIGN_FORM.id];
    let is_general = |explanation: &Explanation| {
        explanation.proof == Proof::Server && explanation.mistakes.iter().all(|made| GENERAL.contains(&made.mistake.id))
    };
    if !explanations.iter().all(is_general) {
        explanations.retain(|explanation| !is_general(explanation));
    }
}

/// Adds explanations, except for mistakes that are already explained.
pub(super) fn add_new(explanations: &mut Vec<Explanation>, more: impl IntoIterator<Item = Explanation>) {
    for explanation in more {
        let is_named = |made: &AppliedMistake| explanations.iter().any(|known| known.names(made.mistake.id));
        if !explanation.mistakes.iter().all(is_named) {
            explanations.push(explanation);
        }
    }
}

/// Joins a clock that is off with a wrong signature: the user has to fix both.
fn join_times(explanations: &mut Vec<Explanation>) {
    let is_reproduced = explanations.iter().any(|explanation| explanation.proof == Proof::Reproduced);
    let is_time = |explanation: &Explanation| is_reproduced && explanation.proof == Proof::Time;
    let times: Vec<AppliedMistake> =
        explanations.iter().filter(|explanation| is_time(explanation)).flat_map(|time| time.mistakes.clone()).collect();
    explanations.retain(|explanation| !is_time(explanation));
    for explanation in explanations.iter_mut().filter(|explanation| explanation.proof == Proof::Reproduced) {
        explanation.mistakes.extend(times.iter().cloned());
    }
}

/// The scheme that a request is signed with.
fn scheme_of<'a>(evidence: &'a Evidence<'a>, judged: &'a Judged, limits: Limits<'_>) -> Box<dyn SchemeCase + 'a> {
    match &judged.verdict.claimed {
        Claimed::V2(claim) => Box::new(V2Case::new(evidence, judged, claim, limits)),
        Claimed::Form(claim) => Box::new(FormCase { evidence, judged, claim }),
        _ => Box::new(V4Case::new(evidence, judged.v4().expect("every other claim is of the Version 4 family"))),
    }
}
