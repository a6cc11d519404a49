//! Why a signature does not match: what people paste, what servers say, and the mistake that explains both.
//!
//! [`formats`] reads captures and replies back; [`diagnose`] goes from a refused request to the mistakes that were made when
//! it was signed. Nothing here opens a file, asks the network or reads the clock.
#![deny(missing_docs)]

pub mod formats;

mod diagnosis;

pub use diagnosis::*;
