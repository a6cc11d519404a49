//! The final response, before it is written out.

use crate::cli::failure::Failure;
use crate::transport::{Exchange, Response};

/// The final response.
pub struct Arrival {
    /// The response, whose body has not been read completely.
    pub exchange: Exchange,
    /// The method of its request.
    pub method: String,
    /// The part of its body that was already read.
    pub beginning: Vec<u8>,
    /// The heads of all responses, with its own last.
    pub heads: Vec<Response>,
    /// A warning or a failure about the upload.
    pub upload: Result<Option<String>, Failure>,
}
