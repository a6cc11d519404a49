//! The answers of systems that are not Unix, by what the standard library has on all of them.
//!
//! Who may read a file is for the directory it is in to say: nothing is known of modes, and nobody is warned.

use std::fs::{self, Metadata};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use super::Access;

/// The mode of a file that others have that access to: there are no modes.
pub fn mode_open_to(_: Access, _: &Metadata) -> Option<u32> {
    None
}

/// Creates a directory, and those on the way to it.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Does nothing: a temporary file is a file as any other.
pub fn leave_to_umask(_: &mut tempfile::Builder<'_, '_>) {}

/// Which file it is: the time of creation tells one that was put in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileId {
    created: Option<SystemTime>,
}

impl FileId {
    /// Reads it from a file's metadata.
    pub fn from_metadata(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}

/// When a file was written to last.
pub fn last_change(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

/// Blanks nothing: the command line is as it was typed to whoever may see it.
///
/// # Errors
/// Always: there is no way.
pub fn blank_arguments(_: &[&[u8]], _: &[Range<usize>]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Connects to a socket that has a path.
///
/// # Errors
/// Always: there are none.
#[expect(clippy::unused_async, reason = "on Unix it waits")]
pub async fn connect_to_socket(_: &Path) -> io::Result<tokio::io::Empty> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no such sockets"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_warned_of_modes() {
        let directory = tempfile::tempdir().unwrap();
        let metadata = fs::metadata(directory.path()).unwrap();
        assert_eq!(mode_open_to(Access::Read, &metadata), None);
        assert_eq!(mode_open_to(Access::Any, &metadata), None);
    }

    #[test]
    fn a_command_line_stays_as_it_is() {
        assert_eq!(blank_arguments(&[b"sigvet"], &[]).unwrap_err().kind(), io::ErrorKind::Unsupported);
    }

    #[test]
    fn directories_on_the_way_are_created() {
        let directory = tempfile::tempdir().unwrap();
        create_private_directory(&directory.path().join("a/b")).unwrap();
        create_private_directory(&directory.path().join("a/b")).unwrap();
        assert!(directory.path().join("a/b").is_dir());
    }

    /// Catches a body that changed after it was hashed, and is sent all the same.
    #[test]
    fn a_write_changes_the_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "one").unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        let before = fs::metadata(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!(last_change(&after), Some(SystemTime::UNIX_EPOCH));
        assert_ne!(last_change(&before), last_change(&after));
        assert_eq!(FileId::from_metadata(&before), FileId::from_metadata(&after));
    }

    #[test]
    fn a_temporary_file_is_made_and_a_socket_is_refused() {
        let mut builder = tempfile::Builder::new();
        leave_to_umask(&mut builder);
        assert!(builder.tempfile().is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(connect_to_socket(Path::new("socket"))).unwrap_err();
        assert_eq!(error.to_string(), "this system has no such sockets");
    }
}
