//! What a diagnosis is: a verdict, explanations with how each is known, and all that they rest on.

use std::ops::Range;

use super::catalogue::Mistake;
use super::note::{NextStep, Note};
use super::texts::differing_lines;
use sigvet_core::canonical::Field;
use sigvet_core::claim::Claim;
use sigvet_core::derivation::Derivation;
use sigvet_core::request::Request;
use sigvet_core::scheme::Signature;
use sigvet_core::verify::{Finding, PlainVerdict};

/// Why a request was refused, as far as the evidence goes.
#[derive(Debug)]
pub struct Diagnosis {
    /// The verdict in one word.
    pub verdict: Word,
    /// What was wrong, the best explanation first. Those that cannot be told apart follow one another.
    pub explanations: Vec<Explanation>,
    /// What is noteworthy and no mistake.
    pub notes: Vec<Note>,
    /// What to supply to learn more, the most helpful first.
    pub next: Vec<NextStep>,
    /// The request that was judged, where there is one that makes a claim.
    pub judged: Option<Judged>,
    /// The same, where its signature is of a scheme that has no canonical request.
    pub plain: Option<JudgedPlain>,
    /// The texts that were compared with the right one: the server's, the client's.
    pub comparisons: Vec<Comparison>,
    /// What the search did.
    pub search: Search,
}

/// The word of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The server would let it pass.
    Valid,
    /// The server would refuse it, or did.
    Invalid,
    /// There is neither a secret nor a reply to judge by.
    Unknown,
}

/// A request with everything that was derived from it.
#[derive(Debug)]
pub struct Judged {
    /// The request, repaired where its signature could not be read otherwise, or read back from what the server said.
    pub request: Request,
    /// What it claims.
    pub claim: Claim,
    /// What is right for it.
    pub derivation: Derivation,
    /// The signature that it should present, where a key was at hand.
    pub expected: Option<Signature>,
    /// What verifying found.
    pub findings: Vec<Finding>,
    /// Whether the request itself was at hand; otherwise it was read back from the server's or the client's words.
    pub is_at_hand: bool,
}

/// A request whose scheme has no canonical request, with everything that was derived from it.
#[derive(Debug)]
pub struct JudgedPlain {
    /// The request.
    pub request: Request,
    /// What it claims, what is right for it, and what verifying found.
    pub verdict: PlainVerdict,
}

/// Mistakes that together explain the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// How it is known.
    pub proof: Proof,
    /// What was done wrong. All of it together.
    pub mistakes: Vec<Made>,
}

/// How an explanation is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// The wrong signature was recomputed by making the same mistakes.
    Reproduced,
    /// The server's reply shows it.
    Server,
    /// The key shows it: what follows in the chain of signatures is right, or is not.
    Key,
    /// Arithmetic on dates shows it.
    Time,
    /// The request alone shows it.
    Observed,
}

/// One mistake as it was made in this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Which mistake.
    pub mistake: &'static Mistake,
    /// What exactly was done, where the mistake leaves it open.
    pub detail: Option<String>,
    /// What was signed. Empty where it is secret, or where nothing stands there.
    pub signed: Vec<u8>,
    /// What should have been. Empty on the same conditions.
    pub expected: Vec<u8>,
}

/// A text of the server's or the client's beside the right one.
#[derive(Debug)]
pub struct Comparison {
    /// Whose text it is.
    pub whose: Party,
    /// The canonical request that they made.
    pub canonical_request: Option<Vec<u8>>,
    /// The string to sign that they made.
    pub string_to_sign: Option<Vec<u8>>,
    /// The fields that differ.
    pub differences: Vec<Difference>,
    /// Whether the canonical request has the hash that ends the string to sign; where not, the text was altered when it was
    /// copied. None where it cannot be told.
    pub is_unaltered: Option<bool>,
}

/// Who made a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The server.
    Server,
    /// The client.
    Client,
}

/// A field that two texts differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field; none where it is a line of the string to sign.
    pub field: Option<Field>,
    /// What it is called: `path`, `timestamp`.
    pub name: &'static str,
    /// Theirs.
    pub theirs: Vec<u8>,
    /// The right one.
    pub right: Vec<u8>,
}

/// What the search did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// Whether there was anything to search for, and a key to do it with.
    pub is_made: bool,
    /// How many hypotheses were tried.
    pub hypotheses: u64,
    /// How many mistakes at once were tried.
    pub deepest: usize,
    /// Whether all hypotheses up to there were tried.
    pub is_exhausted: bool,
}

impl Difference {
    /// Theirs and the right one, by the lines that differ.
    pub fn lines(&self) -> (Vec<u8>, Vec<u8>) {
        differing_lines(&self.theirs, &self.right)
    }
}

impl Diagnosis {
    /// The best explanation.
    pub fn best(&self) -> Option<&Explanation> {
        self.explanations.first()
    }
}

impl Proof {
    /// The word of the contract: `reproduced`, `server`, `key`, `time`, `observed`.
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
    /// An explanation of one mistake.
    pub(super) fn of(proof: Proof, made: Made) -> Self {
        Self { proof, mistakes: vec![made] }
    }

    /// Whether it names this mistake.
    pub fn names(&self, id: &str) -> bool {
        self.mistakes.iter().any(|made| made.mistake.id == id)
    }
}

impl Made {
    /// A mistake with what was signed and what should have been.
    pub(super) fn new(mistake: &'static Mistake, signed: impl Into<Vec<u8>>, expected: impl Into<Vec<u8>>) -> Self {
        Self { mistake, detail: None, signed: signed.into(), expected: expected.into() }
    }

    /// The same, saying what exactly was done.
    pub(super) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// Where two texts differ: the bytes of each between their common beginning and their common end.
pub fn difference(a: &[u8], b: &[u8]) -> (Range<usize>, Range<usize>) {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    (start..a.len() - end, start..b.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_lies_between_what_is_common() {
        assert_eq!(difference(b"/a%2520b", b"/a%20b"), (4..6, 4..4));
        assert_eq!(difference(b"aa", b"aaa"), (2..2, 2..3));
        assert_eq!(difference(b"same", b"same"), (4..4, 4..4));
        assert_eq!(difference(b"", b"x"), (0..0, 0..1));
    }
}
