//! How an exchange went: when each stage of it was reached, and between which ends.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::tally::Tally;

/// The stages, each as the time since the beginning; zero where a stage was not gone through.
#[derive(Debug, Clone)]
pub struct Timings {
    /// When it began.
    pub begun: Instant,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The name was looked up.
    pub resolved: Duration,
    /// The connection was made.
    pub connected: Duration,
    /// TLS was agreed on.
    pub secured: Duration,
    /// The request could be sent.
    pub ready: Duration,
    /// The head of the response was there.
    pub answered: Duration,
    /// The other end.
    pub remote: Option<SocketAddr>,
    /// This end.
    pub local: Option<SocketAddr>,
    /// What went over the connection.
    pub tally: Tally,
}

impl Timings {
    /// Begins now.
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
