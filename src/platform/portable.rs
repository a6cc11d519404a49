//! The implementation for systems other than Unix, with only the standard library.
//!
//! The directory of a file determines who may read it: file modes are unknown, so sigvet never warns about them.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Seek};
use std::ops::Range;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, SystemTime};

use super::{Access, FileKind, Gate, Secrecy};

/// Always `None`: these systems have no file modes.
pub fn mode_open_to(_: Access, _: &Metadata) -> Option<u32> {
    None
}

/// Creates a directory and its missing parents.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Does nothing: the directory determines who may read a new file.
pub fn for_owner_only(_: &mut OpenOptions) {}

/// Does nothing: a temporary file has the same permissions as any other.
pub fn leave_to_umask(_: &mut tempfile::Builder<'_, '_>) {}

/// Whether a name without slashes and NUL names one file and nothing else. A colon would begin the name of an
/// alternate data stream, or follow a drive letter.
pub fn is_file_name(name: &str) -> bool {
    !name.contains(':')
}

/// Always true: nothing is known about file owners.
pub fn is_owner_trusted(_: &Metadata) -> bool {
    true
}

/// The kind of a file.
pub fn kind_of(metadata: &Metadata) -> FileKind {
    match metadata.is_dir() {
        true => FileKind::Directory,
        false if metadata.is_file() => FileKind::Regular,
        false => FileKind::Other,
    }
}

/// Opens a file for reading.
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens the lock file, creating it if necessary.
pub fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Does nothing: the directory determines the owner of a new file.
pub fn owner_kept(_: &File, _: &Metadata) -> bool {
    true
}

/// Does nothing either.
pub fn owner_and_group_kept(_: &File, _: &Metadata) -> bool {
    true
}

/// Always true: the system does not report how many hard links a file has.
pub fn has_one_name(_: &Metadata) -> bool {
    true
}

/// The permissions of the replaced file: whether it is read-only.
pub fn permissions_like(replaced: &Metadata, _: Secrecy, _: bool) -> Permissions {
    replaced.permissions()
}

/// Always `None`: no path stands for a descriptor.
pub fn descriptor_of(_: &Path) -> Option<i32> {
    None
}

/// Duplicates a descriptor.
///
/// # Errors
/// Always: descriptors have no paths on these systems.
pub fn duplicate(_: i32, _: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Always `None`: standard output is only written to.
pub fn stdout_file() -> Option<File> {
    None
}

/// Where the next write to a file goes.
///
/// # Errors
/// The file has no position.
pub fn write_position(mut file: &File) -> io::Result<u64> {
    file.stream_position()
}

/// A file without a name, which these systems do not have.
#[derive(Debug)]
pub struct UnnamedFile(File);

impl UnnamedFile {
    /// Always `None`.
    pub fn new_in(_: &Path, _: Secrecy) -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// The file to write to.
    pub fn as_file(&self) -> &File {
        &self.0
    }

    /// Never called: these systems have no unnamed files.
    pub fn link(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// A file that stays if the process is stopped: these systems send no signals.
#[derive(Debug)]
pub struct Removal;

/// Does nothing.
pub fn remove_if_stopped(_: &Path) -> Removal {
    Removal
}

/// Does nothing: on these systems a process is ended without being asked.
pub fn stop_between(_: &'static Gate, _: Duration) {}

/// Does nothing: these systems have no limit on the size of files.
pub fn report_size_limit() {}

/// Identifies a file: the creation time changes when another file takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileId {
    created: Option<SystemTime>,
}

impl FileId {
    /// Reads the identity from a file's metadata.
    pub fn from_metadata(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}

/// When a file was last written to.
pub fn last_change(metadata: &Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
}

/// Does nothing: everyone who may see the command line sees it as it was typed.
///
/// # Errors
/// Always: these systems offer no way to do it.
pub fn blank_arguments(_: &[&[u8]], _: &[Range<usize>]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Does nothing: system settings determine whether a crashed process is dumped.
pub fn disable_core_dumps() {}

/// Always `None`: the system itself chooses what runs a script.
pub fn shell_for(_: &io::Error) -> Option<&'static str> {
    None
}

/// Does nothing: these systems do not limit the number of open files.
pub fn raise_file_limit() {}

/// Connects to a Unix domain socket.
///
/// # Errors
/// Always: these systems do not have them.
#[expect(clippy::unused_async, reason = "on Unix it waits")]
pub async fn connect_to_socket(_: &Path) -> io::Result<tokio::io::Empty> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no such sockets"))
}

/// Passes signals on to a child. On these systems the console notifies every process itself.
#[derive(Debug)]
pub struct ChildSignals;

impl ChildSignals {
    /// Keeps the system from ending this process before its child.
    pub fn listen() -> io::Result<Self> {
        tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        Ok(Self)
    }

    /// Waits until the child has ended and returns its exit code, or 1 if it is not in the range of `u8`.
    pub async fn attend(self, mut child: Child) -> io::Result<u8> {
        let status = tokio::task::spawn_blocking(move || child.wait()).await.map_err(io::Error::other)??;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }
}

/// Completes when this process is asked to stop.
pub async fn stop_signal() {
    // Without a handler, the system stops the process itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_modes_cause_no_warnings() {
        let directory = tempfile::tempdir().unwrap();
        let metadata = fs::metadata(directory.path()).unwrap();
        assert_eq!(mode_open_to(Access::Read, &metadata), None);
        assert_eq!(mode_open_to(Access::Any, &metadata), None);
    }

    /// Catches an answer for something unknown that would get a file refused or misjudged.
    #[test]
    fn unknown_properties_cause_no_refusal() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let lock = lock_file(&path).unwrap();
        for_owner_only(&mut OpenOptions::new());
        let metadata = fs::metadata(&path).unwrap();
        assert!(is_owner_trusted(&metadata) && owner_kept(&lock, &metadata));
        assert!(is_file_name("a") && !is_file_name("c:a"));
        assert!(owner_and_group_kept(&lock, &metadata) && has_one_name(&metadata));
        assert_eq!(permissions_like(&metadata, Secrecy::Public, false), metadata.permissions());
        assert_eq!(kind_of(&metadata), FileKind::Regular);
        assert_eq!(kind_of(&fs::metadata(directory.path()).unwrap()), FileKind::Directory);
        assert!(open_without_waiting(&path).is_ok());
        assert_eq!(descriptor_of(Path::new("/dev/stdout")), None);
        assert!(duplicate(1, &path).is_err());
        assert!(UnnamedFile::new_in(directory.path(), Secrecy::Secret).unwrap().is_none());
        let unnamed = UnnamedFile(lock);
        assert!(unnamed.as_file().metadata().is_ok() && unnamed.link(&path).is_err());
        disable_core_dumps();
        static GATE: Gate = Gate::new();
        stop_between(&GATE, Duration::MAX);
        report_size_limit();
        assert!(stdout_file().is_none() && write_position(&File::open(&path).unwrap()).unwrap() == 0);
        let _removal = remove_if_stopped(&path);
        assert!(path.exists());
    }

    #[test]
    fn a_command_line_is_not_blanked() {
        assert_eq!(blank_arguments(&[b"sigvet"], &[]).unwrap_err().kind(), io::ErrorKind::Unsupported);
    }

    #[test]
    fn missing_parent_directories_are_created() {
        let directory = tempfile::tempdir().unwrap();
        create_private_directory(&directory.path().join("a/b")).unwrap();
        create_private_directory(&directory.path().join("a/b")).unwrap();
        assert!(directory.path().join("a/b").is_dir());
    }

    /// Catches a body that changed after it was hashed and is still sent.
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

    /// `cargo` is available wherever tests run.
    #[test]
    fn a_child_is_waited_for() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let code = |word: &str| {
            runtime.block_on(async {
                let signals = ChildSignals::listen().unwrap();
                let mut command = std::process::Command::new(env!("CARGO"));
                let quiet = command.arg(word).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
                signals.attend(quiet.spawn().unwrap()).await.unwrap()
            })
        };
        assert_eq!([code("--version"), code("--no-such-option")], [0, 1]);
    }

    #[test]
    fn nobody_asks_a_test_to_stop() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let moment = std::time::Duration::from_millis(20);
        assert!(runtime.block_on(async { tokio::time::timeout(moment, stop_signal()).await }).is_err());
    }

    #[test]
    fn a_temporary_file_is_made_and_a_socket_is_refused() {
        disable_core_dumps();
        raise_file_limit();
        assert_eq!(shell_for(&io::ErrorKind::NotFound.into()), None);
        let mut builder = tempfile::Builder::new();
        leave_to_umask(&mut builder);
        disable_core_dumps();
        assert!(builder.tempfile().is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(connect_to_socket(Path::new("socket"))).unwrap_err();
        assert_eq!(error.to_string(), "this system has no such sockets");
    }
}
