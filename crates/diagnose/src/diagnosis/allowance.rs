//! Limits how much text a search may generate, so that no request, however large, exhausts memory or keeps
//! the user waiting.
//!
//! A usual request needs a small part of the limit. For a request with hundreds of headers or parameters, the
//! candidate texts would fill gibibytes; then the time limit decides, and the caller learns that not all of
//! them were generated.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// For a small number of simultaneous mistakes, this many bytes of text are generated regardless of time; a
/// usual request needs a tenth of that.
const ALWAYS_MADE: u64 = 64 * 1024 * 1024;
/// Maximum number of bytes of text generated for one number of simultaneous mistakes.
const MOST_MADE: u64 = 384 * 1024 * 1024;
/// Maximum for one mistake alone: its texts are tried even after the time limit.
const MOST_MADE_OF_ONE: u64 = 128 * 1024 * 1024;
/// Cost of a text in addition to its bytes.
const OVERHEAD: u64 = 128;

/// What ends the generation of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BudgetLimit {
    /// The time limit.
    Time,
    /// The number of bytes generated; the time limit applies only once that number is larger than usual.
    Size,
}

/// How much text may be generated for one number of simultaneous mistakes.
pub(super) struct Allowance<'a> {
    mistakes: usize,
    most: u64,
    limit: BudgetLimit,
    is_time_up: &'a (dyn Fn() -> bool + Sync),
    made: AtomicU64,
    is_spent: AtomicBool,
}

impl<'a> Allowance<'a> {
    pub(super) fn new(mistakes: usize, limit: BudgetLimit, is_time_up: &'a (dyn Fn() -> bool + Sync)) -> Self {
        let most = if mistakes == 1 { MOST_MADE_OF_ONE } else { MOST_MADE };
        Self { mistakes, most, limit, is_time_up, made: AtomicU64::new(0), is_spent: AtomicBool::new(false) }
    }

    /// For texts that are tried one after another and not kept: once many were tried, only the time limit
    /// ends the search.
    pub(super) fn for_trying(is_time_up: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { most: u64::MAX, ..Self::new(0, BudgetLimit::Size, is_time_up) }
    }

    /// Whether no more text may be generated. Once true, it stays true.
    pub(super) fn is_over(&self) -> bool {
        let is_over = self.is_spent() || {
            let made = self.made.load(Ordering::Relaxed);
            let heeds_time = self.limit == BudgetLimit::Time || made > ALWAYS_MADE;
            made > self.most || heeds_time && (self.is_time_up)()
        };
        self.is_spent.fetch_or(is_over, Ordering::Relaxed) || is_over
    }

    /// Whether the generated texts may not even be tried. The texts of a single mistake may always be tried,
    /// so that simple mistakes do not wait for combinations.
    pub(super) fn ends_trying(&self) -> bool {
        self.mistakes > 1 && self.is_over()
    }

    /// Whether something was left out.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// Counts a generated text.
    pub(super) fn count(&self, text: &[u8]) {
        self.made.fetch_add(text.len() as u64 + OVERHEAD, Ordering::Relaxed);
    }
}

/// Maximum total size, in bytes, of the texts that omit or add one of many items.
const MOST_SINGLED_OUT: usize = 16 * 1024 * 1024;

/// For how many of `count` items a text of that length can be generated.
pub(super) fn affordable(count: usize, length: usize) -> usize {
    count.min(MOST_SINGLED_OUT / length.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_limit_applies_if_chosen_or_if_more_than_usual_was_generated() {
        assert!(Allowance::new(3, BudgetLimit::Time, &|| true).is_over());
        assert!(!Allowance::new(3, BudgetLimit::Time, &|| false).is_over());
        let usual = Allowance::new(2, BudgetLimit::Size, &|| true);
        assert!(!usual.is_over() && !usual.is_spent());
        usual.made.store(ALWAYS_MADE + 1, Ordering::Relaxed);
        assert!(usual.is_over() && usual.ends_trying() && usual.is_spent());
    }

    #[test]
    fn the_size_limit_applies_regardless_of_time() {
        let allowance = Allowance::new(1, BudgetLimit::Size, &|| false);
        allowance.made.store(MOST_MADE_OF_ONE, Ordering::Relaxed);
        assert!(!allowance.is_over());
        allowance.count(b"one more");
        assert!(allowance.is_over() && !allowance.ends_trying());
    }

    #[test]
    fn only_the_time_limit_stops_texts_that_are_not_kept() {
        for is_time_up in [false, true] {
            let is_time_up = || is_time_up;
            let trying = Allowance::for_trying(&is_time_up);
            assert!(!trying.is_over());
            trying.made.store(u64::MAX / 2, Ordering::Relaxed);
            assert_eq!(trying.is_over(), is_time_up());
        }
    }
}
