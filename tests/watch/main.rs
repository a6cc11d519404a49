//! `sigvet watch` around programs, in front of servers in this process and of `sigvet serve`.
//!
//! They catch a byte that is another one behind the proxy, a refusal that is not explained or one that is none, a host that is looked
//! into and should not be, and a program that notices that it is watched.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod world;
mod upstream;
mod refusals;
mod bytes;
mod program;
mod secrets;
