//! Terminal output: where results go, and the progress of a transfer.

pub mod notes;
pub mod output;
pub mod progress;
