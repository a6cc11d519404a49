//! All that was typed of one request: its URL, the request itself, whose keys, and how to sign.

use super::request::RequestSource;
use super::signing::{CredentialOptions, SigningOptions};

/// What was typed, together.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The URL.
    pub url: &'a str,
    /// The request.
    pub request: &'a dyn RequestSource,
    /// Whose keys.
    pub credentials: &'a CredentialOptions,
    /// How to sign.
    pub signing: &'a SigningOptions,
}
