//! Bodies larger than the memory that `send` may use, and files that change while they are sent.
//!
//! Catches a body that is held in memory, and half a file with the signature of a whole one.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]
#![cfg(target_os = "linux")]

use sigvet_testing as common;

mod changing;
mod memory;
mod sink;

/// `sigvet send` to an unknown server: region and service have to be given.
fn send(words: &[&str]) -> common::Sigvet {
    common::Sigvet::new(&[&["send", "--region", "us-east-1", "--service", "s3"], words].concat())
}
