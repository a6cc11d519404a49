//! Why a signature does not match: what people paste, what servers say, and the mistake that explains both.
//!
//! [`formats`] reads captures and replies back; [`diagnose`] goes from a refused request to the mistakes that were made when
//! it was signed. Nothing here opens a file, asks the network or reads the clock.
#![deny(missing_docs)]
// What is read here was written by others: no text may be cut at a byte that is inside a character.
#![cfg_attr(not(test), warn(clippy::string_slice))]

pub mod servers;
pub mod formats;

mod diagnosis;

pub use diagnosis::*;
