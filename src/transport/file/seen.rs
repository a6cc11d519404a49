//! What a file looked like: its length, its times, and its identity as far as the system reports it.

use std::fs::Metadata;
use std::time::SystemTime;

use crate::platform::FileId;

/// The metadata that distinguishes one content of a file from another.
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
