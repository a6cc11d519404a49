//! AWS's own files and chain: SSO, assume-role, web identity, process, ECS, IMDS.
//!
//! Thin over `aws-config`, which does all of that; what is done here is to ask it for nothing that was not chosen.
//! Without the cargo feature there is nothing behind this front.

#[cfg(not(feature = "aws-config"))]
mod absent;
#[cfg(feature = "aws-config")]
mod files;
#[cfg(feature = "aws-config")]
mod present;
#[cfg(feature = "aws-config")]
mod providers;

#[cfg(not(feature = "aws-config"))]
pub(super) use absent::{IS_READ, chain, describe, has_profile, near, profile};
#[cfg(feature = "aws-config")]
pub(super) use present::{IS_READ, chain, describe, has_profile, near, profile};
