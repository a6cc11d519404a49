//! The command line of `sigvet`, as a library for its own tests and benchmarks.
//!
//! This package has no public API: everything `pub` here may change with every commit. The signer and the verifier
//! are in `sigvet-core`, the diagnosis is in `sigvet-diagnose`.
#![expect(unreachable_pub, reason = "nothing here is public: pub says that other modules use it")]

// In reading order: a module uses only modules above it. `tests/layering` enforces that.

pub mod locking;

pub mod renewal;

pub mod redaction;

pub mod platform;

pub mod files;

pub mod profiles;

pub mod transport;

pub mod gateway;

pub mod batch;

pub mod cli;

/// The examples of README.md, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
