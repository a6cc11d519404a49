//! What a file looked like: length, times, and which file it is, as far as the system says.

use std::fs::Metadata;
#[cfg(unix)]
use std::time::Duration;
use std::time::SystemTime;

/// What tells one content of a file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    inode: Inode,
}

impl Seen {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode: Inode::of(metadata) }
    }
}

/// Which file it is, and when anything about it changed last.
#[cfg(unix)]
#[derive(Debug, Clone, PartialEq, Eq)]
struct Inode {
    device: u64,
    number: u64,
    changed: (i64, i64),
}

#[cfg(unix)]
impl Inode {
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Self { device: metadata.dev(), number: metadata.ino(), changed }
    }
}

#[cfg(unix)]
pub(super) fn last_change(metadata: &Metadata) -> Option<SystemTime> {
    let Inode { changed: (seconds, nanoseconds), .. } = Inode::of(metadata);
    let since_epoch = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

/// Elsewhere the time of creation tells a file that was put in the place of another.
#[cfg(not(unix))]
#[derive(Debug, Clone, PartialEq, Eq)]
struct Inode {
    created: Option<SystemTime>,
}

#[cfg(not(unix))]
impl Inode {
    fn of(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}

#[cfg(not(unix))]
pub(super) fn last_change(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}
