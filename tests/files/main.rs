//! What the built binary writes to disk: `-o` in all its forms, the profile file with many writers, files that somebody
//! else may have written, and what a killed run leaves behind.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

use sigvet_testing as common;
#[expect(dead_code, reason = "what arrives at the server is no matter here")]
#[path = "../send_wire/recorder.rs"]
mod recorder;

mod killed;
mod outputs;
mod profiles;
