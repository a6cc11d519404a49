//! Reads configuration files with a size limit, and only if reading them ends: sigvet never waits for a pipe, and
//! no endless device fills the memory.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::platform::{self, FileKind};

/// Larger than any file of settings, keys or tokens, in bytes.
pub const SETTINGS_LIMIT: u64 = 1024 * 1024;

/// A file that was read completely.
pub struct Bounded {
    /// Its content, which may be secret.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The metadata of the file that was read, even if another file has its name by now.
    pub metadata: Metadata,
}

/// Reads a file of at most `limit` bytes. It may also be `/dev/null`, or a descriptor that this process was given:
/// if someone opened a pipe for us, they also write to it.
///
/// # Errors
/// The file is larger, is not a regular file, or cannot be read.
pub fn read(path: &Path, limit: u64) -> io::Result<Bounded> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    // A buffer that grows would leave what it had in memory.
    let room = usize::try_from(metadata.len().min(limit)).unwrap_or_default() + 64;
    let bytes = read_into(Vec::with_capacity(room), file, limit).map_err(|error| match error.kind() {
        // A terminal, or another device that would have to be waited for.
        io::ErrorKind::WouldBlock => not_regular(),
        _ => error,
    })?;
    Ok(Bounded { bytes, metadata })
}

/// Fails if [`read`] would fail, without keeping what it reads. A descriptor is not read, because its bytes can be
/// read only once.
///
/// # Errors
/// The errors of [`read`].
pub fn check(path: &Path, limit: u64) -> io::Result<()> {
    match fs::metadata(path)? {
        metadata if metadata.is_file() && metadata.len() <= limit => Ok(()),
        metadata if metadata.is_file() => Err(too_large(limit)),
        _ if platform::descriptor_of(path).is_some() => Ok(()),
        _ => read(path, limit).map(drop),
    }
}

/// Reads a stream to its end, which must come within `limit` bytes.
///
/// # Errors
/// The stream is longer, or reading it fails.
pub fn read_stream(stream: impl Read, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    read_into(Vec::new(), stream, limit)
}

fn read_into(buffer: Vec<u8>, stream: impl Read, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(buffer);
    stream.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large(limit)) } else { Ok(bytes) }
}

fn open(path: &Path) -> io::Result<File> {
    match platform::kind_of(&fs::metadata(path)?) {
        FileKind::NamedPipe if platform::descriptor_of(path).is_some() => File::open(path),
        FileKind::NamedPipe | FileKind::Other => Err(not_regular()),
        // Even if something else takes the file's place in the meantime, opening it does not wait.
        FileKind::Regular | FileKind::Directory | FileKind::Device => platform::open_without_waiting(path),
    }
}

/// The error for a path that should lead to a regular file but does not.
pub fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")
}

fn too_large(limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, TooLarge { limit })
}

#[derive(Debug)]
struct TooLarge {
    limit: u64,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit / (1024 * 1024) {
            0 => write!(f, "it is larger than {} bytes", self.limit),
            mebibytes => write!(f, "it is larger than {mebibytes} MiB"),
        }
    }
}

impl std::error::Error for TooLarge {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_exactly_the_limit_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(*read(&path, 5).unwrap().bytes, b"12345");
        assert!(check(&path, 5).is_ok());
        for outcome in [read(&path, 4).map(drop), check(&path, 4)] {
            assert_eq!(outcome.unwrap_err().to_string(), "it is larger than 4 bytes");
        }
        assert_eq!(too_large(SETTINGS_LIMIT).to_string(), "it is larger than 1 MiB");
        assert!(read(directory.path(), 5).is_err());
    }

    /// Catches a read that never ends, and one that fills the memory.
    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_neither_waited_for_nor_read_without_end() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for outcome in [read(&pipe, 5).map(drop), check(&pipe, 5)] {
            assert_eq!(outcome.unwrap_err().to_string(), "it is not a regular file");
        }
        for outcome in [read(Path::new("/dev/zero"), 5).map(drop), check(Path::new("/dev/zero"), 5)] {
            assert_eq!(outcome.unwrap_err().to_string(), "it is larger than 5 bytes");
        }
        assert!(read(Path::new("/dev/null"), 5).unwrap().bytes.is_empty());
        assert!(check(Path::new("/dev/null"), 5).is_ok());
    }

    /// This is what a shell's `<(command)` is.
    #[cfg(unix)]
    #[test]
    fn an_inherited_pipe_is_read() {
        use std::io::Write;
        use std::os::fd::AsRawFd;

        let (reader, mut writer) = io::pipe().unwrap();
        let path = format!("/dev/fd/{}", reader.as_raw_fd());
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            writer.write_all(b"given")
        });
        assert!(check(Path::new(&path), 10).is_ok());
        assert_eq!(*read(Path::new(&path), 10).unwrap().bytes, b"given");
    }
}
