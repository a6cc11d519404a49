//! Reads the terms of a request signed with Version 2: what it claims, in its `Authorization` header or its query
//! (*Signing and authenticating REST requests*). Nothing is judged here.

use super::{Names, Placement, SubResources, Terms};
use crate::canonical::query;
use crate::claim::{ClaimError, plain_number};
use crate::endpoint::BucketRule;
use crate::request::Request;
use crate::scheme::Signature;
use crate::time::{InvalidTimestamp, Timestamp};

/// What a signed request claims about its signature. Claims are unverified input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The terms that the request claims.
    pub terms: Terms,
    /// The signature it presents; a valid one is base64.
    pub signature: Signature,
}

/// The form of `Date`.
pub(super) const DATE_FORM: &str = "Tue, 27 Mar 2007 19:36:42 GMT";

impl Claim {
    /// Whether a request has a signature of Version 2, valid or not.
    pub fn is_made_by(request: &Request) -> bool {
        header_names(request).is_some() || query_names(request).is_some()
    }

    /// Reads the claim of a signed request; `None` if it is not signed with Version 2.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn extract(request: &Request, rule: BucketRule<'_>) -> Option<Result<Self, ClaimError>> {
        let bucket = request.host().and_then(|host| rule.bucket_of(host));
        match (header_names(request), query_names(request)) {
            (None, None) => None,
            (Some(_), Some(_)) => Some(Err(ClaimError::SignedTwice)),
            // Whatever the header contains, S3 does not accept another mechanism in addition to the query.
            (None, Some(_)) if request.headers.contains("authorization") => Some(Err(ClaimError::SignedTwice)),
            (Some(names), None) => Some(from_header(request, names, bucket)),
            (None, Some(names)) => Some(from_query(request, names, bucket)),
        }
    }
}

fn header_names(request: &Request) -> Option<&'static Names> {
    let value = request.headers.first_text("authorization")?;
    Names::ALL.into_iter().find(|names| value.split_whitespace().next() == Some(names.word))
}

/// A `GoogleAccessId` with an `@` is a service account, whose signatures are RSA.
fn query_names(request: &Request) -> Option<&'static Names> {
    let is_key = |names: &&Names| parameter(request, names.key_parameter).is_some_and(|id| !id.contains('@'));
    parameter(request, "Signature")?;
    Names::ALL.into_iter().find(is_key)
}

/// Reads the header. Access key IDs may contain colons, like Swift's `account:user`; base64 does not.
fn from_header(request: &Request, names: &'static Names, bucket: Option<String>) -> Result<Claim, ClaimError> {
    let malformed = || ClaimError::Authorization { expected: format!("{} ID:signature", names.word) };
    let value = request.headers.first_text("authorization").unwrap_or_default();
    let (access_key_id, signature) =
        value.get(names.word.len()..).unwrap_or_default().trim().rsplit_once(':').ok_or_else(malformed)?;
    if access_key_id.is_empty() || signature.is_empty() {
        return Err(malformed());
    }
    let placement = Placement::Header { signed_at: date_of(request, names)? };
    let access_key_id = access_key_id.to_owned();
    let terms = Terms { names, access_key_id, placement, bucket, sub_resources: SubResources::Standard };
    Ok(Claim { terms, signature: Signature::presented(signature) })
}

fn from_query(request: &Request, names: &'static Names, bucket: Option<String>) -> Result<Claim, ClaimError> {
    let required = |name: &str| {
        let missing = || ClaimError::Missing { carrier: "query", part: name.to_owned() };
        parameter(request, name).filter(|value| !value.is_empty()).ok_or_else(missing)
    };
    let (access_key_id, signature) = (required(names.key_parameter)?, required("Signature")?);
    let presented = required("Expires")?;
    let seconds = plain_number(&presented).ok_or_else(|| not_seconds(presented))?;
    let placement = Placement::Query { expires_at: Timestamp::from_epoch_seconds(seconds) };
    let signature = Signature::presented(signature);
    let terms = Terms { names, access_key_id, placement, bucket, sub_resources: SubResources::Standard };
    Ok(Claim { terms, signature })
}

fn date_of(request: &Request, names: &'static Names) -> Result<Timestamp, ClaimError> {
    for carrier in [names.date_header, "Date"] {
        if let Some(date) = request.headers.first_text(carrier) {
            return Timestamp::parse(date).map_err(|source| not_a_date(carrier, source));
        }
    }
    Err(ClaimError::NoDate { expected: names.date_header.to_owned() })
}

fn not_a_date(carrier: &str, source: InvalidTimestamp) -> ClaimError {
    ClaimError::Date { carrier: carrier.to_owned(), expected: DATE_FORM, source }
}

fn not_seconds(presented: String) -> ClaimError {
    ClaimError::Expires { name: "Expires".to_owned(), expected: "a number of seconds since 1970", presented }
}

/// The decoded value of a parameter, as text.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    query::parameter(request, name).map(|value| String::from_utf8_lossy(&value).into_owned())
}
