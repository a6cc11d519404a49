//! Signs, presigns, verifies and explains AWS Signature Version 4 requests.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used))]

// In reading order: a module uses only what stands above it. `tests/layering.rs` holds it to that.

pub(crate) mod encode;

pub mod time;

pub mod crypto;

pub mod request;

pub mod credentials;

pub mod scheme;

pub mod canonical;

pub mod derivation;

pub mod endpoint;

pub mod prepare;

pub mod claim;

pub mod sign;

pub mod presign;

pub mod verify;

pub mod formats;

#[cfg(feature = "cli")]
pub mod profiles;

#[cfg(feature = "cli")]
pub mod transport;

#[cfg(feature = "cli")]
pub mod cli;
