//! `sigvet serve` against requests that others signed: the official suites. The SDKs that take more than a compiler to run have a test of their own, `clients`.
#![expect(dead_code, clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod answer;
mod suite;
