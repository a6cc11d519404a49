//! Finds what the request and the reply show without a secret: lint, date arithmetic, the server's message.
//!
//! `reply` interprets the server's message. `request` finds what a server refuses whatever the signature is,
//! and what would be accepted if the signature matched. `unreadable` explains why a request makes no claim.
//! Checks that several of them share have their own files: clocks, hashes of bodies, access key IDs, tokens,
//! scopes. Nothing here computes a signature.

pub(super) mod clock;
pub(super) mod form;
mod certificate;
mod hashes;
pub(super) mod key;
pub(super) mod scope;
pub(super) mod token;
mod presigned_tokens;
mod unreadable;
pub(super) mod verified;
mod reply;
mod request;

#[cfg(test)]
mod tests;

pub use presigned_tokens::{mistake_in_note, refused_token};
pub use unreadable::is_authorization_lost;
pub use verified::mistakes_found;

use super::evidence::{Evidence, Hints};
use super::outcome::{AppliedMistake, Explanation, Judged, JudgedV4, Proof};
use crate::formats::Note;
use crate::formats::reply::Reply;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::VerifyError;

/// Explanations from the server's message. Several explanations are alternatives.
pub(super) fn reply(evidence: &Evidence<'_>, judged: Option<JudgedV4<'_>>) -> Vec<Explanation> {
    evidence.reply.map(|reply| reply::ReplyContext::new(reply, evidence, judged).explanations()).unwrap_or_default()
}

/// The mistakes that notes about the text stand for.
pub(super) fn of_notes(notes: &[Note]) -> Vec<Explanation> {
    notes.iter().filter_map(presigned_tokens::of_note).map(observed).collect()
}

/// Whether a reply alone names a mistake. A text without a recognisable code or status may still come from a server.
pub fn names_mistake(said: &Reply, now: Timestamp) -> bool {
    let hints = Hints::default();
    !reply(&Evidence { reply: Some(said), ..Evidence::new(now, &hints) }, None).is_empty()
}

/// What a Version 4 or 4A request shows: only faults that a server refuses whatever the signature is.
pub(super) fn request_v4(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    request::refused(evidence, judged)
}

/// What a Version 2 request or a form shows: only faults that a server refuses whatever the signature is.
pub(super) fn request_without_canonical(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    request::refused_without_canonical(evidence, judged)
}

/// Legal parts of the request that often break a signature in transit, worth mentioning if the signature does
/// not match.
pub(super) fn suspicions(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<Explanation> {
    request::suspicious(evidence, judged)
}

/// Why a correct request may have been refused.
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

/// Whether a text contains these bytes, ignoring case.
fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// The list of signed headers, with missing names inserted in order.
fn with_names(listed: &str, names: &[&str]) -> String {
    let mut all: Vec<&str> = listed.split(';').filter(|name| !name.is_empty()).chain(names.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all.join(";")
}
