//! What is written to disk, by the built binary: `-o` in all its kinds, the profile file under many writers, files that somebody
//! else may have written, and what is left of a run that is killed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

use sigvet_testing as common;
#[path = "../send_wire/recorder.rs"]
mod recorder;

mod killed;
mod outputs;
mod profiles;
