//! `sigvet serve` against requests signed by others: the official suites. The SDKs that need more than a compiler have
//! their own test, `clients`.
#![expect(dead_code, clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod answer;
mod suite;
