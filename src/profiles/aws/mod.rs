//! AWS's own files and chain: SSO, assume-role, web identity, process, ECS, IMDS.
//!
//! Thin over `aws-config`, which does all of that; what is done here is to ask it for nothing that was not chosen.
//! Without the cargo feature there is nothing behind this front.

use super::aws_cause::{AwsCause, ChainEnd};
use super::found::Resolved;

#[cfg(not(feature = "aws-config"))]
mod absent;
#[cfg(feature = "aws-config")]
mod providers;
#[cfg(feature = "aws-config")]
mod files;
#[cfg(feature = "aws-config")]
mod present;

#[cfg(not(feature = "aws-config"))]
pub(super) use absent::{chain, describe, has_profile, known_keys, near, profile};
#[cfg(feature = "aws-config")]
pub(super) use present::{chain, describe, has_profile, known_keys, near, profile};

/// What the last resort comes to.
pub(super) enum Chain {
    /// It has credentials.
    #[cfg_attr(
        not(feature = "aws-config"),
        expect(dead_code, reason = "a build without the chain finds nothing in it")
    )]
    Found(Box<Resolved>),
    /// It has none, and perhaps something caused that.
    Nothing(ChainEnd, Option<AwsCause>),
}
