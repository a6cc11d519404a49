//! Limits for one request, for one connection and for all connections together.

use std::time::Duration;

/// The limits of a gateway. A request that exceeds a limit is refused, without affecting any other.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Maximum size of the request line and headers in bytes.
    pub head_bytes: usize,
    /// Maximum number of header fields.
    pub headers: usize,
    /// Maximum size of a body in bytes.
    pub body_bytes: u64,
    /// Bodies up to this many bytes stay in memory; longer ones go to a temporary file.
    pub memory_bytes: usize,
    /// Maximum number of open connections; further ones wait to be accepted.
    pub connections: usize,
    /// Time limit for receiving the request line and headers, and for the TLS handshake.
    pub head_time: Duration,
    /// Time limit between two pieces of a body, and for the client to read a piece of the response.
    pub idle_time: Duration,
    /// Time limit for finding the mistake behind a refused signature; zero disables the search.
    pub explain_time: Duration,
    /// Time limit for requests in progress when the gateway is asked to stop.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 64 * 1024,
            headers: 256,
            body_bytes: 5 * 1024 * 1024 * 1024,
            memory_bytes: 1024 * 1024,
            connections: 1024,
            head_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(30),
            explain_time: Duration::from_secs(1),
            stop_time: Duration::from_secs(30),
        }
    }
}
