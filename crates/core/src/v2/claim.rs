//! From a request signed with Version 2 to its terms: what it says of itself, in its `Authorization` header or in its query
//! (*Signing and authenticating REST requests*). Nothing is judged here.

use super::{Names, Placement, Terms};
use crate::canonical::query;
use crate::endpoint::BucketRule;
use crate::request::Request;
use crate::scheme::Signature;
use crate::time::{InvalidTimestamp, Timestamp};

/// What a signed request says of its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it says was agreed on.
    pub terms: Terms,
    /// The signature it presents: base64, where it is sound.
    pub signature: Signature,
}

/// Why a request makes no claim that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// A header and a query signature at once.
    #[error("the request is signed twice: in its Authorization header and in its query")]
    SignedTwice,
    /// The header's value is not of the form `AWS ID:signature`.
    #[error("the Authorization header is not of the form {word} ID:signature")]
    Malformed {
        /// The provider's word.
        word: &'static str,
    },
    /// A parameter of the query is missing.
    #[error("the query has no {name}")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// The request has no date.
    #[error("the request has no date: neither {expected} nor Date")]
    NoDate {
        /// The header that may carry it.
        expected: &'static str,
    },
    /// The date of the request is none.
    #[error("{carrier}: {source}, expected the form Tue, 27 Mar 2007 19:36:42 GMT")]
    Date {
        /// The header.
        carrier: &'static str,
        /// What it says.
        source: InvalidTimestamp,
    },
    /// `Expires` is no number of seconds since 1970.
    #[error("not a number of seconds since 1970: '{presented}' in Expires")]
    Expires {
        /// What it says.
        presented: String,
    },
}

impl Claim {
    /// Whether a request is signed with Version 2, soundly or not.
    pub fn is_made_by(request: &Request) -> bool {
        header_names(request).is_some() || query_names(request).is_some()
    }

    /// Reads the claim of a signed request; none where it is not signed with Version 2.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn extract(request: &Request, rule: BucketRule<'_>) -> Option<Result<Self, ClaimError>> {
        let bucket = request.host().and_then(|host| rule.bucket_of(host));
        match (header_names(request), query_names(request)) {
            (None, None) => None,
            (Some(_), Some(_)) => Some(Err(ClaimError::SignedTwice)),
            (Some(names), None) => Some(from_header(request, names, bucket)),
            (None, Some(names)) => Some(from_query(request, names, bucket)),
        }
    }
}

fn header_names(request: &Request) -> Option<&'static Names> {
    let value = request.headers.first_text("authorization")?;
    Names::ALL.into_iter().find(|names| value.split_whitespace().next() == Some(names.word))
}

/// A `GoogleAccessId` with an `@` is a service account's, whose signatures are RSA's.
fn query_names(request: &Request) -> Option<&'static Names> {
    let is_key = |names: &&Names| parameter(request, names.key_parameter).is_some_and(|id| !id.contains('@'));
    parameter(request, "Signature")?;
    Names::ALL.into_iter().find(is_key)
}

/// Access keys may have colons of their own, as Swift's `account:user` has; base64 has none.
fn from_header(request: &Request, names: &'static Names, bucket: Option<String>) -> Result<Claim, ClaimError> {
    let malformed = || ClaimError::Malformed { word: names.word };
    let value = request.headers.first_text("authorization").unwrap_or_default();
    let (access_key_id, signature) = value[names.word.len()..].trim().rsplit_once(':').ok_or_else(malformed)?;
    if access_key_id.is_empty() || signature.is_empty() {
        return Err(malformed());
    }
    let placement = Placement::Header { signed_at: date_of(request, names)? };
    let terms = Terms { names, access_key_id: access_key_id.to_owned(), placement, bucket };
    Ok(Claim { terms, signature: Signature::presented(signature) })
}

fn from_query(request: &Request, names: &'static Names, bucket: Option<String>) -> Result<Claim, ClaimError> {
    let required = |name: &'static str| {
        parameter(request, name).filter(|value| !value.is_empty()).ok_or(ClaimError::Missing { name })
    };
    let (access_key_id, signature) = (required(names.key_parameter)?, required("Signature")?);
    let presented = required("Expires")?;
    let seconds = presented.parse().map_err(|_| ClaimError::Expires { presented })?;
    let placement = Placement::Query { expires_at: Timestamp::from_epoch_seconds(seconds) };
    let signature = Signature::presented(signature);
    Ok(Claim { terms: Terms { names, access_key_id, placement, bucket }, signature })
}

fn date_of(request: &Request, names: &'static Names) -> Result<Timestamp, ClaimError> {
    for carrier in [names.date_header, "Date"] {
        if let Some(date) = request.headers.first_text(carrier) {
            return Timestamp::parse(date).map_err(|source| ClaimError::Date { carrier, source });
        }
    }
    Err(ClaimError::NoDate { expected: names.date_header })
}

/// A decoded parameter, where there is one that is text.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    query::parameter(request, name).map(|value| String::from_utf8_lossy(&value).into_owned())
}
