//! What a person at a terminal sees: where output goes, and how far a transfer has come.

pub mod notes;
pub mod output;
pub mod progress;
