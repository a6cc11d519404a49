//! What one request, one connection and all of them together may take.

use std::time::Duration;

/// Bounds of a gateway. Whatever exceeds one is refused; nothing else suffers from it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request line with its headers.
    pub head_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// Bytes of a body.
    pub body_bytes: u64,
    /// Bytes of a body that are kept in memory; what is longer goes to a temporary file.
    pub memory_bytes: usize,
    /// Connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// Time for a request line with its headers, and for a TLS handshake.
    pub head_time: Duration,
    /// Time between two pieces of a body, and for a client to read a piece of the answer.
    pub idle_time: Duration,
    /// Time to look for the mistake behind a refused signature; none, and nobody looks.
    pub explain_time: Duration,
    /// Time for the requests that are under way when the gateway is asked to stop.
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
