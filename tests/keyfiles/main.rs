//! Keys that other tools keep: what `sigvet` makes of the files that those tools wrote.
//!
//! It catches a key, region, host, addressing or scheme that is not the tool's own, a file that cannot be used and is not named, and
//! a secret that is shown. `make.sh` writes the files with the tools; `tools.rs` runs them beside `sigvet`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod found;
mod hosts;
#[expect(dead_code, reason = "the tools beside sigvet are for another test")]
mod recorder;
mod refused;
mod shown;
mod world;
