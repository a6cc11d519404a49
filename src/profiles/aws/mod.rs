//! AWS's own files and credential chain: static keys, roles, web identity, IAM Identity Center, processes,
//! containers, EC2.
//!
//! The files are parsed here, as leniently as by the programs that write them. Services are called through
//! [`Outside`](super::Outside), so that the same options apply to these calls as to the user's request.
//! `aws-config` is used only for `aws login` sessions, whose tokens are bound to a key.

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
pub(super) use chain::{chain, describe, has_profile, known_keys, near, profile, stated, unread_keys};
pub(super) use roles_anywhere::create_session;
pub use view::{AwsView, aws_profiles};

/// The result of AWS's chain.
pub(super) enum Chain {
    /// The chain found credentials.
    Found(Box<Resolved>),
    /// The chain found no credentials; if something caused that, the cause is included.
    Nothing(ChainEnd, Option<AwsCause>),
}
