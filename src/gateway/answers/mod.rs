//! Who answers a request whose signature is right.

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

/// Why a folder is no store.
#[cfg(feature = "store")]
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not there, or cannot be looked at.
    #[error("cannot use '{folder}' as a store: {source}")]
    Unreadable {
        /// The folder.
        folder: String,
        /// What the system says.
        source: io::Error,
    },
    /// It is something else.
    #[error("cannot use '{folder}' as a store: it is not a directory")]
    NotFolder {
        /// Its name.
        folder: String,
    },
    /// Nothing can be written to it.
    #[error("cannot write to the store '{folder}': {source}")]
    Unwritable {
        /// The folder.
        folder: String,
        /// What the system says.
        source: io::Error,
    },
}
