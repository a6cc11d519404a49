//! A judged request, for people and by the JSON of the contract.

use std::borrow::Cow;
use std::io::Write;

use serde_json::{Value, json};

use super::diagnosis::outside::harmless_line;
use super::redact::Redactor;
use crate::cli::signing::derived::Derived;
use sigvet_core::claim::Claim;
use sigvet_core::derivation::Derivation;
use sigvet_core::scheme::Signature;
use sigvet_core::verify::{Finding, PlainVerdict};
use sigvet_diagnose::Proof;

/// The longest finding in a line of text, in characters. JSON has all of it.
const LONGEST: usize = 400;

/// What can be said of a signed request, by whichever scheme it is signed.
pub struct Judged<'a> {
    /// Whose key it is.
    who: &'a str,
    /// What the signature is for or by: `for 20150830/us-east-1/iam/aws4_request`.
    what: String,
    /// Each text on the way to the signature, with its name.
    stages: Vec<(&'static str, Cow<'a, str>)>,
    /// The signature that is presented.
    presented: &'a Signature,
    /// The signature that it should present, where a key was at hand.
    expected: Option<&'a Signature>,
    /// What was found.
    findings: &'a [Finding],
    /// Takes tokens out of what is shown.
    redactor: &'a Redactor,
}

impl<'a> Judged<'a> {
    /// A request of the Version 4 family.
    pub fn of_claim(
        claim: &'a Claim,
        derivation: &'a Derivation,
        (expected, findings): (Option<&'a Signature>, &'a [Finding]),
        redactor: &'a Redactor,
    ) -> Self {
        let (who, what) = (&claim.terms.access_key_id, format!("for {}", claim.terms.scope));
        let presented = &claim.signature;
        Self { who, what, stages: stages(derivation).into(), presented, expected, findings, redactor }
    }

    /// A request whose scheme has no canonical request: each part is a stage.
    pub fn of_plain(verdict: &'a PlainVerdict, redactor: &'a Redactor) -> Self {
        let PlainVerdict { claim, parts, string_to_sign, expected, findings } = verdict;
        let parts = parts.iter().map(|part| (part.name, String::from_utf8_lossy(&part.text)));
        let stages = parts.chain([("string-to-sign", String::from_utf8_lossy(string_to_sign))]).collect();
        let (who, what) = (&claim.access_key_id, format!("with {}", claim.scheme));
        let (presented, expected) = (&claim.presented, expected.as_ref());
        Self { who, what, stages, presented, expected, findings, redactor }
    }
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
        let (who, what) = (harmless_line(self.who), harmless_line(&self.what));
        match self.word() {
            Word::Valid => writeln!(out, "valid: signed by {who} {what}")?,
            Word::Invalid => writeln!(out, "not valid: {}", self.headline())?,
            Word::Unknown => {
                writeln!(out, "unknown: no secret for {who} at hand, so the signature was not recomputed")?
            }
        }
        let all_but_headline = self.findings.iter().filter(|finding| Some(*finding) != self.first_fatal());
        for finding in all_but_headline {
            let kind = if finding.is_fatal() { "also" } else { "note" };
            writeln!(out, "  {kind}: {}", self.in_a_line(finding))?;
        }
        Ok(())
    }

    /// The signature presented, and the one that was expected.
    pub fn write_signatures(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "\nSignature")?;
        super::steps::write_rows("presented", self.presented.as_str(), out)?;
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
        let explanations: Vec<Value> =
            self.findings.iter().filter_map(|finding| explanation(finding, self.redactor)).collect();
        let presented = Some(self.presented.as_str());
        object(verdict, explanations, &self.stages, (presented, self.expected), self.redactor)
    }

    fn first_fatal(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.is_fatal())
    }

    fn headline(&self) -> String {
        self.first_fatal().map(|finding| self.in_a_line(finding)).unwrap_or_default()
    }

    /// A finding quotes what others wrote: it says nothing to the terminal, shows no token, and has an end.
    fn in_a_line(&self, finding: &Finding) -> String {
        let line = harmless_line(&self.redactor.apply(&finding.to_string()));
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

/// The object of a request that is only to be signed: there is nothing to judge.
pub fn to_sign(derived: &Derived, signature: &Signature, redactor: &Redactor) -> Value {
    let stages: Vec<_> = match derived {
        Derived::Canonical { derivation, .. } => stages(derivation).into(),
        Derived::V2 { terms, string_to_sign } => {
            let text = |text: Vec<u8>| Cow::from(String::from_utf8_lossy(&text).into_owned());
            let parts = string_to_sign.parts(terms.placement).into_iter().map(|part| (part.name, text(part.text)));
            parts.chain([("string-to-sign", text(string_to_sign.to_bytes()))]).collect()
        }
    };
    object("unknown", Vec::new(), &stages, (None, Some(signature)), redactor)
}

fn stages(derivation: &Derivation) -> [(&'static str, Cow<'_, str>); 2] {
    [
        ("canonical-request", derivation.canonical_request.to_string().into()),
        ("string-to-sign", derivation.string_to_sign.as_str().into()),
    ]
}

fn object(
    verdict: &str,
    explanations: Vec<Value>,
    stages: &[(&str, Cow<'_, str>)],
    (presented, expected): (Option<&str>, Option<&Signature>),
    redactor: &Redactor,
) -> Value {
    let stage = |(name, text): &(&str, Cow<'_, str>)| json!({ "name": name, "text": redactor.apply(text) });
    json!({
        "verdict": verdict,
        "explanations": explanations,
        "stages": stages.iter().map(stage).collect::<Vec<_>>(),
        "signature": { "presented": presented, "expected": expected.map(Signature::as_str) },
        "search": { "hypotheses": 0, "deepest": 0, "exhausted": true, "milliseconds": 0 },
    })
}

/// A finding as an explanation with one mistake; a bare mismatch explains nothing.
fn explanation(finding: &Finding, redactor: &Redactor) -> Option<Value> {
    let id = finding.id()?;
    let proof = match finding {
        finding if finding.is_about_time() => Proof::Time,
        finding if finding.is_known_by_key() => Proof::Key,
        _ => Proof::Observed,
    };
    let facts = finding.facts();
    Some(json!({
        "proof": proof.as_str(),
        "mistakes": [{
            "id": id,
            "title": redactor.apply(&finding.to_string()),
            "where": facts.place,
            "signed": redactor.apply(&facts.presented),
            "expected": redactor.apply(&facts.expected),
            "fix": if facts.fix.is_empty() { "run sigvet explain" } else { &facts.fix },
        }],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::verify::PlainClaim;

    /// Catches a request that writes to the terminal, and one that fills it.
    #[test]
    fn a_verdict_is_lines_whatever_the_request_says() {
        let presented = format!("a\x1b[2J\r\nvalid: {}", "x".repeat(1_000));
        let finding = Finding::ScopeDate { expected: "20150830".to_owned(), presented };
        let claim = PlainClaim {
            scheme: "test",
            access_key_id: "AK\x07ID".to_owned(),
            presented: Signature::presented("00"),
            signed_at: None,
        };
        let findings = vec![finding];
        let verdict = PlainVerdict { claim, parts: Vec::new(), string_to_sign: Vec::new(), expected: None, findings };
        let redactor = Redactor::none();
        let text = |verdict: &PlainVerdict| {
            let mut text = Vec::new();
            Judged::of_plain(verdict, &redactor).write_text(&mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let invalid = text(&verdict);
        assert!(invalid.contains("a\\u{1b}[2J\\u{d}\\u{a}valid: x"), "{invalid}");
        assert!(invalid.lines().count() == 1 && invalid.chars().count() < 500, "{invalid}");
        let unknown = text(&PlainVerdict { findings: Vec::new(), ..verdict });
        assert!(unknown.contains("AK\\u{7}ID"), "{unknown}");
    }
}
