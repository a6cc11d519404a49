//! The options of one request: its URL, the request itself, the credentials, and how to sign.

use super::request::RequestSource;
use super::signing::{CredentialOptions, SigningOptions};

/// The options of one request.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The URL.
    pub url: &'a str,
    /// The request.
    pub request: &'a dyn RequestSource,
    /// The credentials.
    pub credentials: &'a CredentialOptions,
    /// How to sign.
    pub signing: &'a SigningOptions,
}
