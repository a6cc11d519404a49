//! AWS's own files and chain: SSO, assume-role, web identity, process, ECS, IMDS.
//!
//! Thin over `aws-config`, which does all of that; what is done here is to ask it for nothing that was not chosen.
//! Without the cargo feature there is nothing behind this front.

mod cause;

use std::fmt;

pub use cause::AwsCause;

use super::resolve::Resolved;

#[cfg(not(feature = "aws-config"))]
mod absent;
#[cfg(feature = "aws-config")]
mod files;
#[cfg(feature = "aws-config")]
mod present;
#[cfg(feature = "aws-config")]
mod providers;

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

/// How AWS's chain ends where it has no credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainEnd {
    /// This build does not have the chain.
    NotBuiltIn,
    /// The environment switches off the instance metadata service.
    MetadataOff,
    /// The instance metadata service gives nothing.
    NoMetadata,
}

impl fmt::Display for ChainEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBuiltIn => "which this build does not read",
            Self::MetadataOff => "instance metadata is switched off",
            Self::NoMetadata => "no instance metadata",
        })
    }
}
