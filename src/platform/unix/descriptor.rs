//! Paths that stand for a descriptor of this process: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`, and links to them.
//!
//! Opening such a path again is not the same on Linux: a file is then overwritten from its beginning, and other
//! processes that share the descriptor do not see its position move. So the descriptor itself is duplicated.

use std::fs::{self, File};
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{OFlags, fcntl_getfl};

/// Directories with the names of this process's descriptors.
const FOLDERS: [&str; 3] = ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"];

/// Maximum number of links to follow to a descriptor.
const MOST_LINKS: usize = 40;

/// The number of the descriptor that a path stands for.
pub fn descriptor_of(path: &Path) -> Option<i32> {
    let folders: Vec<_> = FOLDERS.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let directory = fs::canonicalize(parent).ok()?;
        if folders.contains(&directory) {
            return path.file_name()?.to_str()?.parse().ok();
        }
        path = directory.join(fs::read_link(&path).ok()?);
    }
    None
}

/// Duplicates a descriptor; both share their write position.
#[cfg(target_os = "linux")]
pub fn duplicate(descriptor: i32, path: &Path) -> io::Result<File> {
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let duplicate = pidfd_open(getpid(), PidfdFlags::empty())
        .and_then(|process| pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty()));
    match duplicate {
        Ok(duplicate) => Ok(File::from(duplicate)),
        // The kernel is older than 5.6, or a container forbids it. Appending at least loses nothing.
        Err(Errno::NOSYS | Errno::PERM) => fs::OpenOptions::new().append(true).open(path),
        Err(error) => Err(error.into()),
    }
}

/// Duplicates a descriptor, which is what opening its path does on the BSDs and macOS.
#[cfg(not(target_os = "linux"))]
pub fn duplicate(_: i32, path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).open(path)
}

/// Standard output if it is a regular file, whose end can be cut off. It shares its position with standard output.
pub fn stdout_file() -> Option<File> {
    let file = File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
    file.metadata().ok()?.is_file().then_some(file)
}

/// Where the next write to a file goes.
pub fn write_position(mut file: &File) -> io::Result<u64> {
    let appends = fcntl_getfl(file)?.contains(OFlags::APPEND);
    if appends { Ok(file.metadata()?.len()) } else { file.stream_position() }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn names_and_links_resolve_to_a_descriptor() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        symlink("/dev/stdout", &link).unwrap();
        let second = directory.path().join("second");
        symlink("link", &second).unwrap();
        let own = format!("/proc/{}/fd/2", std::process::id());
        for (path, number) in [
            ("/dev/stdout", Some(1)),
            ("/dev/stderr", Some(2)),
            ("/dev/fd/1", Some(1)),
            ("/dev/../dev/fd//2", Some(2)),
            ("/dev/null", None),
            ("/nowhere/fd/1", None),
            ("fd/1", None),
            ("1", None),
            ("/", None),
        ] {
            assert_eq!(descriptor_of(Path::new(path)), number, "{path}");
        }
        assert_eq!((descriptor_of(&link), descriptor_of(&second)), (Some(1), Some(1)));
        if cfg!(target_os = "linux") {
            assert_eq!(descriptor_of(Path::new("/proc/self/fd/1")), Some(1));
            assert_eq!(descriptor_of(Path::new("/proc/thread-self/fd/1")), Some(1));
            assert_eq!(descriptor_of(Path::new(&own)), Some(2));
            assert_eq!(descriptor_of(Path::new("/proc/1/fd/1")).filter(|_| std::process::id() != 1), None);
        }
    }

    #[test]
    fn the_next_write_of_an_appended_file_is_at_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "one").unwrap();
        let mut appended = File::options().append(true).open(&path).unwrap();
        assert_eq!(write_position(&appended).unwrap(), 3);
        appended.write_all(b"two").unwrap();
        assert_eq!(write_position(&appended).unwrap(), 6);
        let mut overwritten = File::options().write(true).open(&path).unwrap();
        assert_eq!(write_position(&overwritten).unwrap(), 0);
        overwritten.write_all(b"1").unwrap();
        assert_eq!(write_position(&overwritten).unwrap(), 1);
    }

    /// Catches a file that is overwritten from its beginning.
    #[test]
    fn a_duplicate_continues_at_the_same_position() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"one ").unwrap();
        let number = file.as_raw_fd();
        let path = format!("/dev/fd/{number}");
        duplicate(number, Path::new(&path)).unwrap().write_all(b"two ").unwrap();
        file.write_all(b"three").unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one two three");
        assert!(duplicate(987, Path::new("/dev/fd/987")).is_err());
    }
}
