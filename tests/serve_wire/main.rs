//! `sigvet serve` as the network sees it: what arrives is judged as it arrived, and no client hurts another.
//!
//! They catch a judge that sees another request than the one that is answered, a limit that does not hold, a request that is
//! lost when the server is asked to stop, and a gateway that passes on more than it judged.
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
