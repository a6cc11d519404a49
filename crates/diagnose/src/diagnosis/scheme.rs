//! What each scheme contributes to a diagnosis: its search, its way to compare texts, and what its requests show.
//!
//! The Version 4 family has a canonical request and stands in `v4`; Version 2 and forms have a string to sign alone. What
//! makes a diagnosis of all this knows no scheme.

use super::compare::Texts;
use super::evidence::Evidence;
use super::form::FormCase;
use super::outcome::{Comparison, Explanation, Judged, Party};
use super::search::{Found, Limits};
use super::v2::V2Case;
use super::v4::V4Case;
use sigvet_core::verify::Claimed;

/// What a scheme contributes.
pub(super) trait SchemeCase {
    /// Searches for the mistakes behind a wrong signature; none without a key, or without a signature to reproduce.
    fn search(&self, limits: Limits<'_>) -> Option<Found>;

    /// Puts the texts of a party beside the right ones; none if they hold nothing that this scheme signs.
    fn compare(&self, whose: Party, texts: Texts<'_>) -> Option<Comparison>;

    /// What those texts show of a signature that no known mistake reproduces.
    fn compared(&self, comparisons: &[Comparison], found: Option<&Found>) -> Vec<Explanation>;

    /// What the signatures behind the request's own show: those of its chunks.
    fn chunks(&self) -> Vec<Explanation> {
        Vec::new()
    }

    /// What a server refuses whatever the signature is.
    fn refused(&self) -> Vec<Explanation>;

    /// What is legal, and often the reason for a signature that does not match.
    fn suspicions(&self) -> Vec<Explanation> {
        Vec::new()
    }
}

/// The scheme that a request is signed with.
pub(super) fn scheme_of<'a>(
    evidence: &'a Evidence<'a>,
    judged: &'a Judged,
    limits: Limits<'_>,
) -> Box<dyn SchemeCase + 'a> {
    match &judged.verdict.claimed {
        Claimed::V2(claim) => Box::new(V2Case::new(evidence, judged, claim, limits)),
        Claimed::Form(claim) => Box::new(FormCase { evidence, judged, claim }),
        _ => Box::new(V4Case::new(evidence, judged.v4().expect("every other claim is of the Version 4 family"))),
    }
}
