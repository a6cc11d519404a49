//! What differs between systems: who may read a file, which file it is, files without a name, descriptors that have a path,
//! sockets that have one, signals and to whom they go, who sees a command line.
//!
//! Both have the same functions. The portable ones are compiled and tested with the tests of every system, so that code which only runs elsewhere cannot break unseen. No other module asks which system it is compiled for;
//! `tests/platforms.rs` holds them to it.

mod descriptors;
#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

pub use descriptors::{OF_RUNTIME, ensure_descriptors};

#[cfg(not(unix))]
pub use portable::{
    ChildSignals, FileId, Removal, UnnamedFile, blank_arguments, connect_to_socket, create_private_directory,
    descriptor_of, disable_core_dumps, duplicate, for_owner_only, has_one_name, is_file_name, is_owner_trusted,
    kind_of, last_change, leave_to_umask, lock_file, mode_open_to, open_without_waiting, owner_and_group_kept,
    owner_kept, permissions_like, remove_if_stopped, stop_between, stop_signal,
};
#[cfg(unix)]
pub use unix::{
    ChildSignals, FileId, Removal, UnnamedFile, blank_arguments, connect_to_socket, create_private_directory,
    descriptor_of, disable_core_dumps, duplicate, for_owner_only, has_one_name, is_file_name, is_owner_trusted,
    kind_of, last_change, leave_to_umask, lock_file, mode_open_to, open_without_waiting, owner_and_group_kept,
    owner_kept, permissions_like, remove_if_stopped, stop_between, stop_signal,
};

/// Users other than the owner of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// They can read it.
    Read,
    /// They can write to it.
    Write,
    /// They can do anything with it: read, write or run.
    Any,
}

/// What a path leads to, as far as it matters to whoever opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file of bytes.
    Regular,
    /// A directory.
    Directory,
    /// A pipe with a name: to open it waits for its other end.
    NamedPipe,
    /// A terminal, a disk, `/dev/null`.
    Device,
    /// A socket, or what else there may be.
    Other,
}

/// Who may read a file that takes the place of another, or is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Whoever may read the file that it replaces; of a new one whoever the umask lets.
    Public,
    /// Its owner.
    Secret,
}
