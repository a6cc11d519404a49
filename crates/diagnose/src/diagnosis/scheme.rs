//! What each signing scheme contributes to a diagnosis: its search, its comparison of texts, and the faults
//! that its requests show.
//!
//! Version 4 and 4A have a canonical request and are in `v4`. Version 2 and forms only have a string to sign.
//! The code that builds a diagnosis from these contributions does not depend on the scheme.

use super::outcome::{Comparison, Explanation};
use super::party::{Party, Texts};
use super::search::{Limits, SearchResult};

/// The contribution of a signing scheme.
pub(super) trait SchemeCase {
    /// Searches for the mistakes behind a wrong signature. `None` without a key, or without a signature to reproduce.
    fn search(&self, limits: Limits<'_>) -> Option<SearchResult>;

    /// Compares a party's texts with the right ones. `None` if they contain nothing that this scheme signs.
    fn compare(&self, whose: Party, texts: Texts<'_>) -> Option<Comparison>;

    /// What the compared texts show about a signature that no known mistake reproduces.
    fn compared(&self, comparisons: &[Comparison], found: Option<&SearchResult>) -> Vec<Explanation>;

    /// What the signatures of the chunks show.
    fn chunks(&self) -> Vec<Explanation> {
        Vec::new()
    }

    /// Faults that a server refuses whatever the signature is.
    fn refused(&self) -> Vec<Explanation>;

    /// Legal parts of a request that are often the reason why a signature does not match.
    fn suspicions(&self) -> Vec<Explanation> {
        Vec::new()
    }

    /// Why a correct request may have been refused.
    fn of_right(&self) -> Vec<Explanation> {
        Vec::new()
    }
}
