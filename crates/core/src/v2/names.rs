//! The names that each provider uses in signatures of Version 2.

use crate::scheme::Dialect;

/// The names of one provider.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// The word that begins the `Authorization` header: `AWS`.
    pub word: &'static str,
    /// The parameter that names the key in a query: `AWSAccessKeyId`.
    pub key_parameter: &'static str,
    /// Prefix of the provider's own headers, in lower case: `x-amz-`.
    pub header_prefix: &'static str,
    /// Header that carries the request's date in place of `Date`: `x-amz-date`.
    pub date_header: &'static str,
    /// Header that carries the session token: `x-amz-security-token`.
    pub token_header: &'static str,
    /// Sub-resources that only this provider has.
    pub(super) own_sub_resources: &'static [&'static str],
}

impl Names {
    /// S3, and object stores with the same protocol.
    pub const AWS: Self = Self {
        word: "AWS",
        key_parameter: "AWSAccessKeyId",
        header_prefix: "x-amz-",
        date_header: "x-amz-date",
        token_header: "x-amz-security-token",
        own_sub_resources: &[],
    };

    /// Google Cloud Storage with HMAC keys; the names and sub-resources are those of boto's provider `google`.
    pub const GOOG: Self = Self {
        word: "GOOG1",
        key_parameter: "GoogleAccessId",
        header_prefix: "x-goog-",
        date_header: "x-goog-date",
        token_header: "x-goog-security-token",
        own_sub_resources: &["compose", "websiteConfig"],
    };

    /// The names of all providers.
    pub const ALL: [&'static Self; 2] = [&Self::AWS, &Self::GOOG];

    /// The names for a dialect; `None` if the dialect is not known to have Version 2.
    pub fn for_dialect(dialect: &Dialect) -> Option<&'static Self> {
        match dialect {
            dialect if *dialect == Dialect::AWS4 => Some(&Self::AWS),
            dialect if *dialect == Dialect::GOOG4 => Some(&Self::GOOG),
            _ => None,
        }
    }

    /// The dialect of Version 4 with the same header names.
    pub fn dialect(&self) -> Dialect {
        if *self == Self::GOOG { Dialect::GOOG4 } else { Dialect::AWS4 }
    }
}
