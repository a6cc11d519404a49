//! A diagnosis as the documented JSON: scripts rely on its keys, so keys may only be added.

use serde_json::{Value, json};

use super::Shown;
use sigvet_core::scheme::Signature;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Verdict;
use sigvet_diagnose::{Answer, AppliedMistake, Comparison, Difference, Explanation, Party, Tried, assumed_parts};

impl Shown<'_> {
    /// The output of `explain`: the documented object, and additional details of the evidence.
    pub fn to_json(&self) -> Value {
        let diagnosis = self.diagnosis;
        let mut object = self.to_contract();
        object["comparisons"] = self.each(&diagnosis.comparisons, Self::compared).into();
        if !diagnosis.differences.is_empty() {
            object["server_differences"] = self.server_differences_json().into();
        }
        object["notes"] = self.each(&self.notes(), |shown, note| shown.redactor.apply(note).into()).into();
        object["next"] = self.next_steps().into();
        if !diagnosis.tried.is_empty() {
            object["tried"] = self.each(&diagnosis.tried, |_, tried| answer(tried)).into();
        }
        object["reply"] = self.reply_json().into();
        object
    }

    /// The documented object, which `verify` and `explain` share. Bytes that are not UTF-8 are replaced with
    /// U+FFFD.
    pub fn to_contract(&self) -> Value {
        let (diagnosis, search) = (self.diagnosis, self.diagnosis.search);
        let verdict = diagnosis.judged.as_ref().map(|judged| &judged.verdict);
        json!({
            "verdict": diagnosis.outcome.as_str(),
            "explanations": self.each(&diagnosis.explanations, Self::explanation),
            "stages": verdict.map(|verdict| self.stages(verdict)).unwrap_or_default(),
            "assumed": self.assumed(),
            "signature": {
                "presented": verdict.map(|verdict| self.signature(verdict.claimed.signature())),
                "expected": verdict.and_then(|verdict| verdict.expected.as_ref()).map(|made| self.signature(made)),
            },
            "search": {
                "hypotheses": search.hypotheses,
                "deepest": search.deepest,
                "exhausted": search.is_exhausted,
                "milliseconds": self.milliseconds,
            },
        })
    }

    /// The parts that the evidence did not show, and that were assumed to be correct.
    fn assumed(&self) -> Vec<&'static str> {
        let Some(judged) = &self.diagnosis.judged else { return Vec::new() };
        assumed_parts(self.known, &judged.request)
    }

    fn each<T>(&self, items: &[T], to_json: impl Fn(&Self, &T) -> Value) -> Vec<Value> {
        items.iter().map(|item| to_json(self, item)).collect()
    }

    fn explanation(&self, explanation: &Explanation) -> Value {
        json!({ "proof": explanation.proof.as_str(), "mistakes": self.each(&explanation.mistakes, Self::made) })
    }

    fn made(&self, made: &AppliedMistake) -> Value {
        let both = self.both_of(made);
        let text = |bytes: &[u8]| in_rfc3339(made, String::from_utf8_lossy(bytes).into_owned());
        let mut object = json!({
            "id": made.mistake.id,
            "title": made.mistake.title,
            "where": made.mistake.place,
            "signed": text(&both.theirs),
            "expected": text(&both.right),
            "fix": made.fix(),
            "detail": made.detail.as_deref().map(|detail| self.redactor.apply(detail)),
        });
        if let Some(object) = object.as_object_mut().filter(|_| both.right.is_empty()) {
            // An unknown value is left out: an empty one would read as the value to send.
            object.remove("expected");
        }
        object
    }

    fn stages(&self, verdict: &Verdict) -> Vec<Value> {
        let stages = verdict.texts.stages().into_iter();
        stages.map(|(name, text)| json!({ "name": name, "text": self.text(&text) })).collect()
    }

    fn compared(&self, comparison: &Comparison) -> Value {
        json!({
            "whose": match comparison.whose {
                Party::Server => "server",
                Party::Client => "client",
            },
            "unaltered": comparison.is_unaltered,
            "differences": self.each(&comparison.differences, Self::differing),
        })
    }

    fn differing(&self, difference: &Difference) -> Value {
        let (theirs, right) = (self.text(&difference.theirs), self.text(&difference.right));
        json!({ "name": difference.name, "theirs": theirs, "right": right })
    }

    fn signature(&self, signature: &Signature) -> String {
        self.redactor.apply(signature.as_str())
    }

    fn text(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(&self.bytes(bytes)).into_owned()
    }
}

/// What was tried, and whether it would make the signature right.
fn answer(tried: &Tried) -> Value {
    let (word, mistakes) = match &tried.answer {
        Answer::Right => ("right", Vec::new()),
        Answer::RightBut(made) => ("right", made.iter().map(|made| made.mistake.id).collect()),
        Answer::Wrong => ("wrong", Vec::new()),
        Answer::Open | Answer::NoSecret => ("unknown", Vec::new()),
    };
    json!({ "host": tried.host, "secret": tried.has_secret, "signature": word, "mistakes": mistakes })
}

/// A value of a mistake. Times have the same format in JSON, whatever format the request uses.
fn in_rfc3339(made: &AppliedMistake, text: String) -> String {
    let time = Timestamp::parse_amz_date(&text).ok().filter(|_| made.mistake.holds_times());
    time.map_or(text, |time| time.to_rfc3339())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::render::diagnosis::fixtures::{self, diagnosis_of_two_mistakes};
    use crate::cli::render::redact::Redactor;

    #[test]
    fn it_has_the_keys_of_the_contract() {
        let diagnosis = diagnosis_of_two_mistakes();
        let json = fixtures::shown(&diagnosis, &Redactor::none()).to_json();
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(keys(&json), "verdict explanations stages assumed signature search comparisons notes next reply");
        let explanation = &json["explanations"][0];
        assert_eq!(keys(explanation), "proof mistakes");
        assert_eq!(keys(&explanation["mistakes"][0]), "id title where signed expected fix detail");
        assert_eq!(keys(&json["signature"]), "presented expected");
        assert_eq!(keys(&json["search"]), "hypotheses deepest exhausted milliseconds");
        assert_eq!((&json["verdict"], &explanation["proof"]), (&json!("invalid"), &json!("reproduced")));
        assert_eq!(explanation["mistakes"][0]["signed"], "/photos/a%2520b.jpg");
        let names: Vec<_> = json["stages"].as_array().unwrap().iter().map(|stage| stage["name"].clone()).collect();
        assert_eq!(names, ["canonical-request", "string-to-sign"]);
        assert_eq!(json["search"]["milliseconds"], 12);
    }

    #[test]
    fn tokens_and_bytes_that_are_not_text_do_not_get_out() {
        let mut diagnosis = diagnosis_of_two_mistakes();
        diagnosis.explanations[0].mistakes[0].signed = b"\xff&X-Amz-Security-Token=hush%252Fhush".to_vec();
        let json = fixtures::shown(&diagnosis, &Redactor::none()).to_json();
        let expected = "\u{fffd}&X-Amz-Security-Token=[redacted]";
        assert_eq!(json["explanations"][0]["mistakes"][0]["signed"], expected);
    }
}
