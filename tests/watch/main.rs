//! `sigvet watch` with programs, in front of servers in this process and of `sigvet serve`.
//!
//! Catches a byte that the proxy changes, a refusal that is not explained, an explanation without a refusal, a host
//! that is intercepted but should not be, and a program that notices that it is watched.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod world;
mod upstream;
mod refusals;
mod bytes;
mod program;
mod secrets;
