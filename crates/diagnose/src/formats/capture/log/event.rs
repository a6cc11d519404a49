//! What a log shows at one place, and the search for the place.

use crate::formats::capture::exchange::Exchange;

/// A request, a reply or both, with the number of the line where it begins.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) line: usize,
    pub(super) exchange: Exchange,
}

/// Where a part of a text begins.
pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
