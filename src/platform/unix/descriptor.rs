//! Paths that stand for a descriptor of this process: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`, and links to them.
//!
//! To open such a path anew is another thing on Linux: a file is then written from its beginning, over what stands in it, and
//! whoever shares the descriptor does not see that it moved. So the descriptor itself is duplicated.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Where the descriptors of this process have names.
const FOLDERS: [&str; 3] = ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"];

/// How many links lead to a descriptor at most.
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

/// Another descriptor of what that one is open to: both share the place that is written to next.
#[cfg(target_os = "linux")]
pub fn duplicate(descriptor: i32, path: &Path) -> io::Result<File> {
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let duplicate = pidfd_open(getpid(), PidfdFlags::empty())
        .and_then(|process| pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty()));
    match duplicate {
        Ok(duplicate) => Ok(File::from(duplicate)),
        // A kernel before 5.6, or a container that does not let us. Appending loses nothing at least.
        Err(Errno::NOSYS | Errno::PERM) => fs::OpenOptions::new().append(true).open(path),
        Err(error) => Err(error.into()),
    }
}

/// Another descriptor of what that one is open to, which is what to open its path means on the BSDs and macOS.
#[cfg(not(target_os = "linux"))]
pub fn duplicate(_: i32, path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).open(path)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn names_and_links_lead_to_a_descriptor() {
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

    /// Catches a file that is written from its beginning, over what stands in it.
    #[test]
    fn a_duplicate_goes_on_where_the_other_is() {
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
