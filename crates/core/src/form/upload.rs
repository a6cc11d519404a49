//! Describes the upload that a form allows: which file, to which bucket, until when. Nothing is decided here.

use std::time::Duration;

use super::fields::Fields;
use crate::scheme::Dialect;
use crate::v2::Names;

/// The variable that S3 replaces by the name of the uploaded file, in any field.
pub const FILENAME: &str = "${filename}";

/// An upload that a form allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The bucket to upload to.
    pub bucket: String,
    /// The object key; if it contains [`FILENAME`], any key with the same beginning is allowed.
    pub key: String,
    /// Fields with their values: `acl`, `Content-Type`, `x-amz-meta-author`.
    pub fields: Fields,
    /// Fields whose value must only have this prefix. The form leaves them to the uploader, unless `fields` has a value
    /// for them.
    pub prefixes: Fields,
    /// Minimum and maximum length of the file, in bytes, both inclusive.
    pub length: Option<(u64, u64)>,
    /// How long the form is valid.
    pub expires: Duration,
}

/// The scheme that the policy is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a form has one, and nobody keeps many")]
pub enum Signing {
    /// Signature Version 4, in a provider's names.
    V4 {
        /// The names that the provider uses.
        dialect: Dialect,
        /// The region.
        region: String,
        /// The service: `s3`, or what the provider calls it.
        service: String,
    },
    /// Signature Version 2, in a provider's names.
    V2 {
        /// The names that the provider uses.
        names: &'static Names,
    },
}

impl Signing {
    /// The prefix of the provider's own fields: `x-amz-`.
    pub(super) fn header_prefix(&self) -> &str {
        match self {
            Self::V4 { dialect, .. } => &dialect.header_prefix,
            Self::V2 { names } => names.header_prefix,
        }
    }

    /// The field that carries the session token.
    pub(super) fn token_field(&self) -> &str {
        match self {
            Self::V4 { dialect, .. } => &dialect.token_header,
            Self::V2 { names } => names.token_header,
        }
    }
}
