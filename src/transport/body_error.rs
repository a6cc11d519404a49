//! Why a body cannot be handed out whole, be it a file that changed or a pipe of another length.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use sigvet_core::request::Body;

/// Why a body cannot be handed out whole. hyper gives back errors by reference, so it can be copied.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BodyError {
    /// The system does not read it.
    #[error("cannot read {}", .file.display())]
    System {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// The file is not any more what it was.
    #[error("cannot read {}: {}", .file.display(), .pass.when_changed())]
    Changed {
        /// The file.
        file: PathBuf,
        /// What it was read for.
        pass: Pass,
    },
    /// A pipe gives its bytes once.
    #[error("cannot read {name}: it was read already, and cannot be sent again")]
    Spent {
        /// The pipe's name.
        name: String,
    },
    /// A pipe ended before its length.
    #[error("cannot read {name}: it ended after {got} of the {length} bytes that were announced")]
    EndedEarly {
        /// The pipe's name.
        name: String,
        /// The bytes that came.
        got: u64,
        /// The bytes that should have come.
        length: u64,
    },
    /// A pipe goes on behind its length.
    #[error("cannot read {name}: it continues after the {length} bytes that were announced")]
    GoesOn {
        /// The pipe's name.
        name: String,
        /// The bytes that should have come.
        length: u64,
    },
}

/// What a file is read for. It decides what is said of a file that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// To hash it.
    Hash,
    /// To hand it out after it was hashed.
    AfterHash,
    /// To hand it out, unhashed.
    Unhashed,
}

impl Pass {
    /// The pass that hands a body out.
    pub fn of(body: &Body) -> Self {
        if body.sha256().is_some() { Self::AfterHash } else { Self::Unhashed }
    }

    fn when_changed(self) -> &'static str {
        match self {
            Self::Hash => "it changed while it was hashed",
            Self::AfterHash => "it changed after it was hashed, and so the signature would not hold",
            Self::Unhashed => "it changed before all of it was sent, and so the body would be a mixture",
        }
    }
}
