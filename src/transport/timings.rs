//! When each stage of an exchange was reached, and the addresses of both ends.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::tally::Tally;

/// The stages, each as the time since the beginning; zero if a stage was skipped.
#[derive(Debug, Clone)]
pub struct Timings {
    /// When the exchange began.
    pub begun: Instant,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// When the name was resolved.
    pub resolved: Duration,
    /// When the connection was made.
    pub connected: Duration,
    /// When the TLS handshake was complete.
    pub secured: Duration,
    /// When the request was ready to be sent.
    pub ready: Duration,
    /// When the head of the response was received.
    pub answered: Duration,
    /// The address of the peer.
    pub remote: Option<SocketAddr>,
    /// The local address.
    pub local: Option<SocketAddr>,
    /// The byte counts of the connection.
    pub tally: Tally,
}

impl Timings {
    /// Starts the clock.
    pub(super) fn begin(scheme: &'static str) -> Self {
        let none = Duration::ZERO;
        Self {
            begun: Instant::now(),
            scheme,
            resolved: none,
            connected: none,
            secured: none,
            ready: none,
            answered: none,
            remote: None,
            local: None,
            tally: Tally::default(),
        }
    }
}
