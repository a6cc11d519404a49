//! How the URLs of a list are signed.

use std::time::Duration;

use sigvet_core::presign::Presigner;
use sigvet_core::request::RequestUrl;
use sigvet_core::time::Timestamp;

use super::problem::Refusal;

/// How URLs are signed: the command's options, applied to one URL.
pub trait Signing: Sync {
    /// The signing time for a block.
    fn now(&self) -> Timestamp;

    /// Parses an https or `s3://` URL into the URL to sign.
    ///
    /// # Errors
    /// Why the URL cannot be used.
    fn locate(&self, url: &str, region: Option<&str>) -> Result<RequestUrl, Refusal>;

    /// The host that is signed for every URL, if it is not the URL's own.
    fn signed_host(&self) -> Option<&str>;

    /// Creates a presigner, and returns when its URLs expire.
    ///
    /// # Errors
    /// Why signing is not possible.
    fn presigner(&self, terms: &SigningTerms, now: Timestamp) -> Result<(Presigner, Timestamp), Refusal>;

    /// Parses the expiry of a record.
    ///
    /// # Errors
    /// The text is not a duration.
    fn parse_expires(&self, text: &str) -> Result<Duration, String>;

    /// Shows a warning, unless it was shown before.
    fn warn(&self, warning: String);

    /// Reports the number of records processed.
    fn progress(&self, records: u64);
}

/// What URLs have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SigningTerms {
    /// Scheme, host and port.
    pub origin: String,
    /// Whether the URL was written as `s3://`.
    pub is_s3: bool,
    /// The method, if the record has one.
    pub method: Option<String>,
    /// Headers of the record.
    pub headers: Vec<(String, String)>,
    /// The expiry, if the record has one.
    pub expires: Option<Duration>,
    /// The region, if the record has one.
    pub region: Option<String>,
}
