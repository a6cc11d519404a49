//! `sigvet serve` as seen from the network: requests are judged as they arrived, and no client hurts another.
//!
//! Catches a judge that sees a different request from the one that is answered, a limit that does not hold, a request
//! that is lost when the server is asked to stop, and a gateway that passes on more than it judged.
#![cfg_attr(unix, expect(clippy::print_stdout, reason = "what was not tried is said"))]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod answers;
mod signed;

mod auth;
mod cors;
mod framing;
mod limits;
mod long;
#[cfg(unix)]
mod nginx;
mod secure;
#[cfg(unix)]
mod stopping;
mod upstream;
