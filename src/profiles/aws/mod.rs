//! AWS's own files and chain: static keys, roles, web identity, IAM Identity Center, processes, containers, EC2.
//!
//! The files are read here, as leniently as the programs read them that write them, and everybody is asked by way of
//! [`Outside`](super::Outside), so that one set of options holds for this and for what is sent. `aws-config` serves the session
//! of `aws login` alone, whose tokens are bound to a key.

mod place;
mod files;
mod means;
mod settings;
mod wire;
mod process;
mod sts;
mod roles_anywhere;
mod role_cache;
mod sso;
mod machine;
mod login;
mod asking;
mod chain;
mod view;

use super::aws_cause::{AwsCause, ChainEnd};
use super::found::Resolved;

pub use chain::assume_role;
pub(super) use chain::{chain, describe, has_profile, known_keys, near, profile, stated};
pub(super) use roles_anywhere::create_session;
pub use view::{AwsView, aws_profiles};

/// What the last resort comes to.
pub(super) enum Chain {
    /// It has credentials.
    Found(Box<Resolved>),
    /// It has none, and perhaps something caused that.
    Nothing(ChainEnd, Option<AwsCause>),
}
