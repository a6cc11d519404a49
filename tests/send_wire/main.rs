//! What `sigvet send` writes on the wire, read by a server that records every byte; and how it handles the answers.
//!
//! Catches an HTTP library that changes a request after it was signed, and exit codes that scripts rely on.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

use sigvet_testing as common;
use sigvet_testing::targets as odd_targets;
mod recorder;

mod checksums;
mod damaged;
mod exits;
mod forms;
mod names;
mod presigned;
mod requests;
mod responses;
mod targets;
mod verbose;
