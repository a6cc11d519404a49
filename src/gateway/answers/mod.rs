//! Components that answer a request with a valid signature.

mod echo;
mod shelf;
#[cfg(feature = "store")]
mod store;

pub use echo::Echo;
pub use shelf::Shelf;
#[cfg(feature = "store")]
pub use store::Store;

#[cfg(feature = "store")]
use std::io;

/// Why a folder cannot be used as a store.
#[cfg(feature = "store")]
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder does not exist or cannot be read.
    #[error("cannot use '{folder}' as a store: {source}")]
    Unreadable {
        /// The folder.
        folder: String,
        /// The error from the system.
        source: io::Error,
    },
    /// The path is not a directory.
    #[error("cannot use '{folder}' as a store: it is not a directory")]
    NotFolder {
        /// The path.
        folder: String,
    },
    /// The folder cannot be written to.
    #[error("cannot write to the store '{folder}': {source}")]
    Unwritable {
        /// The folder.
        folder: String,
        /// The error from the system.
        source: io::Error,
    },
}
