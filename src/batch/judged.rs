//! The verdict about a record, as it is written.

use std::rc::Rc;

use serde_json::Value;

use sigvet_core::request::Request;
use sigvet_core::verify::{Finding, Known, Outcome, Reading, Verdict, VerifyError};
use sigvet_diagnose::{AppliedMistake, Diagnosis, assumed_parts, mistakes_found};

/// The verdict about a request. URLs that are alike share it.
#[derive(Clone)]
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    /// The text after the fields that say which record it is, with the closing brace and the newline.
    pub(super) tail: Rc<[u8]>,
}

impl Judged {
    /// The verdict; `other_host` is the host for which the request is signed, if its URL has another.
    pub(super) fn new(
        request: &Request,
        verdict: &Verdict,
        refused: &[AppliedMistake],
        (known, other_host): (Known, Option<&str>),
    ) -> Self {
        let findings = each_once(mistakes_found(verdict).chain(refused.iter().map(|made| made.mistake.id)));
        let outcome = if refused.is_empty() { verdict.outcome() } else { Outcome::Invalid };
        let is_right = verdict.is_signature_right();
        let mut fields = vec![
            ("verdict", outcome.as_str().into()),
            ("findings", findings.into()),
            ("signature_matches", is_right.into()),
            ("access_key_id", verdict.claimed.access_key_id().into()),
        ];
        if is_right == Some(true) {
            fields.push(("method", method_of(request, verdict).into()));
        }
        fields.extend(other_host.map(|host| ("signed_host", host.into())));
        let assumed = assumed_parts(known, request);
        if !assumed.is_empty() {
            fields.push(("assumed", assumed.into()));
        }
        Self::from_fields(outcome, fields)
    }

    /// A signature that cannot be parsed is invalid if that is a known mistake; a request without a signature is an
    /// error.
    pub(super) fn unreadable(request: &Request, error: VerifyError) -> Result<Self, String> {
        let text = error.to_string();
        let diagnosis = Diagnosis::from_unreadable(request, error);
        if diagnosis.outcome != Outcome::Invalid {
            return Err(text);
        }
        let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
        let findings = each_once(mistakes.map(|applied| applied.mistake.id));
        let fields = vec![
            ("verdict", Outcome::Invalid.as_str().into()),
            ("findings", findings.into()),
            ("signature_matches", Value::Null),
        ];
        Ok(Self::from_fields(Outcome::Invalid, fields))
    }

    fn from_fields(outcome: Outcome, fields: Vec<(&str, Value)>) -> Self {
        let object: serde_json::Map<_, _> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let text = Value::from(object).to_string() + "\n";
        Self { outcome, tail: text.as_bytes()[1..].into() }
    }
}

/// The IDs without repetitions, in their order.
fn each_once<'i>(ids: impl Iterator<Item = &'i str>) -> Vec<&'i str> {
    ids.fold(Vec::new(), |mut found, id| {
        if !found.contains(&id) {
            found.push(id);
        }
        found
    })
}

/// The method for which the signature is right.
fn method_of<'v>(request: &'v Request, verdict: &'v Verdict) -> &'v str {
    let read = verdict.findings.iter().find_map(|finding| match finding {
        Finding::ReadAs(Reading::Method(method) | Reading::MethodAndType { method, .. }) => Some(method.as_str()),
        _ => None,
    });
    read.unwrap_or_else(|| request.method())
}
