//! Why a signature does not match: from a refused request to the mistakes that were made when it was signed.
//!
//! What the mistakes are, and how each is put right, is the catalogue's.

pub mod catalogue;
