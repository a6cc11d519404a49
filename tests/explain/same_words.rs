//! `verify --json` and `explain --json` describe the same id in the same way: title, place, fix, and the form of both
//! values.

use std::collections::BTreeSet;

use serde_json::Value;
use sigvet_core::verify::FindingId;

use crate::case::Case;
use crate::common::Outcome;
use crate::{answers, case, each, run};

/// The texts from the catalogue's row, whatever the evidence is.
const WORDS: [&str; 3] = ["title", "where", "fix"];
/// The values of a finding, if both commands know it in the same way.
const VALUES: [&str; 2] = ["signed", "expected"];

/// Ids that no request of the corpus makes both commands report. `explain` has a better name for the finding, or the
/// finding requires a judge who expects a scope, or trusts CA certificates. The tests of the findings compare these with the catalogue.
const NOT_SEEN: [&str; 7] = [
    "scope-region",
    "host-with-path",
    "header-name-case",
    "token-invalid",
    "payload-unsigned",
    "payload-hash-form",
    "certificate-untrusted",
];

#[test]
fn verify_and_explain_say_the_same_of_the_same_id() {
    let verified = each(&case::all(), |case| Some(run::verify_json(case).map(|outcome| mistakes(&outcome.stdout))));
    let mut seen = BTreeSet::new();
    let mut differing = Vec::new();
    for ((case, outcome), verified) in answers().iter().zip(verified) {
        let explained = mistakes(&outcome.stdout);
        for (one, other) in pairs(&verified.unwrap_or_default(), &explained) {
            seen.insert(one.id.clone());
            // The texts of others, and a search, show more than the request does.
            let values = if one.proof == other.proof { &VALUES[..] } else { &[] };
            let parts = WORDS.iter().chain(values).filter(|part| one.parts[part] != other.parts[part]);
            differing.extend(
                parts.map(|part| format!("{} {} {part}: {} {}", case.name, one.id, one.parts[part], other.parts[part])),
            );
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    let missing: Vec<&str> = FindingId::ALL.iter().map(|id| id.as_str()).filter(|id| !seen.contains(*id)).collect();
    assert_eq!(missing, NOT_SEEN);
}

/// The server of a token checks more than its signature. Catches a token that `verify` calls valid, and `explain` not.
#[test]
fn verify_refuses_each_token_that_explain_refuses() {
    let is_token = |case: &Case| {
        let is_alone = !case.form().contains('+');
        is_alone && case.recipe.as_ref().is_some_and(|recipe| recipe.wire.target.starts_with("/?Action="))
    };
    let verified = each(&case::all(), |case| Some(is_token(case).then(|| run::verify_json(case)).flatten()));
    let (mut count, mut differing) = (0, Vec::new());
    for ((case, outcome), verified) in answers().iter().zip(verified) {
        let Some(verified) = verified else { continue };
        count += 1;
        // What a search proves, verification knows only as a signature that does not match.
        let observed = |outcome: &Outcome| -> BTreeSet<String> {
            let mistakes = mistakes(&outcome.stdout).into_iter();
            mistakes.filter(|mistake| mistake.proof == "observed").map(|mistake| mistake.id).collect()
        };
        let (one, other) = ((verified.code, observed(&verified)), (outcome.code, observed(outcome)));
        if one != other {
            differing.push(format!("{}: verify {one:?}, explain {other:?}", case.name));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(count > 15, "only {count} tokens");
}

/// One mistake in an answer.
struct Mistake {
    id: String,
    /// Its proof; `texts` if the client's or the server's own text may show it.
    proof: String,
    parts: Value,
}

fn mistakes(answer: &[u8]) -> Vec<Mistake> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let has_texts = answer["comparisons"].as_array().is_some_and(|comparisons| !comparisons.is_empty());
    let of_explanation = |explanation: &Value| {
        let proof = if has_texts { "texts" } else { explanation["proof"].as_str().unwrap_or_default() };
        let parts = explanation["mistakes"].as_array().cloned().unwrap_or_default().into_iter();
        let id = |parts: &Value| parts["id"].as_str().unwrap_or_default().to_owned();
        parts.map(|parts| Mistake { id: id(&parts), proof: proof.to_owned(), parts }).collect::<Vec<_>>()
    };
    answer["explanations"].as_array().into_iter().flatten().flat_map(of_explanation).collect()
}

fn pairs<'a>(some: &'a [Mistake], others: &'a [Mistake]) -> impl Iterator<Item = (&'a Mistake, &'a Mistake)> {
    some.iter().flat_map(|one| others.iter().filter(|other| other.id == one.id).map(move |other| (one, other)))
}
