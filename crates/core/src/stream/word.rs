//! The word in a request's payload line that declares chunks.

use crate::canonical::PayloadHash;
use crate::derivation::Terms;

/// Whether chunks are signed, and whether a trailer follows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamingWord {
    pub(super) is_signed: bool,
    pub(super) has_trailer: bool,
}

impl StreamingWord {
    /// Reads the word; `None` if the payload is not in chunks. Event streams of other services are not.
    pub(super) fn of(terms: &Terms) -> Option<Self> {
        let PayloadHash::Declared(text) = &terms.payload else { return None };
        let rest = text.strip_prefix("STREAMING-")?;
        let (rest, has_trailer) = rest.strip_suffix("-TRAILER").map_or((rest, false), |rest| (rest, true));
        let signer = rest.strip_suffix("-PAYLOAD")?;
        Some(Self { is_signed: signer != "UNSIGNED", has_trailer })
    }
}
