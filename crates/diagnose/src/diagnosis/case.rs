//! One request with all that was found of it, and what follows from that: explanations, a verdict, what to supply next.

use super::alternatives::Subject;
use super::catalogue::SECRET_WRONG;
use super::compare;
use super::evidence::Evidence;
use super::note::{NextStep, Note};
use super::outcome::{Comparison, Explanation, Judged, Made, Party, Proof, Word};
use super::presented::target;
use super::search::Found;
use crate::formats::reply::Reply;
use sigvet_core::verify::Finding;

/// One request and all that was found of it.
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) judged: &'a Judged,
    pub(super) subject: &'a Subject<'a>,
    pub(super) found: Option<&'a Found>,
    pub(super) comparisons: &'a [Comparison],
}

impl Case<'_> {
    fn of(&self, whose: Party) -> Option<&Comparison> {
        self.comparisons.iter().find(|comparison| comparison.whose == whose)
    }

    /// Whether a party made what is right, as far as its texts go. A text that could not be taken apart says nothing.
    fn agrees(&self, comparison: &Comparison) -> bool {
        let right = &self.judged.derivation;
        let is = |text: &Option<Vec<u8>>, right: &[u8]| text.as_deref().map(<[u8]>::trim_ascii_end) == Some(right);
        comparison.differences.is_empty()
            && (is(&comparison.string_to_sign, right.string_to_sign.as_bytes())
                || is(&comparison.canonical_request, right.canonical_request.as_bytes()))
    }

    /// What the search found, and what had to be repaired before.
    pub(super) fn reproduced(&self, repairs: Vec<Made>) -> Vec<Explanation> {
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
    pub(super) fn compared(&self) -> Vec<Explanation> {
        let mut found = Vec::new();
        let (server, client) = (self.of(Party::Server), self.of(Party::Client));
        if let Some(client) = client.filter(|client| !client.differences.is_empty()) {
            // The server's word is what makes the client's wrong.
            let is_told = server.is_some_and(|server| self.agrees(server));
            let proof = if is_told { Proof::Server } else { Proof::Observed };
            let explained = compare::explain(self.subject, client);
            found.extend(explained.map(|explanation| Explanation { proof, ..explanation }));
        }
        if let Some(server) = server.filter(|server| !server.differences.is_empty() && self.judged.is_at_hand) {
            found.extend(compare::explain(self.subject, server));
        }
        found.extend(self.wrong_secret(server, client));
        found
    }

    /// Where the client signed what is right, only the key is left.
    fn wrong_secret(&self, server: Option<&Comparison>, client: Option<&Comparison>) -> Option<Explanation> {
        let client = client.filter(|client| self.agrees(client))?;
        // A signature that is not written as it must be is refused whatever the key.
        target(self.judged.claim.signature.as_str(), self.judged.claim.terms.scheme)
            .filter(|(_, form)| form.is_none())?;
        let is_all_tried = self.found.is_some_and(|found| found.sets.is_empty() && found.is_exhausted);
        let (proof, detail) = match server {
            Some(server) if self.agrees(server) && client.string_to_sign.is_none() => {
                (Proof::Observed, "the canonical requests are equal; of its string to sign the client says nothing")
            }
            Some(server) if self.agrees(server) => (Proof::Server, "the client's texts and the server's are equal"),
            None if is_all_tried => (Proof::Observed, "the client's texts are right, and the secret at hand is not"),
            _ => return None,
        };
        let detail = match self.odd_secret() {
            Some(odd) => format!("{detail}; {odd}"),
            None => detail.to_owned(),
        };
        Some(Explanation::of(proof, Made::new(&SECRET_WRONG, "", "").with_detail(detail)))
    }

    /// What is odd about the secret at hand, without showing it: those of AWS have 40 characters of base64.
    fn odd_secret(&self) -> Option<String> {
        const LENGTH: usize = 40;
        let own = self.evidence.credentials?;
        let secret = own.secret_access_key.expose_secret();
        let is_of_aws = ["AKIA", "ASIA"].iter().any(|prefix| own.access_key_id.starts_with(prefix));
        let is_base64 = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
        match secret.chars().count() {
            _ if !is_of_aws => None,
            LENGTH if is_base64 => None,
            LENGTH => Some("the secret at hand has a character that no secret of AWS has".to_owned()),
            length => Some(format!("the secret at hand has {length} characters, those of AWS have {LENGTH}")),
        }
    }

    /// The signature is right for the request at hand, and the server saw another one, or has another secret.
    pub(super) fn changed_on_the_way(&self) -> Vec<Explanation> {
        let Some(server) = self.of(Party::Server) else { return Vec::new() };
        if !server.differences.is_empty() {
            return compare::explain(self.subject, server).into_iter().collect();
        }
        // The secret at hand may be of another key than the one that is named: that says nothing of the named one's.
        let named = &self.judged.claim.terms.access_key_id;
        let is_of_named = self.evidence.credentials.is_some_and(|own| own.access_key_id == *named);
        let is_refused = self.agrees(server) && self.evidence.reply.is_some_and(Reply::is_signature_refusal);
        let detail =
            "the signature is right by the secret at hand, and the server made the same texts: it has another secret";
        let made = Made::new(&SECRET_WRONG, "", "").with_detail(detail);
        (is_refused && is_of_named).then(|| Explanation::of(Proof::Server, made)).into_iter().collect()
    }

    pub(super) fn verdict(&self, explanations: &[Explanation]) -> Word {
        let is_refused = explanations.iter().any(|explanation| explanation.proof != Proof::Observed);
        let is_fatal = self.judged.findings.iter().any(Finding::is_fatal);
        let says_no = self.evidence.reply.is_some_and(Reply::is_signature_refusal);
        match self.judged.is_signature_right() {
            _ if is_fatal || is_refused || !explanations.is_empty() => Word::Invalid,
            Some(true) => Word::Valid,
            Some(false) => Word::Invalid,
            None if says_no => Word::Invalid,
            None => Word::Unknown,
        }
    }

    pub(super) fn notes(&self, verdict: Word, explanations: &[Explanation]) -> Vec<Note> {
        let harmless = self.judged.findings.iter().filter(|finding| !finding.is_fatal());
        let altered = self.comparisons.iter().filter(|comparison| comparison.is_unaltered == Some(false));
        let mut notes: Vec<Note> = harmless.cloned().map(Note::Finding).collect();
        notes.extend(altered.map(|comparison| Note::TextAltered(comparison.whose)));
        let says_no = self.evidence.reply.is_some_and(Reply::is_signature_refusal);
        let is_settled = explanations.iter().any(|explanation| explanation.proof < Proof::Observed);
        if verdict == Word::Invalid && !is_settled {
            let is_irreproducible = self.found.is_some_and(|found| found.sets.is_empty());
            if is_irreproducible && !explanations.is_empty() {
                notes.push(Note::NotReproduced);
            }
            notes.push(self.last_known_stage());
        }
        if verdict == Word::Valid && says_no {
            notes.push(Note::RightAndRefused);
            notes.extend(super::quirks::of(&self.judged.request, &self.judged.claim).into_iter().map(Note::Quirk));
        }
        notes
    }

    /// Up to where the evidence goes, from the request to the signature.
    fn last_known_stage(&self) -> Note {
        let agrees = |whose| self.of(whose).is_some_and(|comparison| self.agrees(comparison));
        match (agrees(Party::Client), agrees(Party::Server)) {
            (true, _) => Note::ClientTextsRight,
            (false, true) => Note::ServerTextsRight,
            (false, false) => Note::NoTextsKnown,
        }
    }

    /// What would tell more.
    pub(super) fn next(&self, verdict: Word, explanations: &[Explanation]) -> Vec<NextStep> {
        if verdict == Word::Valid || explanations.iter().any(|explanation| explanation.proof < Proof::Observed) {
            return Vec::new();
        }
        let wanted = [
            (self.evidence.credentials.is_none(), NextStep::Secret),
            (self.evidence.reply.is_none(), NextStep::Reply),
            (self.of(Party::Client).is_none(), NextStep::ClientLog),
            (self.found.is_some_and(|found| !found.is_exhausted), NextStep::MoreTime),
        ];
        wanted.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, step)| step).collect()
    }
}
