//! What a file looked like: length, times, and which file it is, as far as the system says.

use std::fs::Metadata;
use std::time::SystemTime;

use crate::platform::FileId;

/// What tells one content of a file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    id: FileId,
}

impl Seen {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), id: FileId::from_metadata(metadata) }
    }
}
