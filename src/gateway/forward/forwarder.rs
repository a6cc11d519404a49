//! A forward proxy as whoever starts it wants it.

use std::sync::Arc;

use super::conversation::Witness;
use super::watched::Watched;
use crate::gateway::{Authority, Limits, Purpose};
use crate::transport::Options;

/// What its authority is for. What is spoken with clients can be kept byte for byte.
pub const PURPOSE: Purpose = Purpose { command: "sigvet watch", protocols: &[b"http/1.1"] };

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
