//! Classes of errors, for scripts.

/// The class of an error, for scripts. The command line chooses the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The sources that could be read contain no usable credentials.
    NoCredentials,
    /// The profile file has to be repaired, made readable, or named correctly before it can be used.
    Broken,
    /// The request of the user is invalid.
    Usage,
    /// The profile file cannot be written.
    Unwritable,
}
