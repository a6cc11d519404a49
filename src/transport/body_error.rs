//! Why a body could not be sent whole: a file changed, or a pipe had a different length than announced.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use sigvet_core::request::Body;

/// Why a body could not be sent whole. It is `Clone` because hyper returns errors by reference.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BodyError {
    /// The file could not be read.
    #[error("cannot read {}", .file.display())]
    System {
        /// The file.
        file: PathBuf,
        /// The system's error.
        source: Arc<io::Error>,
    },
    /// The file has changed.
    #[error("cannot read {}: {}", .file.display(), .pass.when_changed())]
    Changed {
        /// The file.
        file: PathBuf,
        /// What the file was being read for.
        pass: Pass,
    },
    /// The pipe has already been read; its bytes can be read only once.
    #[error("cannot read {name}: it has already been read, and cannot be sent again")]
    Spent {
        /// The pipe's name.
        name: String,
    },
    /// The pipe ended before its announced length.
    #[error("cannot read {name}: it ended after {got} of the {length} bytes that were announced")]
    EndedEarly {
        /// The pipe's name.
        name: String,
        /// Number of bytes read.
        got: u64,
        /// Number of bytes announced.
        length: u64,
    },
    /// The pipe continues after its announced length.
    #[error("cannot read {name}: it continues after the {length} bytes that were announced")]
    GoesOn {
        /// The pipe's name.
        name: String,
        /// Number of bytes announced.
        length: u64,
    },
}

/// What a file is read for. It determines the error message if the file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// To hash the file.
    Hash,
    /// To send the file after it was hashed.
    AfterHash,
    /// To send the file without hashing it first.
    Unhashed,
}

impl Pass {
    /// The pass that sends `body`.
    pub fn of(body: &Body) -> Self {
        if body.sha256().is_some() { Self::AfterHash } else { Self::Unhashed }
    }

    fn when_changed(self) -> &'static str {
        match self {
            Self::Hash => "it changed while it was hashed",
            Self::AfterHash => "it changed after it was hashed, so the signature would not match",
            Self::Unhashed => "it changed before all of it was sent, and so the body would be a mixture",
        }
    }
}
