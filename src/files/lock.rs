//! Lets only one process at a time change a file, with a lock on a second file next to it.
//!
//! The file itself cannot be locked, because another file replaces it. The lock file is empty and stays: if it were
//! removed, two processes could hold two locks of the same name.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::platform;

/// How long a process waits for others. The work under the lock takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Held until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    /// `None` if the file system does not support locks.
    _file: Option<File>,
}

impl Lock {
    /// Waits until no other process changes the file of that name.
    ///
    /// # Errors
    /// The lock file cannot be created, or another process has held the lock for more than ten seconds.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(".lock");
        let place = path.with_file_name(name);
        let file = platform::lock_file(&place)?;
        let end = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
                Err(TryLockError::WouldBlock) => {
                    let message = format!("another process holds {} for too long", place.display());
                    return Err(io::Error::new(io::ErrorKind::TimedOut, message));
                }
                // Some network file systems do not support locks. The only choice there is to write without one.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Self { _file: None });
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_second_lock_waits_for_the_first() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let first = Lock::beside(&path).unwrap();
        let (sender, receiver) = mpsc::channel();
        let second = {
            let path = path.clone();
            std::thread::spawn(move || sender.send(Lock::beside(&path).is_ok()))
        };
        assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err(), "it waits");
        // Another file has another lock.
        assert!(Lock::beside(&directory.path().join("other")).is_ok());
        drop(first);
        assert_eq!(receiver.recv_timeout(Duration::from_secs(9)), Ok(true));
        second.join().unwrap().unwrap();
    }
}
