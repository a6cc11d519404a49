//! What the request and the reply show by themselves, without a secret: lint, arithmetic on dates, the server's words.
//!
//! `reply` reads what the server said, `request` what a server refuses whatever the signature is, and what would pass if
//! the signature matched, `unreadable` why a request makes no claim. What several of them ask stands in a file of its own:
//! clocks, hashes of bodies, access key ids, tokens, scopes. Nothing here computes a signature.

pub(super) mod clock;
pub(super) mod form;
mod certificate;
mod hashes;
pub(super) mod key;
pub(super) mod scope;
pub(super) mod token;
mod unreadable;
pub(super) mod verified;
mod reply;
mod request;

#[cfg(test)]
mod tests;

pub(super) use request::CLUSTER_HEADER;
pub use unreadable::is_authorization_lost;

use super::evidence::{Evidence, Hints};
use super::outcome::{AppliedMistake, Explanation, Judged, JudgedV4, Proof};
use crate::formats::reply::Reply;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::VerifyError;

/// What the server's words say. Explanations that follow one another are alternatives.
pub(super) fn reply(evidence: &Evidence<'_>, judged: Option<JudgedV4<'_>>) -> Vec<Explanation> {
    evidence.reply.map(|reply| reply::Said::new(reply, evidence, judged).explanations()).unwrap_or_default()
}

/// Whether a reply by itself names a mistake. Words in which nobody sees a code or a status may be a server's all the same.
pub fn names_mistake(said: &Reply, now: Timestamp) -> bool {
    let hints = Hints::default();
    !reply(&Evidence { reply: Some(said), ..Evidence::new(now, &hints) }, None).is_empty()
}

/// What a request of the Version 4 family shows: only what a server refuses by itself.
pub(super) fn request_v4(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    request::refused(evidence, judged)
}

/// What a request of Version 2 or a form shows: only what a server refuses by itself.
pub(super) fn request_without_canonical(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    request::refused_without_canonical(evidence, judged)
}

/// What the request shows that is legal, and often breaks a signature on its way; worth a word where it does not match.
pub(super) fn suspicions(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    request::suspicious(evidence, judged)
}

/// Why a request that is right may have been refused.
pub(super) fn of_right(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    request::of_right(evidence, judged)
}

/// Why a request makes no claim that can be checked.
pub(super) fn unreadable(request: &Request, error: &VerifyError) -> Vec<Explanation> {
    let made = match error {
        VerifyError::V4(error) => unreadable::explain(request, error),
        VerifyError::V2(error) => Some(unreadable::explain_v2(error)),
        VerifyError::Form(error) => Some(form::unreadable(error)),
        _ => None,
    };
    made.map(observed).into_iter().collect()
}

fn observed(made: AppliedMistake) -> Explanation {
    Explanation::from_mistake(Proof::Observed, made)
}

/// Whether a text has these bytes in it, whatever their case.
fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// The list of signed headers, with names that it lacks in their places.
fn with_names(listed: &str, names: &[&str]) -> String {
    let mut all: Vec<&str> = listed.split(';').filter(|name| !name.is_empty()).chain(names.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all.join(";")
}
