//! What is pasted is not obeyed, and what is printed is inert: words through real shells and curl, and the hostile text of others
//! through every command.
//!
//! It needs sh, bash, dash, zsh and curl. If one of them is missing it is said, and where `CI` is set that is a failure.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]
#![expect(clippy::print_stdout, reason = "what was not tried is said")]

use sigvet_testing as common;
#[path = "../send_wire/recorder.rs"]
#[expect(dead_code, reason = "it serves other tests too")]
mod recorder;

mod hostile;
mod pasted;
mod shells;
mod streams;
