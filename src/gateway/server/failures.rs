//! What is said of a request that could not be read.

use std::error::Error;

use crate::gateway::intake::IntakeError;
use crate::gateway::passing::PassError;

/// The status for a body that could not be taken in.
pub fn status_of(error: &IntakeError) -> u16 {
    match error {
        IntakeError::TooLong { .. } => 413,
        IntakeError::Slow(_) => 408,
        IntakeError::Broken(_) | IntakeError::Chunks(_) | IntakeError::Form(_) => 400,
        IntakeError::NoRoom(_) => 507,
    }
}

/// The status for a body that could not be passed on.
pub fn status_of_pass(error: &PassError) -> u16 {
    match error {
        PassError::Unread(error) => status_of(error),
        PassError::Wrong(_) => 400,
    }
}

/// What hyper could not read, if a request was begun.
pub fn unreadable(error: &(dyn Error + Send + Sync + 'static)) -> Option<String> {
    let error = error.downcast_ref::<hyper::Error>()?;
    (error.is_parse() || error.is_parse_too_large() || error.is_timeout()).then(|| error.to_string())
}
