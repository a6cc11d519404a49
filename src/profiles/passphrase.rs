//! Where the passphrase of an encrypted key is, as data.

use std::path::PathBuf;

use sigvet_core::credentials::Secret;

/// Where the passphrase of an encrypted key is, if somebody says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassphraseSource {
    /// It was typed.
    Given(Secret),
    /// A file holds it, on one line.
    File(PathBuf),
    /// A variable of the environment holds it.
    Variable(String),
    /// A program prints it, run without a shell.
    Command {
        /// The program.
        program: String,
        /// Its arguments, which are not shown.
        arguments: Vec<String>,
    },
}

impl PassphraseSource {
    /// Whether it was said on the command line, and not in a profile.
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::Given(_) | Self::File(_))
    }
}
