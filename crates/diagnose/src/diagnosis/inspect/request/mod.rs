//! The request alone: what a server refuses whatever the signature is, and what is legal and yet breaks signatures.

mod addressed;
mod findings;
mod refusals;
mod suspicions;
#[cfg(test)]
mod tests;

pub(super) use findings::access_key;

use super::observed;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::outcome::{Explanation, Judged};

/// What a server refuses by itself, each mistake once, the surest first.
pub(super) fn refused(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    // Where one parameter swallowed others, whatever else is found follows from that.
    if let Some(escaped) = refusals::escaped(evidence.request.unwrap_or(&judged.request)) {
        return vec![observed(escaped)];
    }
    let found = findings::fatal(evidence, judged).into_iter();
    let shown = refusals::all(evidence, judged).into_iter().map(observed);
    each_once(shown.chain(found))
}

/// What may have broken the signature, the likeliest first.
pub(super) fn suspicious(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    let refused = refused(evidence, judged);
    let is_new = |explanation: &Explanation| !explanation.mistakes.iter().any(|made| names(&refused, made.mistake.id));
    let suspicions = suspicions::all(evidence, judged).into_iter().map(observed);
    each_once(suspicions).into_iter().filter(is_new).collect()
}

fn each_once(explanations: impl Iterator<Item = Explanation>) -> Vec<Explanation> {
    let mut kept: Vec<Explanation> = Vec::new();
    for explanation in explanations {
        if !explanation.mistakes.iter().all(|made| names(&kept, made.mistake.id)) {
            kept.push(explanation);
        }
    }
    kept
}

fn names(explanations: &[Explanation], id: &str) -> bool {
    explanations.iter().any(|explanation| explanation.names(id))
}
