//! The response that counts, on its way to where it is written.

use crate::transport::Exchange;

/// The response that counts.
pub struct Arrival {
    /// The response, the rest of its body still to be read.
    pub exchange: Exchange,
    /// The method of the request that led to it.
    pub method: String,
    /// What was read of its body already.
    pub beginning: Vec<u8>,
}
