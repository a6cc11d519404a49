//! The response that counts, on its way to where it is written.

use crate::cli::failure::Failure;
use crate::transport::{Exchange, Response};

/// The response that counts.
pub struct Arrival {
    /// The response, the rest of its body still to be read.
    pub exchange: Exchange,
    /// The method of the request that led to it.
    pub method: String,
    /// What was read of its body already.
    pub beginning: Vec<u8>,
    /// The heads of the responses that led to it, its own last.
    pub heads: Vec<Response>,
    /// What is to be warned of, or what is wrong, with what was uploaded.
    pub upload: Result<Option<String>, Failure>,
}
