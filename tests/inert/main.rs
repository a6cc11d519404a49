//! Pasted text is not executed, and printed text is inert: words through real shells and curl, and hostile text through
//! every command.
//!
//! It needs sh, bash, dash, zsh and curl. A missing one is reported, and is a failure if `CI` is set.
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
