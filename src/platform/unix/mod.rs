//! The implementation for Unix: modes, owners, inodes, sockets.

mod arguments;
mod descriptor;
mod signals;
mod child;
mod unnamed;

pub use arguments::blank_arguments;
pub use child::{ChildSignals, shell_for};
pub use descriptor::{descriptor_of, duplicate, stdout_file, write_position};
pub use signals::{Removal, remove_if_stopped, report_size_limit, stop_between, stop_signal};
pub use unnamed::UnnamedFile;

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};

use rustix::fs::OFlags;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::UnixStream;

use super::{Access, FileKind, Secrecy};

/// The mode of a file if other users have this access to it, otherwise `None`.
pub fn mode_open_to(access: Access, metadata: &Metadata) -> Option<u32> {
    let mode = metadata.permissions().mode() & 0o777;
    let others = match access {
        Access::Read => 0o044,
        Access::Write => 0o022,
        Access::Any => 0o077,
    };
    (mode & others != 0).then_some(mode)
}

/// Creates a directory and its missing parents, accessible only to the owner.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a new file readable only by its owner.
pub fn for_owner_only(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Gives a temporary file, which would be private, the mode of any other new file.
pub fn leave_to_umask(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(fs::Permissions::from_mode(0o666));
}

/// Whether a name without slashes and NUL names one file, and nothing else.
pub fn is_file_name(_: &str) -> bool {
    true
}

/// Whether a file belongs to the user who runs this process, or to root, who could do anything anyway.
pub fn is_owner_trusted(metadata: &Metadata) -> bool {
    let owner = metadata.uid();
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}

/// The kind of a file.
pub fn kind_of(metadata: &Metadata) -> FileKind {
    let kind = metadata.file_type();
    match () {
        () if kind.is_file() => FileKind::Regular,
        () if kind.is_dir() => FileKind::Directory,
        () if kind.is_fifo() => FileKind::NamedPipe,
        () if kind.is_char_device() || kind.is_block_device() => FileKind::Device,
        () => FileKind::Other,
    }
}

/// Opens a file for reading. Neither opening nor reading waits, and a terminal does not become the controlling
/// terminal.
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags(OFlags::NONBLOCK | OFlags::NOCTTY)).open(path)
}

/// Opens the lock file, creating it for its owner only. A symbolic link in its place is not followed.
pub fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK)).open(path)
}

/// The flags as the standard library takes them.
fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

/// Gives a file the owner and the group of the file that it replaces, if the system allows it. Returns whether the
/// group is now the same.
pub fn owner_kept(file: &File, replaced: &Metadata) -> bool {
    let Ok(own) = file.metadata() else { return false };
    if (own.uid(), own.gid()) == (replaced.uid(), replaced.gid()) {
        return true;
    }
    fchown(file, Some(replaced.uid()), Some(replaced.gid())).is_ok()
        || own.gid() == replaced.gid()
        || fchown(file, None, Some(replaced.gid())).is_ok()
}

/// Like [`owner_kept`], but returns whether both owner and group are now the same.
pub fn owner_and_group_kept(file: &File, replaced: &Metadata) -> bool {
    owner_kept(file, replaced)
        && file.metadata().is_ok_and(|own| (own.uid(), own.gid()) == (replaced.uid(), replaced.gid()))
}

/// Whether a file has no other hard link.
pub fn has_one_name(metadata: &Metadata) -> bool {
    metadata.nlink() < 2
}

/// The permissions of a file that replaces another. If the group is not the same, it gets no access.
pub fn permissions_like(replaced: &Metadata, secrecy: Secrecy, has_group: bool) -> Permissions {
    let mode = replaced.permissions().mode() & 0o777;
    Permissions::from_mode(match (secrecy, has_group) {
        (Secrecy::Secret, _) => 0o600,
        (Secrecy::Public, true) => mode,
        (Secrecy::Public, false) => mode & !0o070,
    })
}

/// Identifies a file, with the time of the last change to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    inode: u64,
    changed: (i64, i64),
}

impl FileId {
    /// Reads the identity from a file's metadata.
    pub fn from_metadata(metadata: &Metadata) -> Self {
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Self { device: metadata.dev(), inode: metadata.ino(), changed }
    }
}

/// When anything about a file last changed, including its name and mode.
pub fn last_change(metadata: &Metadata) -> Option<SystemTime> {
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let nanoseconds = u32::try_from(metadata.ctime_nsec()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

/// Keeps the system from writing the memory of this process, which contains secrets, to a core dump. Child
/// processes may raise the limit again.
pub fn disable_core_dumps() {
    let lowered = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
    // A limit may always be lowered; if a sandbox forbids even that, nothing else can be done.
    let _ = setrlimit(Resource::Core, lowered);
}

/// Lets this process have as many open files as it may: the usual limit is 1,024, and each connection that is passed on
/// needs two.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // If the system refuses, the limit stays.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Connects to a Unix domain socket.
///
/// # Errors
/// The connection is refused.
pub async fn connect_to_socket(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(path).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_access_and_read_access_are_judged_separately() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "").unwrap();
        for (mode, is_open) in [(0o644, false), (0o664, true), (0o606, true), (0o622, true), (0o600, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let metadata = fs::metadata(&path).unwrap();
            assert_eq!(mode_open_to(Access::Write, &metadata), is_open.then_some(mode), "{mode:o}");
        }
    }

    #[test]
    fn a_mode_is_reported_if_it_gives_others_access() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "").unwrap();
        for (mode, to_readers, to_any) in [
            (0o600, false, false),
            (0o640, true, true),
            (0o604, true, true),
            (0o622, false, true),
            (0o611, false, true),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let metadata = fs::metadata(&path).unwrap();
            assert_eq!(mode_open_to(Access::Read, &metadata), to_readers.then_some(mode));
            assert_eq!(mode_open_to(Access::Any, &metadata), to_any.then_some(mode));
        }
    }

    #[test]
    fn no_core_is_written_and_the_limit_may_be_raised_again() {
        let before = getrlimit(Resource::Core);
        disable_core_dumps();
        let after = getrlimit(Resource::Core);
        assert_eq!((after.current, after.maximum), (Some(0), before.maximum));
    }

    /// Catches a new parent directory that everyone can read.
    #[test]
    fn all_new_directories_are_private() {
        let directory = tempfile::tempdir().unwrap();
        create_private_directory(&directory.path().join("a/b")).unwrap();
        for new in ["a", "a/b"] {
            let metadata = fs::metadata(directory.path().join(new)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o700, "{new}");
        }
    }

    /// Catches a file that was replaced by another while it is read.
    #[test]
    fn a_file_of_the_same_length_and_time_is_another_one() {
        let directory = tempfile::tempdir().unwrap();
        let paths = ["one", "other"].map(|name| directory.path().join(name));
        let [one, other] = paths.map(|path| {
            fs::write(&path, "hello").unwrap();
            FileId::from_metadata(&fs::metadata(path).unwrap())
        });
        assert_ne!(one.inode, other.inode);
        assert_ne!(one, other);
    }
}
