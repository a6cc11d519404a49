//! Files that only their owner reads: written whole under another name, and put in place in one step.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::platform::create_private_directory;

/// Writes a file of mode 0600, and the directories on the way to it with mode 0700. `prefix` begins the name that it has
/// until it is whole. Whoever reads meanwhile finds the old file or the new one.
pub(super) fn write(path: &Path, bytes: &[u8], prefix: &str) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_private_directory(directory)?;
    // `tempfile` creates with mode 0600, whatever the umask.
    let mut temporary = tempfile::Builder::new().prefix(prefix).suffix(".tmp").tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    // The file is whole either way; only a power cut within the next seconds could bring the old one back.
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
    Ok(())
}
