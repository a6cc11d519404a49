//! Files that only their owner can read, written atomically.

use std::io::{self, Write};
use std::path::Path;

use crate::files::{Lock, Replacement, parent};
use crate::platform::{Secrecy, create_private_directory};

/// A file that no other sigvet process can change at the same time.
#[derive(Debug)]
pub(super) struct LockedFile<'a> {
    path: &'a Path,
    _lock: Lock,
}

impl<'a> LockedFile<'a> {
    /// Locks the file of that name, which need not exist. Missing directories are created with mode 0700.
    pub(super) fn new(path: &'a Path) -> io::Result<Self> {
        create_private_directory(parent(path))?;
        let lock = Lock::beside(path)?;
        Replacement::remove_leftovers(path);
        Ok(Self { path, _lock: lock })
    }

    /// Replaces the file with one of mode 0600. A concurrent reader sees the old file or the new one.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut replacement = Replacement::begin(self.path, Secrecy::Secret)?;
        replacement.write_all(bytes)?;
        replacement.finish_durably()
    }
}
