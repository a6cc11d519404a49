//! A judged request, for people and by the JSON of the contract.

use std::io::Write;

use serde_json::{Value, json};

use super::redact::Redactor;
use crate::claim::Claim;
use crate::derivation::Derivation;
use crate::scheme::Signature;
use crate::verify::Finding;

/// What can be said of a signed request.
pub struct Judged<'a> {
    /// What it claims.
    pub claim: &'a Claim,
    /// What was derived from it.
    pub derivation: &'a Derivation,
    /// The signature that it should present, where a key was at hand.
    pub expected: Option<&'a Signature>,
    /// What was found.
    pub findings: &'a [Finding],
    /// Takes tokens out of what is shown.
    pub redactor: &'a Redactor,
}

/// The word of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The server would let it pass.
    Valid,
    /// The server would refuse it.
    Invalid,
    /// There is no key to judge by, and nothing else is wrong.
    Unknown,
}

impl Judged<'_> {
    /// The verdict in one word.
    pub fn word(&self) -> Word {
        match self.expected {
            _ if self.findings.iter().any(Finding::is_fatal) => Word::Invalid,
            Some(_) => Word::Valid,
            None => Word::Unknown,
        }
    }

    /// One line with the verdict, then a line for each finding.
    pub fn write_text(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let terms = &self.claim.terms;
        let (who, scope) = (&terms.access_key_id, &terms.scope);
        match self.word() {
            Word::Valid => writeln!(out, "valid: signed by {who} for {scope}")?,
            Word::Invalid => writeln!(out, "not valid: {}", self.headline())?,
            Word::Unknown => {
                writeln!(out, "unknown: no secret for {who} at hand, so the signature was not recomputed")?
            }
        }
        let all_but_headline = self.findings.iter().filter(|finding| Some(*finding) != self.first_fatal());
        for finding in all_but_headline {
            let kind = if finding.is_fatal() { "also" } else { "note" };
            writeln!(out, "  {kind}: {finding}")?;
        }
        Ok(())
    }

    /// The signature presented, and the one that was expected.
    pub fn write_signatures(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "\nSignature")?;
        super::steps::write_rows("presented", self.claim.signature.as_str(), out)?;
        match self.expected {
            Some(expected) => super::steps::write_rows("expected", expected.as_str(), out),
            None => Ok(()),
        }
    }

    /// The object of the contract.
    pub fn to_json(&self) -> Value {
        let verdict = match self.word() {
            Word::Valid => "valid",
            Word::Invalid => "invalid",
            Word::Unknown => "unknown",
        };
        let explanations: Vec<Value> = self.findings.iter().filter_map(explanation).collect();
        let presented = Some(self.claim.signature.as_str());
        object(verdict, explanations, self.derivation, (presented, self.expected), self.redactor)
    }

    fn first_fatal(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.is_fatal())
    }

    fn headline(&self) -> String {
        self.first_fatal().map(Finding::to_string).unwrap_or_default()
    }
}

/// The object of a request that is only to be signed: there is nothing to judge.
pub fn to_sign(derivation: &Derivation, signature: &Signature, redactor: &Redactor) -> Value {
    object("unknown", Vec::new(), derivation, (None, Some(signature)), redactor)
}

fn object(
    verdict: &str,
    explanations: Vec<Value>,
    derivation: &Derivation,
    (presented, expected): (Option<&str>, Option<&Signature>),
    redactor: &Redactor,
) -> Value {
    json!({
        "verdict": verdict,
        "explanations": explanations,
        "stages": [
            { "name": "canonical-request", "text": redactor.apply(&derivation.canonical_request.to_string()) },
            { "name": "string-to-sign", "text": redactor.apply(&derivation.string_to_sign) },
        ],
        "signature": { "presented": presented, "expected": expected.map(Signature::as_str) },
        "search": { "hypotheses": 0, "deepest": 0, "exhausted": true, "milliseconds": 0 },
    })
}

/// A finding as an explanation with one mistake; a bare mismatch explains nothing.
fn explanation(finding: &Finding) -> Option<Value> {
    let id = finding.id()?;
    let proof = if finding.is_about_time() { "time" } else { "observed" };
    let facts = finding.facts();
    Some(json!({
        "proof": proof,
        "mistakes": [{
            "id": id,
            "title": finding.to_string(),
            "where": facts.place,
            "signed": facts.presented,
            "expected": facts.expected,
            "fix": facts.fix,
        }],
    }))
}
