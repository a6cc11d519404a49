//! Replaces a file atomically, once the new one is complete: until then readers see the old one.
//!
//! Where the system supports it, the new file has no name until then, so a killed process leaves nothing behind
//! unless it is killed between the two calls that name the file and rename it. On other systems the file has a
//! temporary name, and is removed if a signal stops the process.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::platform::{self, Removal, Secrecy, UnnamedFile, leave_to_umask};

/// A file that is not in its place yet. If it is dropped before that, nothing is left of it.
#[derive(Debug)]
pub struct Replacement {
    file: Pending,
    target: PathBuf,
    replaced: Option<Metadata>,
    secrecy: Secrecy,
}

#[derive(Debug)]
enum Pending {
    Unnamed(UnnamedFile),
    Named(NamedTempFile, Removal),
}

impl Replacement {
    /// Starts a file for `target`, which must not be a symbolic link. An existing file is not touched yet.
    ///
    /// # Errors
    /// The existing file or its directory may not be written to, or the directory does not exist.
    pub fn begin(target: &Path, secrecy: Secrecy) -> io::Result<Self> {
        let replaced = match fs::metadata(target) {
            Ok(metadata) => {
                // Renaming over a file requires write access to its directory only. A user who may not write to the
                // file should not be able to replace it either.
                OpenOptions::new().write(true).open(target)?;
                Some(metadata)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let file = Pending::new_beside(target, secrecy)?;
        Ok(Self { file, target: target.to_owned(), replaced, secrecy })
    }

    /// Like [`Replacement::begin`], but `None` if replacing the file would lose its owner or group, if it has other
    /// hard links, or if its directory may not be written to. Such a file is written in place.
    ///
    /// # Errors
    /// The errors of [`Replacement::begin`].
    pub fn begin_alike(target: &Path) -> io::Result<Option<Self>> {
        match Self::begin(target, Secrecy::Public) {
            Ok(replacement) => Ok(Some(replacement).filter(Self::is_alike)),
            Err(error) if is_closed(&error) && is_writable(target) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn is_alike(&self) -> bool {
        let has_all = |replaced: &Metadata| {
            platform::has_one_name(replaced) && platform::owner_and_group_kept(self.file.as_file(), replaced)
        };
        self.replaced.as_ref().is_none_or(has_all)
    }

    /// Moves the file into its place.
    ///
    /// # Errors
    /// The file cannot be moved there. The existing file is unchanged.
    pub fn finish(self) -> io::Result<()> {
        if let Some(replaced) = &self.replaced {
            let file = self.file.as_file();
            let has_group = platform::owner_kept(file, replaced);
            file.set_permissions(platform::permissions_like(replaced, self.secrecy, has_group))?;
        }
        match self.file {
            // From here on, no signal removes the file; it has its final name.
            Pending::Named(file, _removal) => {
                file.persist(&self.target)?;
                Ok(())
            }
            Pending::Unnamed(file) => match file.link(&self.target) {
                // Linking does not replace an existing name, so the file gets a temporary name, just long enough to
                // be renamed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let (prefix, mut builder) = (prefix(&self.target), tempfile::Builder::new());
                    builder.prefix(&prefix).suffix(SUFFIX);
                    let beside = builder.make_in(parent(&self.target), |path| file.link(path))?;
                    Ok(beside.into_temp_path().persist(&self.target)?)
                }
                outcome => outcome,
            },
        }
    }

    /// Like [`Replacement::finish`], and waits until the file is written to disk.
    ///
    /// # Errors
    /// The errors of [`Replacement::finish`]; also if the disk is full.
    pub fn finish_durably(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        let directory = parent(&self.target).to_owned();
        self.finish()?;
        // The file is complete either way; only a power failure within the next seconds could bring the old one
        // back.
        let _ = File::open(directory).and_then(|directory| directory.sync_all());
        Ok(())
    }

    /// Removes temporary files of a process that was killed between two system calls. Call it only while holding
    /// the lock of `target`: otherwise a file may be one that is about to be renamed.
    pub fn remove_leftovers(target: &Path) {
        let Ok(entries) = fs::read_dir(parent(target)) else { return };
        let prefix = prefix(target);
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_ours = name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
            if is_ours && name.as_encoded_bytes().ends_with(SUFFIX.as_bytes()) {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file().flush()
    }
}

impl Pending {
    fn new_beside(target: &Path, secrecy: Secrecy) -> io::Result<Self> {
        match UnnamedFile::new_in(parent(target), secrecy)? {
            Some(file) => Ok(Self::Unnamed(file)),
            None => Self::named_beside(target, secrecy),
        }
    }

    fn named_beside(target: &Path, secrecy: Secrecy) -> io::Result<Self> {
        let (prefix, mut builder) = (prefix(target), tempfile::Builder::new());
        builder.prefix(&prefix).suffix(SUFFIX);
        if secrecy == Secrecy::Public {
            leave_to_umask(&mut builder);
        }
        let file = builder.tempfile_in(parent(target))?;
        let removal = platform::remove_if_stopped(file.path());
        Ok(Self::Named(file, removal))
    }

    fn as_file(&self) -> &File {
        match self {
            Self::Unnamed(file) => file.as_file(),
            Self::Named(file, _) => file.as_file(),
        }
    }
}

/// Whether the error means that no file can be created in a directory.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn is_writable(target: &Path) -> bool {
    OpenOptions::new().write(true).open(target).is_ok()
}

const SUFFIX: &str = ".sigvet";

/// The beginning of the temporary name of a file.
fn prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push("-");
    prefix
}

/// The directory that a path is in.
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Begin = fn(&Path, Secrecy) -> Replacement;

    /// Both ways to create the file: the system that runs the test may support only one of them.
    const WAYS: [Begin; 2] = [
        |target, secrecy| Replacement::begin(target, secrecy).unwrap(),
        |target, secrecy| {
            let file = Pending::named_beside(target, secrecy).unwrap();
            Replacement { file, ..Replacement::begin(target, secrecy).unwrap() }
        },
    ];

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_old_file_stays_until_the_new_one_is_complete() {
        for begin in WAYS {
            let directory = tempfile::tempdir().unwrap();
            let target = directory.path().join("file");
            for text in ["first", "second"] {
                let before = fs::read(&target).ok();
                let mut replacement = begin(&target, Secrecy::Public);
                replacement.write_all(text.as_bytes()).unwrap();
                assert_eq!(fs::read(&target).ok(), before);
                replacement.finish_durably().unwrap();
                assert_eq!(fs::read_to_string(&target).unwrap(), text);
                assert_eq!(names(directory.path()), ["file"]);
            }
            let mut given_up = begin(&target, Secrecy::Public);
            given_up.write_all(b"half").unwrap();
            drop(given_up);
            assert_eq!((fs::read_to_string(&target).unwrap().as_str(), names(directory.path()).len()), ("second", 1));
        }
    }

    #[test]
    fn only_leftovers_of_this_file_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let mine = [".file-x1y2z3.sigvet", ".other-x1y2z3.sigvet", ".file.lock", "file", ".file-x"];
        mine.iter().for_each(|name| fs::write(directory.path().join(name), "").unwrap());
        Replacement::remove_leftovers(&directory.path().join("file"));
        assert_eq!(names(directory.path()), [".file-x", ".file.lock", ".other-x1y2z3.sigvet", "file"]);
    }

    #[cfg(unix)]
    #[test]
    fn modes_are_kept_and_secrets_are_private() {
        use std::os::unix::fs::PermissionsExt;

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for begin in WAYS {
            let directory = tempfile::tempdir().unwrap();
            let (target, reference) = (directory.path().join("file"), directory.path().join("reference"));
            fs::write(&reference, "").unwrap();
            begin(&target, Secrecy::Public).finish().unwrap();
            assert_eq!(mode(&target), mode(&reference), "a new file is as the umask has it");
            for kept in [0o600, 0o640, 0o755, 0o666] {
                fs::set_permissions(&target, fs::Permissions::from_mode(kept)).unwrap();
                begin(&target, Secrecy::Public).finish().unwrap();
                assert_eq!(mode(&target), kept);
            }
            begin(&target, Secrecy::Secret).finish().unwrap();
            assert_eq!(mode(&target), 0o600);
            fs::remove_file(&target).unwrap();
            begin(&target, Secrecy::Secret).finish().unwrap();
            assert_eq!(mode(&target), 0o600);
        }
    }

    #[test]
    fn an_unwritable_target_is_refused_at_the_beginning() {
        let directory = tempfile::tempdir().unwrap();
        assert!(Replacement::begin(directory.path(), Secrecy::Public).is_err());
        let nowhere = Replacement::begin(&directory.path().join("not/there"), Secrecy::Public).unwrap_err();
        assert_eq!(nowhere.kind(), io::ErrorKind::NotFound);
    }
}
