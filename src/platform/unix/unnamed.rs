//! Files without a name, which nobody else can open and a killed process leaves nothing of. They get a name when they are whole.
//!
//! Linux has them, on most file systems; elsewhere there is none, and whoever wants one does with a name.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::platform::Secrecy;

/// A file that is in a directory and has no name there.
#[derive(Debug)]
pub struct UnnamedFile(File);

impl UnnamedFile {
    /// A new one; `None` where there are none. A secret one is its owner's, any other as the umask has it.
    #[cfg(target_os = "linux")]
    pub fn new_in(directory: &Path, secrecy: Secrecy) -> io::Result<Option<Self>> {
        use rustix::fs::{Mode, OFlags, open};
        use rustix::io::Errno;

        let mode = match secrecy {
            Secrecy::Public => Mode::from_raw_mode(0o666),
            Secrecy::Secret => Mode::from_raw_mode(0o600),
        };
        // It gets its name by its place in /proc, without which it would never have one.
        if !Path::new("/proc/self/fd").is_dir() {
            return Ok(None);
        }
        match open(directory, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, mode) {
            Ok(file) => Ok(Some(Self(File::from(file)))),
            // What kernels and file systems answer that have no such files. That a directory is missing or closed to us
            // shows again when a file with a name is made.
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// None: this system has no such files.
    #[cfg(not(target_os = "linux"))]
    pub fn new_in(_: &Path, _: Secrecy) -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// The file, to write to.
    pub fn as_file(&self) -> &File {
        &self.0
    }

    /// Gives it a name that nothing has yet.
    #[cfg(target_os = "linux")]
    pub fn link(&self, path: &Path) -> io::Result<()> {
        use rustix::fs::{AtFlags, CWD, linkat};
        use std::os::fd::AsRawFd;

        let place = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        Ok(linkat(CWD, place, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Never called: there are no such files.
    #[cfg(not(target_os = "linux"))]
    pub fn link(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
