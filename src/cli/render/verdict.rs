//! A verdict for people, and the JSON for a request that is only signed.

use std::borrow::Cow;
use std::io::{Result, Write};

use serde_json::{Value, json};

use super::redact::Redactor;
use crate::cli::screen::inert_line;
use crate::cli::signing::derived::Derived;
use sigvet_core::verify::{Claimed, Finding, Outcome, Verdict};
use sigvet_diagnose::{AppliedMistake, Diagnosis};

/// The maximum length of a finding in text output, in characters. JSON contains all of it.
const LONGEST: usize = 400;

/// Writes one line with the verdict, then a line for each finding, and for each mistake that is refused beyond them.
pub fn write_verdict(
    verdict: &Verdict,
    refused: &[&AppliedMistake],
    redactor: &Redactor,
    out: &mut dyn Write,
) -> Result<()> {
    let (who, what) = signer(&verdict.claimed);
    let (who, what) = (redactor.apply(who), redactor.apply(&what));
    let (who, what) = (inert_line(&who), inert_line(&what));
    let headline = verdict.findings.iter().find(|finding| finding.is_fatal());
    let first = refused.first().filter(|_| headline.is_none());
    let headline = if first.is_none() { headline.or(verdict.open_question()) } else { None };
    match (verdict.outcome(), headline, first) {
        (_, _, Some(made)) => writeln!(out, "not valid: {}", as_line(&described(made), redactor))?,
        (Outcome::Unknown, Some(finding), _) => writeln!(out, "unknown: {}", in_a_line(finding, redactor))?,
        (Outcome::Unknown, None, _) => {
            writeln!(out, "unknown: no secret for {who}, so the signature was not recomputed")?;
        }
        (_, Some(finding), _) => writeln!(out, "not valid: {}", in_a_line(finding, redactor))?,
        (_, None, _) => writeln!(out, "valid: signed by {who} {what}")?,
    }
    for finding in verdict.findings.iter().filter(|finding| Some(*finding) != headline) {
        let kind = if finding.is_fatal() { "also" } else { "note" };
        writeln!(out, "  {kind}: {}", in_a_line(finding, redactor))?;
    }
    for made in refused.iter().skip(usize::from(first.is_some())) {
        writeln!(out, "  also: {}", as_line(&described(made), redactor))?;
    }
    Ok(())
}

/// A mistake in words: its title, and what exactly was done.
fn described(made: &AppliedMistake) -> String {
    match &made.detail {
        Some(detail) => format!("{}: {detail}", made.mistake.title),
        None => made.mistake.title.to_owned(),
    }
}

/// Writes why the signature of a request cannot be parsed, in one line.
pub fn write_unreadable(diagnosis: &Diagnosis, redactor: &Redactor, out: &mut dyn Write) -> Result<()> {
    let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
    for (at, made) in mistakes.enumerate() {
        let start = if at == 0 { "not valid" } else { "  also" };
        writeln!(out, "{start}: {}", as_line(&described(made), redactor))?;
    }
    Ok(())
}

/// Who signed, and for which scope or with which scheme: `for 20150830/us-east-1/iam/aws4_request`.
pub(super) fn signer(claimed: &Claimed) -> (&str, String) {
    let what = match claimed {
        Claimed::V4(claim) => format!("for {}", claim.terms.scope),
        claimed => format!("with {}", claimed.scheme_name()),
    };
    (claimed.access_key_id(), what)
}

/// A finding on one line. It quotes text of others, so it is made inert, redacted, and limited in length.
fn in_a_line(finding: &Finding, redactor: &Redactor) -> String {
    as_line(&finding.to_string(), redactor)
}

fn as_line(text: &str, redactor: &Redactor) -> String {
    let text = redactor.apply(text);
    let line = inert_line(&text);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}

/// The JSON object for a request that is only signed: there is nothing to verify.
pub fn to_sign(derived: &Derived, signature: &str, redactor: &Redactor) -> Value {
    let stage = |(name, text): (&str, Cow<'_, [u8]>)| json!({ "name": name, "text": redactor.apply(&String::from_utf8_lossy(&text)) });
    json!({
        "verdict": Outcome::Unknown.as_str(),
        "explanations": [],
        "stages": derived.texts().stages().into_iter().map(stage).collect::<Vec<_>>(),
        "signature": { "presented": null, "expected": signature },
        "search": { "hypotheses": 0, "deepest": 0, "exhausted": true, "milliseconds": 0 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::verify::{ExpectedScope, Judge, verify};
    use sigvet_diagnose::formats::parse_request;

    /// Catches a request that writes control characters to the terminal, and one that fills it.
    #[test]
    fn a_verdict_is_a_few_lines_whatever_the_request_contains() {
        let request =
            "GET / HTTP/1.1\nHost: h\nDate: Wed, 28 Mar 2007 01:49:49 GMT\nAuthorization: AWS AK\x07ID:c2ln\n";
        let request = parse_request(request.as_bytes()).unwrap();
        let now = sigvet_core::time::Timestamp::parse("Wed, 28 Mar 2007 01:49:49 GMT").unwrap();
        let mut verdict = verify(&request, &Judge::new(None, now, ExpectedScope::Any)).unwrap();
        let text = |verdict: &Verdict| {
            let mut text = Vec::new();
            write_verdict(verdict, &[], &Redactor::none(), &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let unknown = text(&verdict);
        assert!(unknown.contains("AK\\u{7}ID"), "{unknown}");
        let presented = format!("a\x1b[2J\r\nvalid: {}", "x".repeat(1_000));
        verdict.findings = vec![Finding::ScopeDate { expected: "20150830".to_owned(), presented }];
        let invalid = text(&verdict);
        assert!(invalid.contains("a\\u{1b}[2J\\u{d}\\u{a}valid: x"), "{invalid}");
        assert!(invalid.lines().count() == 1 && invalid.chars().count() < 500, "{invalid}");
    }
}
