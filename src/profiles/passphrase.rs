//! Where to get the passphrase of an encrypted key, as data.

use std::path::PathBuf;

use sigvet_core::credentials::Secret;

/// Where to get the passphrase of an encrypted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassphraseSource {
    /// The passphrase was typed.
    Given(Secret),
    /// A file contains it, on one line.
    File(PathBuf),
    /// An environment variable contains it.
    Variable(String),
    /// A program prints it. The program is run without a shell.
    Command {
        /// The program.
        program: String,
        /// The arguments, which are not shown.
        arguments: Vec<String>,
    },
}

impl PassphraseSource {
    /// Whether the source was given on the command line and not in a profile.
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::Given(_) | Self::File(_))
    }
}
