//! Decides how to sign (scheme, scope and settings) from the options, the host and the profile.

pub mod derived;
pub mod scheme_choice;
pub mod scope_choice;
pub mod streaming;
pub mod version_2;
pub mod session;
