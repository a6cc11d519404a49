//! A forward proxy as whoever starts it wants it.

use std::sync::Arc;

use super::authority::Authority;
use super::conversation::Witness;
use super::watched::Watched;
use crate::gateway::Limits;
use crate::transport::Options;

/// A forward proxy.
#[derive(Debug)]
pub struct Forwarder {
    /// Into which tunnels it looks.
    pub watched: Watched,
    /// Who makes certificates for them.
    pub authority: Authority,
    /// How servers are connected to.
    pub options: Options,
    /// What clients may take: connections, heads, and the time for a head.
    pub limits: Limits,
    /// Who is told.
    pub witness: Arc<dyn Witness>,
}
