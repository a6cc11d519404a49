//! Inspects the request alone: faults that a server refuses whatever the signature is, and legal parts that
//! often break signatures.

mod findings;
mod refusals;
mod suspicions;
#[cfg(test)]
mod tests;

use super::{key, observed};
use crate::diagnosis::catalogue::{POLICY_CONDITION_FAILED, POLICY_FIELD_NOT_ALLOWED};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::outcome::{Explanation, Judged, JudgedV4};

/// The ways in which an upload may violate its policy more than once.
const BROKEN_EACH: [&str; 2] = [POLICY_CONDITION_FAILED.id, POLICY_FIELD_NOT_ALLOWED.id];

/// Faults that a server refuses whatever the signature is, each mistake once, the most certain first.
pub(super) fn refused(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    // If one parameter swallowed others, every other finding follows from that.
    match refusals::escaped(evidence.request.unwrap_or(judged.request)) {
        Some(escaped) => vec![observed(escaped)],
        None => {
            let shown = refusals::all(evidence, judged).into_iter().map(observed);
            each_once(shown.chain(findings::fatal_v4(evidence, judged)))
        }
    }
}

/// The same for a signature without a canonical request.
pub(super) fn refused_without_canonical(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    let malformed = key::malformed(judged.verdict.claimed.access_key_id()).map(observed);
    let found = findings::fatal(evidence, judged);
    each_once(malformed.into_iter().chain(found))
}

/// Parts of the request that may have broken the signature, the likeliest first.
pub(super) fn suspicious(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    let refused = refused(evidence, judged);
    let is_new = |explanation: &Explanation| !explanation.mistakes.iter().any(|made| names(&refused, made.mistake.id));
    let suspicions = suspicions::all(evidence, judged).into_iter().map(observed);
    each_once(suspicions).into_iter().filter(is_new).collect()
}

/// Why a correct request may have been refused.
pub(super) fn of_right(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    suspicions::of_right(evidence, judged).into_iter().map(observed).collect()
}

fn each_once(explanations: impl Iterator<Item = Explanation>) -> Vec<Explanation> {
    let mut kept: Vec<Explanation> = Vec::new();
    for explanation in explanations {
        let known = kept.iter_mut().find(|known| explanation.mistakes.iter().all(|made| known.names(made.mistake.id)));
        match known {
            // The user has to fix each violated condition and each surplus field.
            Some(known) if explanation.mistakes.iter().any(|made| BROKEN_EACH.contains(&made.mistake.id)) => {
                known.mistakes.extend(explanation.mistakes);
            }
            Some(_) => {}
            None => kept.push(explanation),
        }
    }
    kept
}

fn names(explanations: &[Explanation], id: &str) -> bool {
    explanations.iter().any(|explanation| explanation.names(id))
}
