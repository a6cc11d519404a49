//! What an error means to a script.

/// What an error means to a script: the exit code it ends with is the command line's to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Whatever could be read gives no usable credentials.
    NoCredentials,
    /// The profile file itself must be repaired, made readable, or named rightly, before anything in it counts.
    Broken,
    /// What was asked for makes no sense.
    Usage,
    /// The profile file cannot be written.
    Unwritable,
}
