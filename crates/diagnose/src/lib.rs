//! Why a signature does not match: what people paste, what servers say, and the mistake that explains both.
//!
//! [`formats`] reads captures and replies back; [`diagnose`] goes from a refused request to the mistakes that were made when
//! it was signed. Nothing here opens a file, asks the network or reads the clock.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used))]

pub mod formats;

mod diagnosis;

pub use diagnosis::*;
