//! Files without a name, which no other process can open and of which a killed process leaves nothing. They get a
//! name once they are complete.
//!
//! Linux supports them on most file systems; on other systems callers have to use a file with a name.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::platform::Secrecy;

/// A file in a directory, without a name there.
#[derive(Debug)]
pub struct UnnamedFile(File);

impl UnnamedFile {
    /// Creates one; `None` if they are not supported. A secret file is readable only by its owner; otherwise the
    /// umask decides.
    #[cfg(target_os = "linux")]
    pub fn new_in(directory: &Path, secrecy: Secrecy) -> io::Result<Option<Self>> {
        use rustix::fs::{Mode, OFlags, open};
        use rustix::io::Errno;

        let mode = match secrecy {
            Secrecy::Public => Mode::from_raw_mode(0o666),
            Secrecy::Secret => Mode::from_raw_mode(0o600),
        };
        // The file gets its name by way of its path in /proc, without which it would never have one.
        if !Path::new("/proc/self/fd").is_dir() {
            return Ok(None);
        }
        match open(directory, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, mode) {
            Ok(file) => Ok(Some(Self(File::from(file)))),
            // The errors of kernels and file systems without unnamed files. If the directory is missing or not
            // accessible, creating a file with a name reports that again.
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Always `None`: this system has no unnamed files.
    #[cfg(not(target_os = "linux"))]
    pub fn new_in(_: &Path, _: Secrecy) -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// The file to write to.
    pub fn as_file(&self) -> &File {
        &self.0
    }

    /// Gives the file a name that does not exist yet.
    #[cfg(target_os = "linux")]
    pub fn link(&self, path: &Path) -> io::Result<()> {
        use rustix::fs::{AtFlags, CWD, linkat};
        use std::os::fd::AsRawFd;

        let place = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        Ok(linkat(CWD, place, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Never called: this system has no unnamed files.
    #[cfg(not(target_os = "linux"))]
    pub fn link(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
