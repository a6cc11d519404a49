//! Why a signature does not match: what people paste, what servers say, and the mistake that explains both.
//!
//! [`formats`] parses captures and replies; [`diagnose`] goes from a refused request to the mistakes made when it was
//! signed. Nothing here opens a file, uses the network or reads the clock.
#![deny(missing_docs)]
// The input is untrusted: no text may be cut at a byte index inside a character.
#![cfg_attr(not(test), warn(clippy::string_slice))]

pub mod servers;
pub mod formats;

mod diagnosis;

pub use diagnosis::*;
