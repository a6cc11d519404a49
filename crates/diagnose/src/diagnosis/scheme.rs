//! What each scheme contributes to a diagnosis: its search, its way to compare texts, and what its requests show.
//!
//! The Version 4 family has a canonical request and stands in `v4`; Version 2 and forms have a string to sign alone. What
//! makes a diagnosis of all this knows no scheme.

use super::outcome::{Comparison, Explanation};
use super::party::{Party, Texts};
use super::search::{Found, Limits};

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

    /// Why a request that is right may have been refused.
    fn of_right(&self) -> Vec<Explanation> {
        Vec::new()
    }
}
