//! The configuration of a forward proxy.

use std::sync::Arc;

use super::conversation::Witness;
use super::watched::Watched;
use crate::gateway::{Authority, Limits, Purpose};
use crate::transport::Options;

/// The purpose of its authority. Only HTTP/1.1 is offered, because its messages can be recorded byte for byte.
pub const PURPOSE: Purpose = Purpose { command: "sigvet watch", protocols: &[b"http/1.1"] };

/// A forward proxy.
#[derive(Debug)]
pub struct Forwarder {
    /// Decides which tunnels are recorded.
    pub watched: Watched,
    /// Makes certificates for the watched hosts.
    pub authority: Authority,
    /// How to connect to servers.
    pub options: Options,
    /// Limits for clients: connections, size of a head, and time for a head.
    pub limits: Limits,
    /// Receives reports about what passes.
    pub witness: Arc<dyn Witness>,
}
