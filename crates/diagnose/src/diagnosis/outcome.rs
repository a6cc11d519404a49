//! The content of a diagnosis: a verdict, explanations with their proofs, and the data that they are based on.

use std::ops::Range;

use super::catalogue::{Mistake, TOKEN_HOST_CHANGED};
use super::note::{NextStep, Note};
use super::party::Party;
use super::texts::differing_lines;
use crate::servers::{Difference as ServerDifference, Server};
use sigvet_core::canonical::Field;
use sigvet_core::claim::Claim;
use sigvet_core::derivation::Derivation;
use sigvet_core::request::Request;
use sigvet_core::verify::{Finding, Known, Outcome, Verdict};

/// Why a request was refused, as far as the evidence goes.
#[derive(Debug)]
pub struct Diagnosis {
    /// The verdict in one word.
    pub outcome: Outcome,
    /// What was wrong, the best explanation first. Explanations that cannot be distinguished are adjacent.
    pub explanations: Vec<Explanation>,
    /// Known differences between the server's computation and AWS's that affect this request.
    pub differences: Vec<AppliedDifference>,
    /// Noteworthy facts that are not mistakes.
    pub notes: Vec<Note>,
    /// What to supply to learn more, the most helpful first.
    pub next: Vec<NextStep>,
    /// The request that was judged, if it makes a claim.
    pub judged: Option<Judged>,
    /// Which parts of that request were seen, in the request itself or in a text that shows them.
    pub known: Known,
    /// The server's and the client's texts, compared with the right ones.
    pub comparisons: Vec<Comparison>,
    /// How far the search got.
    pub search: Search,
    /// The values that the user asked to try, each with its answer.
    pub tried: Vec<Tried>,
}

/// Whether the signature would be right with a value that the user asked to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The host, if one was tried.
    pub host: Option<String>,
    /// Whether a secret was tried.
    pub has_secret: bool,
    /// The answer.
    pub answer: Answer,
}

/// The answer to the user's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The signature is right with these values.
    Right,
    /// The signature is right for a client that also made these mistakes.
    RightBut(Vec<AppliedMistake>),
    /// The signature is wrong with these values.
    Wrong,
    /// A signed part of the request is unknown.
    Open,
    /// There is no secret to recompute the signature with.
    NoSecret,
}

/// A request and its verdict.
#[derive(Debug)]
pub struct Judged {
    /// The request, repaired if its signature was otherwise unreadable, or read back from the server's or the
    /// client's texts.
    pub request: Request,
    /// The claim, the right texts and signature, and the findings of verification.
    pub verdict: Verdict,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Where a judged request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The request was captured.
    Captured,
    /// The request was read back from the texts of the server or the client. If they show no signature, it has none.
    ReadBack {
        /// Whether those texts show the signature.
        has_signature: bool,
    },
}

/// A judged request of Version 4 or 4A, which has a canonical request.
#[derive(Debug, Clone, Copy)]
pub struct JudgedV4<'a> {
    /// The request with its verdict and origin.
    pub whole: &'a Judged,
    /// The request.
    pub request: &'a Request,
    /// The claim.
    pub claim: &'a Claim,
    /// The right texts for the request.
    pub derivation: &'a Derivation,
}

/// Mistakes that together explain the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// How the explanation is known.
    pub proof: Proof,
    /// What was done wrong. All of these mistakes were made together.
    pub mistakes: Vec<AppliedMistake>,
}

/// How an explanation is known, the most certain first: computation comes before what a server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// Making the same mistakes reproduced the wrong signature.
    Reproduced,
    /// The key proves it, because a later signature in the chain is right or wrong.
    Key,
    /// The server's reply shows it.
    Server,
    /// Arithmetic on dates shows it.
    Time,
    /// The request alone shows it.
    Observed,
}

/// A server difference that affects this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedDifference {
    /// The catalogue row of the difference.
    pub difference: &'static ServerDifference,
    /// The servers that may be responsible: those of the row, or the one that answered.
    pub servers: Vec<Server>,
    /// How the difference is known.
    pub certainty: Certainty,
}

/// How a difference is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The server's own text or message shows it.
    Proven,
    /// The server was recognised, and is known to compute this way.
    Recognized,
    /// Some servers compute this way, but it is unknown which server answered.
    Possible,
}

/// One mistake as it was made in this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedMistake {
    /// The catalogue row of the mistake.
    pub mistake: &'static Mistake,
    /// What exactly was done, if the mistake leaves it open.
    pub detail: Option<String>,
    /// The signed value. Empty if it is secret, or if the mistake has no value.
    pub signed: Vec<u8>,
    /// The value that should have been signed. Empty in the same cases.
    pub expected: Vec<u8>,
    /// Whether the client signed the right value, which was then changed between client and server.
    pub is_on_the_way: bool,
}

/// A text of the server or the client, compared with the right one.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The party that computed the texts.
    pub whose: Party,
    /// The party's canonical request.
    pub canonical_request: Option<Vec<u8>>,
    /// The party's string to sign.
    pub string_to_sign: Option<Vec<u8>>,
    /// The fields that differ.
    pub differences: Vec<Difference>,
    /// Whether the canonical request has the hash at the end of the string to sign; if not, the text was
    /// altered when it was copied. `None` if unknown.
    pub is_unaltered: Option<bool>,
}

/// A field in which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field. `None` for a line of the string to sign.
    pub field: Option<Field>,
    /// The name of the field, such as `path` or `timestamp`.
    pub name: &'static str,
    /// The party's text of the field.
    pub theirs: Vec<u8>,
    /// The right text of the field.
    pub right: Vec<u8>,
}

/// How far the search got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// Whether a search was made: whether there was something to search for, and a key to search with.
    pub is_made: bool,
    /// Number of hypotheses tried.
    pub hypotheses: u64,
    /// Maximum number of simultaneous mistakes tried.
    pub deepest: usize,
    /// Whether all hypotheses up to that number of mistakes were tried.
    pub is_exhausted: bool,
}

impl Difference {
    /// The party's text and the right one, reduced to the lines that differ.
    pub fn lines(&self) -> (Vec<u8>, Vec<u8>) {
        differing_lines(&self.theirs, &self.right)
    }
}

impl Diagnosis {
    /// A diagnosis without a judged request.
    pub(super) fn without_request(explanations: Vec<Explanation>) -> Self {
        Self {
            outcome: if explanations.is_empty() { Outcome::Unknown } else { Outcome::Invalid },
            explanations,
            differences: Vec::new(),
            notes: Vec::new(),
            next: Vec::new(),
            judged: None,
            known: Known::WHOLE,
            comparisons: Vec::new(),
            search: Search::NONE,
            tried: Vec::new(),
        }
    }

    /// The differences that made the server refuse the request: proven ones, and those that the recognised
    /// server is known for.
    pub fn server_differences(&self) -> impl Iterator<Item = &AppliedDifference> {
        self.differences.iter().filter(|applied| applied.certainty != Certainty::Possible)
    }

    /// Whether an explanation names the mistake with this ID.
    pub fn names(&self, id: &str) -> bool {
        self.explanations.iter().any(|explanation| explanation.names(id))
    }

    /// The best explanation.
    pub fn best(&self) -> Option<&Explanation> {
        self.explanations.first()
    }
}

impl Judged {
    /// Whether the signature is right. `None` without a key, or if the known texts include no signature.
    pub fn is_signature_right(&self) -> Option<bool> {
        match self.origin {
            Origin::ReadBack { has_signature: false } => None,
            _ => self.verdict.is_signature_right(),
        }
    }

    /// The request as one of Version 4 or 4A. `None` if it is signed with another scheme.
    pub fn v4(&self) -> Option<JudgedV4<'_>> {
        let (claim, derivation) = self.verdict.as_v4()?;
        Some(JudgedV4 { whole: self, request: &self.request, claim, derivation })
    }
}

impl<'a> JudgedV4<'a> {
    /// The findings of verification.
    pub fn findings(&self) -> &'a [Finding] {
        &self.whole.verdict.findings
    }

    /// Whether the signature is right, if that is known.
    pub fn is_signature_right(&self) -> Option<bool> {
        self.whole.is_signature_right()
    }

    /// Whether the request itself was captured.
    pub fn is_captured(&self) -> bool {
        self.whole.origin == Origin::Captured
    }
}

impl Search {
    /// No search was made, because there was nothing to search for or no key to search with.
    pub(super) const NONE: Self = Self { is_made: false, hypotheses: 0, deepest: 0, is_exhausted: true };
}

impl Proof {
    /// The name in the output for scripts: `reproduced`, `server`, `key`, `time` or `observed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Server => "server",
            Self::Key => "key",
            Self::Time => "time",
            Self::Observed => "observed",
        }
    }
}

impl Explanation {
    /// An explanation with one mistake.
    pub(super) fn from_mistake(proof: Proof, made: AppliedMistake) -> Self {
        Self { proof, mistakes: vec![made] }
    }

    /// Whether the explanation contains the mistake with this id.
    pub fn names(&self, id: &str) -> bool {
        self.mistakes.iter().any(|made| made.mistake.id == id)
    }
}

impl AppliedMistake {
    /// A mistake with the signed value and the expected one.
    pub(super) fn new(mistake: &'static Mistake, signed: impl Into<Vec<u8>>, expected: impl Into<Vec<u8>>) -> Self {
        Self { mistake, detail: None, signed: signed.into(), expected: expected.into(), is_on_the_way: false }
    }

    /// Whether the signed host of a token was right and the token was changed later.
    pub fn is_changed_token(&self) -> bool {
        self.mistake == &TOKEN_HOST_CHANGED
    }

    /// What to change. If the request was changed in transit, the client needs no change.
    pub fn fix(&self) -> &'static str {
        if self.is_on_the_way { FIX_ON_THE_WAY } else { self.mistake.fix }
    }

    /// The same mistake with a description of what exactly was done.
    pub(super) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

const FIX_ON_THE_WAY: &str = "Leave the signer as it is: what it signed is correct. Configure the proxy, gateway or HTTP \
    library between client and server to forward the request unchanged, or sign the request after the change.";

/// The ranges in which two texts differ: in each text, the bytes between the common beginning and the common end.
pub fn difference(a: &[u8], b: &[u8]) -> (Range<usize>, Range<usize>) {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let end = a
        .get(start..)
        .unwrap_or_default()
        .iter()
        .rev()
        .zip(b.get(start..).unwrap_or_default().iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (start..a.len() - end, start..b.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_lies_between_the_common_beginning_and_end() {
        assert_eq!(difference(b"/a%2520b", b"/a%20b"), (4..6, 4..4));
        assert_eq!(difference(b"aa", b"aaa"), (2..2, 2..3));
        assert_eq!(difference(b"same", b"same"), (4..4, 4..4));
        assert_eq!(difference(b"", b"x"), (0..0, 0..1));
    }
}
