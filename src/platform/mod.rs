//! Everything that depends on the operating system: file permissions, file identity, unnamed files, descriptors
//! with a path, Unix domain sockets, signals and passing them on to a child, and who can see a command line.
//!
//! The Unix and the portable module have the same functions. The portable ones are compiled and tested with the
//! tests on every system, so that code which only runs elsewhere cannot break unnoticed. No other module checks
//! which system it is compiled for; `tests/platforms.rs` enforces that.

mod descriptors;
mod gate;
#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

pub use descriptors::{OF_RUNTIME, ensure_descriptors};
pub use gate::Gate;

#[cfg(not(unix))]
pub use portable::{
    ChildSignals, FileId, Removal, UnnamedFile, blank_arguments, connect_to_socket, create_private_directory,
    descriptor_of, disable_core_dumps, duplicate, for_owner_only, has_one_name, is_file_name, is_owner_trusted,
    kind_of, last_change, leave_to_umask, lock_file, mode_open_to, open_without_waiting, owner_and_group_kept,
    owner_kept, permissions_like, raise_file_limit, remove_if_stopped, report_size_limit, shell_for, stdout_file,
    stop_between, stop_signal, write_position,
};
#[cfg(unix)]
pub use unix::{
    ChildSignals, FileId, Removal, UnnamedFile, blank_arguments, connect_to_socket, create_private_directory,
    descriptor_of, disable_core_dumps, duplicate, for_owner_only, has_one_name, is_file_name, is_owner_trusted,
    kind_of, last_change, leave_to_umask, lock_file, mode_open_to, open_without_waiting, owner_and_group_kept,
    owner_kept, permissions_like, raise_file_limit, remove_if_stopped, report_size_limit, shell_for, stdout_file,
    stop_between, stop_signal, write_position,
};

/// What users other than the owner can do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read it.
    Read,
    /// Write to it.
    Write,
    /// Anything: read, write or execute it.
    Any,
}

/// The kind of file that a path leads to, as far as it matters for opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A named pipe; opening it waits for the other end.
    NamedPipe,
    /// A device, such as a terminal, a disk, or `/dev/null`.
    Device,
    /// A socket, or anything else.
    Other,
}

/// Who may read a file that is new or replaces another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Everyone who may read the file that it replaces; for a new file, the umask decides.
    Public,
    /// Only its owner.
    Secret,
}
