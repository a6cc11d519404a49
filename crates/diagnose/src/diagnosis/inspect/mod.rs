//! What the request and the reply show by themselves, without a secret: lint, arithmetic on dates, the server's words.
//!
//! `reply` reads what the server said, `request` what a server refuses whatever the signature is, and what would pass if
//! the signature matched, `unreadable` why a request makes no claim. What several of them ask stands in a file of its own:
//! clocks, hashes of bodies, access key ids, tokens, scopes. Nothing here computes a signature.

mod clock;
mod form;
mod hashes;
mod key;
pub(super) mod plain;
mod reply;
mod request;
mod scope;
#[cfg(test)]
mod tests;
mod token;
mod unreadable;

use super::evidence::Evidence;
use super::outcome::{Explanation, Judged, Made, Proof};
use sigvet_core::claim::ClaimError;
use sigvet_core::request::Request;

/// What the server's words say. Explanations that follow one another are alternatives.
pub(super) fn reply(evidence: &Evidence<'_>, judged: Option<&Judged>) -> Vec<Explanation> {
    evidence.reply.map(|reply| reply::Said::new(reply, evidence, judged).explanations()).unwrap_or_default()
}

/// What the request shows, where its claim could be read: only what a server refuses by itself.
pub(super) fn request(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    request::refused(evidence, judged)
}

/// What the request shows that is legal, and often breaks a signature on its way; worth a word where it does not match.
pub(super) fn suspicions(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    request::suspicious(evidence, judged)
}

/// Why a request makes no claim that can be checked.
pub(super) fn unreadable(request: &Request, error: &ClaimError) -> Vec<Explanation> {
    unreadable::explain(request, error).map(observed).into_iter().collect()
}

fn observed(made: Made) -> Explanation {
    Explanation::of(Proof::Observed, made)
}

/// Whether a text has these bytes in it, whatever their case.
fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}
