//! What differs between systems: who may read a file, which file it is, sockets that have a path, who sees a command line.
//!
//! Together the other files have the functions of the portable one. The portable ones are compiled and tested with the tests of every system, so that
//! code which only runs elsewhere cannot break unseen. No other module asks which system it is compiled for;
//! `tests/platforms.rs` holds them to it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(not(target_os = "linux"), test))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(target_os = "linux")]
pub use linux::blank_arguments;
#[cfg(not(target_os = "linux"))]
pub use portable::blank_arguments;
#[cfg(not(unix))]
pub use portable::{FileId, connect_to_socket, create_private_directory, last_change, leave_to_umask, mode_open_to};
#[cfg(unix)]
pub use unix::{FileId, connect_to_socket, create_private_directory, last_change, leave_to_umask, mode_open_to};

/// Users other than the owner of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// They can read it.
    Read,
    /// They can do anything with it: read, write or run.
    Any,
}
