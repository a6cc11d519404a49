//! Warnings about requests that are valid but likely to be refused or to surprise.

use std::time::Duration;

use super::{Identity, Settings, longest_expiry};
use crate::canonical::path::has_dot_segment;
use crate::canonical::{PathNormalization, PathRule};
use crate::crypto::Sha256Digest;
use crate::request::invalid::capital_method;
use crate::request::{Body, Request};
use crate::time::Timestamp;

/// A warning for the user before the request is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Implementations differ on tabs inside header values.
    #[error("the value of header {name} contains a tab, which signers and servers treat differently")]
    Tab {
        /// The name of the header.
        name: String,
    },
    /// A standard method is not in capitals. It is signed as it is, but most clients send it in capitals.
    #[error("the method {presented} is signed as it is written, but most clients send {expected}")]
    MethodCase {
        /// The method in capitals.
        expected: &'static str,
        /// The method as it was given.
        presented: String,
    },
    /// The path has a `+`, which S3 reads as a space.
    #[error("the path contains '+', which S3 reads as a space and other stores as a plus: write %2B or %20")]
    PlusInPath,
    /// The path has a `%2F`: stores read it as `/`, but not all of them sign it as `/`.
    #[error("the path contains %2F, which is signed as '/'; some servers differ: write '/'")]
    SlashInPath,
    /// The path of a URL has a dot segment that is part of the object key.
    #[error(
        "the path has a segment '.' or '..', which most clients remove before they send the URL: its signature then does not match"
    )]
    DotSegment,
    /// The declared payload hash is not that of the payload.
    #[error("header {name} is not the hash of the body")]
    PayloadMismatch {
        /// The header that declares it.
        name: String,
    },
    /// The expiry is longer than the service accepts.
    #[error("{service} accepts an expiry of at most {} s, but this URL has {} s", .longest.as_secs(), .presented.as_secs())]
    LongerThanServiceTakes {
        /// The service.
        service: String,
        /// The longest expiry that it accepts.
        longest: Duration,
        /// The expiry that was given.
        presented: Duration,
    },
    /// The credentials expire before the URL does.
    #[error("the credentials expire at {}, before the signature expires at {}", .credentials.to_rfc3339(), .url.to_rfc3339())]
    CredentialsExpireFirst {
        /// When the credentials expire.
        credentials: Timestamp,
        /// When the URL expires.
        url: Timestamp,
    },
}

/// Warnings about the request itself.
pub(super) fn of_request(request: &Request, settings: &Settings) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = request
        .headers
        .iter()
        .filter(|header| header.value.trim_ascii().contains(&b'\t'))
        .map(|header| Warning::Tab { name: header.name.clone() })
        .collect();
    warnings.extend(capital_method(request.method()).map(|expected| {
        let presented = request.method().to_owned();
        Warning::MethodCase { expected, presented }
    }));
    if settings.dialect.stores_objects(&settings.service) {
        let has_slash = request.path().windows(3).any(|bytes| bytes.eq_ignore_ascii_case(b"%2f"));
        warnings.extend(request.path().contains(&b'+').then_some(Warning::PlusInPath));
        warnings.extend(has_slash.then_some(Warning::SlashInPath));
    }
    warnings.extend(payload_mismatch(request, &settings.dialect.content_sha256_header));
    warnings
}

fn payload_mismatch(request: &Request, header: &str) -> Option<Warning> {
    let declared = request.headers.first_text(header)?;
    let is_hash = Sha256Digest::from_hex(declared).is_some();
    let known = !matches!(request.body, Body::Unknown);
    let differs = || request.body.sha256().is_some_and(|hash| hash.to_string() != declared);
    (is_hash && known && differs()).then(|| Warning::PayloadMismatch { name: header.to_owned() })
}

/// Warns if clients would change the path of a URL before they send it.
pub(super) fn of_path(request: &Request, rule: PathRule) -> Option<Warning> {
    let is_kept = rule.normalization == PathNormalization::Verbatim;
    (is_kept && has_dot_segment(request.path())).then_some(Warning::DotSegment)
}

/// Warns if the service does not accept an expiry this long.
pub(super) fn of_service(expires: Duration, settings: &Settings) -> Option<Warning> {
    let (service, longest) = (settings.service.clone(), longest_expiry(&settings.service));
    (expires > longest).then_some(Warning::LongerThanServiceTakes { service, longest, presented: expires })
}

/// Warns if the credentials expire before a URL that is valid for `expires` from `timestamp`.
pub(super) fn of_credentials(timestamp: Timestamp, expires: Duration, identity: &Identity) -> Option<Warning> {
    let url = timestamp.plus(expires);
    let credentials = identity.expires_at.filter(|end| *end < url)?;
    Some(Warning::CredentialsExpireFirst { credentials, url })
}
