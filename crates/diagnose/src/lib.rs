//! Explains why a signature does not match, from pasted requests, server replies and known mistakes.
//!
//! [`formats`] parses captures and replies; [`diagnose`] finds the mistakes that were made when a refused
//! request was signed. Nothing here opens a file, uses the network or reads the clock.
#![deny(missing_docs)]
// The input is untrusted: no text may be cut at a byte index inside a character.
#![cfg_attr(not(test), warn(clippy::string_slice))]

pub mod servers;
pub mod formats;

mod diagnosis;

pub use diagnosis::*;
