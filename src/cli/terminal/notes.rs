//! Messages on standard error: the decisions that `-v` prints, and warnings.

use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Prints a decision in the style of curl's `-v`.
pub fn note(context: &mut Context, text: &str) -> Result<(), Failure> {
    Ok(context.stderr.line(&format!("* {text}"))?)
}

/// Prints a warning.
pub fn warn(context: &mut Context, text: &str) -> Result<(), Failure> {
    Ok(context.stderr.line(&format!("warning: {text}"))?)
}
