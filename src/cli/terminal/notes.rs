//! Lines for people, on standard error: decisions that `-v` asks for, and warnings.

use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Prints a decision, as curl prints its notes.
pub fn note(context: &mut Context, text: &str) -> Result<(), Failure> {
    Ok(context.stderr.line(&format!("* {text}"))?)
}

/// Prints a warning.
pub fn warn(context: &mut Context, text: &str) -> Result<(), Failure> {
    Ok(context.stderr.line(&format!("warning: {text}"))?)
}
