//! Other tools' keys: how `sigvet` uses the files that those tools wrote.
//!
//! These tests catch a key, region, host, addressing or scheme that differs from the tool's own, an unusable file
//! that is not reported, and a secret that is printed. `make.sh` writes the files with the tools; `tools.rs` compares
//! the tools with `sigvet`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod found;
mod hosts;
#[expect(dead_code, reason = "the tools beside sigvet are for another test")]
mod recorder;
mod refused;
mod shown;
mod world;
