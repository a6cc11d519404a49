//! The answers of systems that are not Unix, by what the standard library has on all of them.
//!
//! Who may read a file is for the directory it is in to say: nothing is known of modes, and nobody is warned.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::process::Child;
use std::sync::Mutex;
use std::time::SystemTime;

use super::{Access, FileKind, Secrecy};

/// The mode of a file that others have that access to: there are no modes.
pub fn mode_open_to(_: Access, _: &Metadata) -> Option<u32> {
    None
}

/// Creates a directory, and those on the way to it.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Does nothing: who may read a new file is for its directory to say.
pub fn for_owner_only(_: &mut OpenOptions) {}

/// Does nothing: a temporary file is a file as any other.
pub fn leave_to_umask(_: &mut tempfile::Builder<'_, '_>) {}

/// Whether a name without slashes and NUL names one file, and nothing else: what stands behind a colon is a stream of it, or the
/// name is one of a drive.
pub fn is_file_name(name: &str) -> bool {
    !name.contains(':')
}

/// Whether a file belongs to somebody who may say what is run: nothing is known of owners.
pub fn is_owner_trusted(_: &Metadata) -> bool {
    true
}

/// What a file is.
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

/// Opens the file that others wait for, and creates it.
pub fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Does nothing: a new file has the owner that its directory gives it.
pub fn owner_kept(_: &File, _: &Metadata) -> bool {
    true
}

/// Does nothing either.
pub fn owner_and_group_kept(_: &File, _: &Metadata) -> bool {
    true
}

/// Always: the system does not say how many names a file has.
pub fn has_one_name(_: &Metadata) -> bool {
    true
}

/// The permissions of the file that is replaced: whether it may be written to.
pub fn permissions_like(replaced: &Metadata, _: Secrecy, _: bool) -> Permissions {
    replaced.permissions()
}

/// The number of the descriptor that a path stands for: no path does.
pub fn descriptor_of(_: &Path) -> Option<i32> {
    None
}

/// Another descriptor of what that one is open to.
///
/// # Errors
/// Always: descriptors have no paths.
pub fn duplicate(_: i32, _: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file without a name: there are none.
#[derive(Debug)]
pub struct UnnamedFile(File);

impl UnnamedFile {
    /// None.
    pub fn new_in(_: &Path, _: Secrecy) -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// The file, to write to.
    pub fn as_file(&self) -> &File {
        &self.0
    }

    /// Never called: there are no such files.
    pub fn link(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// A file that stays when the process is stopped: this system sends no signals.
#[derive(Debug)]
pub struct Removal;

/// Does nothing.
pub fn remove_if_stopped(_: &Path) -> Removal {
    Removal
}

/// Does nothing: a process ends here without being asked.
pub fn stop_between(_: &'static Mutex<()>) {}

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

/// Does nothing: what is written of a process that failed is for the settings of the system to say.
pub fn disable_core_dumps() {}

/// Connects to a socket that has a path.
///
/// # Errors
/// Always: there are none.
#[expect(clippy::unused_async, reason = "on Unix it waits")]
pub async fn connect_to_socket(_: &Path) -> io::Result<tokio::io::Empty> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no such sockets"))
}

/// Signals on their way to a child: a console tells every process that it has.
#[derive(Debug)]
pub struct ChildSignals;

impl ChildSignals {
    /// Keeps the system from ending this process before its child.
    pub fn listen() -> io::Result<Self> {
        tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        Ok(Self)
    }

    /// Waits until the child has ended; its exit code, as far as it fits.
    pub async fn attend(self, mut child: Child) -> io::Result<u8> {
        let status = tokio::task::spawn_blocking(move || child.wait()).await.map_err(io::Error::other)??;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }
}

/// Ends when somebody asks this process to stop.
pub async fn stop_signal() {
    // Without a handler the system stops the process itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
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

    /// Catches an answer that would have files refused, or taken for what they are not, where nothing is known of them.
    #[test]
    fn what_is_not_known_is_in_nobodys_way() {
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
        static GATE: Mutex<()> = Mutex::new(());
        stop_between(&GATE);
        let _removal = remove_if_stopped(&path);
        assert!(path.exists());
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

    /// `cargo` is wherever tests are.
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
        let mut builder = tempfile::Builder::new();
        leave_to_umask(&mut builder);
        disable_core_dumps();
        assert!(builder.tempfile().is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(connect_to_socket(Path::new("socket"))).unwrap_err();
        assert_eq!(error.to_string(), "this system has no such sockets");
    }
}
