//! Limits on how much a search may make: no request, however large, may use up all memory or keep its user waiting.
//!
//! A usual request needs a small part of the limit. For a request with hundreds of headers or parameters, the texts
//! that mistakes make would fill gibibytes: then the clock decides, and the caller learns that not all were made.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// For few mistakes at once, this many bytes of texts are made regardless of time; a usual request needs a tenth of
/// that.
const ALWAYS_MADE: u64 = 64 * 1024 * 1024;
/// The maximum number of bytes of texts for one number of mistakes.
const MOST_MADE: u64 = 384 * 1024 * 1024;
/// The maximum for one mistake alone: its texts are tried whatever the clock says.
const MOST_MADE_OF_ONE: u64 = 128 * 1024 * 1024;
/// Cost of a text in addition to its bytes.
const OVERHEAD: u64 = 128;

/// What stops the making of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BudgetLimit {
    /// The clock.
    Time,
    /// The number of bytes made; the clock counts only once that is larger than usual.
    Size,
}

/// How much may be made for one number of mistakes.
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

    /// For texts that are tried one after another and not kept: only the clock stops it, once many were tried.
    pub(super) fn for_trying(is_time_up: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { most: u64::MAX, ..Self::new(0, BudgetLimit::Size, is_time_up) }
    }

    /// Whether nothing more may be made. Once true, it stays true.
    pub(super) fn is_over(&self) -> bool {
        let is_over = self.is_spent() || {
            let made = self.made.load(Ordering::Relaxed);
            let heeds_time = self.limit == BudgetLimit::Time || made > ALWAYS_MADE;
            made > self.most || heeds_time && (self.is_time_up)()
        };
        self.is_spent.fetch_or(is_over, Ordering::Relaxed) || is_over
    }

    /// Whether the texts made may not even be tried. Those of one mistake always may, so that the plain ones do not
    /// wait for the many.
    pub(super) fn ends_trying(&self) -> bool {
        self.mistakes > 1 && self.is_over()
    }

    /// Whether something was left undone.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// Counts a text.
    pub(super) fn count(&self, text: &[u8]) {
        self.made.fetch_add(text.len() as u64 + OVERHEAD, Ordering::Relaxed);
    }
}

/// The maximum number of bytes of texts that leave out, or add, one of many items.
const MOST_SINGLED_OUT: usize = 16 * 1024 * 1024;

/// How many of `count` items can be singled out, each for a text of that length.
pub(super) fn affordable(count: usize, length: usize) -> usize {
    count.min(MOST_SINGLED_OUT / length.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stops_what_is_limited_or_larger_than_usual() {
        assert!(Allowance::new(3, BudgetLimit::Time, &|| true).is_over());
        assert!(!Allowance::new(3, BudgetLimit::Time, &|| false).is_over());
        let usual = Allowance::new(2, BudgetLimit::Size, &|| true);
        assert!(!usual.is_over() && !usual.is_spent());
        usual.made.store(ALWAYS_MADE + 1, Ordering::Relaxed);
        assert!(usual.is_over() && usual.ends_trying() && usual.is_spent());
    }

    #[test]
    fn memory_stops_it_in_any_case() {
        let allowance = Allowance::new(1, BudgetLimit::Size, &|| false);
        allowance.made.store(MOST_MADE_OF_ONE, Ordering::Relaxed);
        assert!(!allowance.is_over());
        allowance.count(b"one more");
        assert!(allowance.is_over() && !allowance.ends_trying());
    }

    #[test]
    fn texts_that_are_not_kept_are_stopped_only_by_the_clock() {
        for is_time_up in [false, true] {
            let is_time_up = || is_time_up;
            let trying = Allowance::for_trying(&is_time_up);
            assert!(!trying.is_over());
            trying.made.store(u64::MAX / 2, Ordering::Relaxed);
            assert_eq!(trying.is_over(), is_time_up());
        }
    }
}
