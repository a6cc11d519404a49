//! Prepares a request for signing: every decision of the signer is made here.
//!
//! It adds date, token and payload-hash headers or, for a presigned URL, the query parameters; it selects the headers
//! to sign; it hashes the payload or declares it unsigned. Nothing is signed here, and no secret is needed.

mod error;
mod expiry;
mod parameters;
mod settings;
mod header_selection;
mod payload;
mod region_set;
#[cfg(feature = "x509")]
mod certificates;
mod warning;

pub use error::PrepareError;
pub(crate) use expiry::expires_limits;
pub use expiry::{EXPIRES_LIMITS, longest_expiry};
pub use header_selection::{is_never_signed, never_signed};
pub use settings::{ContentSha256, HeaderSelection, PayloadChoice, Settings};
pub use warning::Warning;

pub(crate) use expiry::{USUAL_EXPIRY, accepted_for};
pub(crate) use parameters::{Expiry, append_parameters, refuse_signature, reserved_names};
pub(crate) use region_set::sound as sound_region_set;

use crate::canonical::{PayloadHash, SignedHeaders};
use crate::credentials::{Credentials, Secret};
use crate::derivation::{Derivation, Placement, Terms, TokenTravel, derive};
use crate::endpoint;
use crate::request::Request;
use crate::scheme::{Dialect, Scheme, Scope};
use crate::time::Timestamp;

/// Who signs: the parts of credentials that appear in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The access key ID.
    pub access_key_id: String,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
    /// When temporary credentials expire, if known.
    pub expires_at: Option<Timestamp>,
}

impl Identity {
    /// Whether the access key ID can be part of a request: it is not empty, and contains no character that would end
    /// it.
    pub(crate) fn names_a_key(&self) -> bool {
        let id = self.access_key_id.as_str();
        let ends_it = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | ',');
        // As all of AWS's IDs are.
        let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        !id.is_empty() && (is_plain || !id.contains(ends_it))
    }

    /// Whether the session token, if any, can be the value of a header: a line break in it would begin another field.
    pub(crate) fn has_sendable_token(&self) -> bool {
        self.session_token.as_ref().is_none_or(|token| !token.expose_secret().contains(char::is_control))
    }
}

impl From<&Credentials> for Identity {
    fn from(credentials: &Credentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id.clone(),
            session_token: credentials.session_token.clone(),
            expires_at: credentials.expires_at,
        }
    }
}

/// A request that is ready to be signed, with the terms of its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Prepared<T = Terms> {
    /// The request with everything that is signed.
    pub request: Request,
    /// The terms that signer and verifier agree on.
    pub terms: T,
    /// The part of the request that was there before.
    pub(crate) given: Given,
    /// A session token to add after signing.
    pub(crate) unsigned_token: Option<Secret>,
    /// Warnings: the request is valid, but likely to be refused or to surprise.
    pub warnings: Vec<Warning>,
}

/// The part of a request that was there before it was prepared; additions come after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    /// Number of headers.
    pub(crate) headers: usize,
    /// Length of the target, in bytes.
    pub(crate) target: usize,
}

impl Given {
    pub(crate) fn before_signing(request: &Request) -> Self {
        Self { headers: request.headers.as_slice().len(), target: request.target().len() }
    }

    /// Adjusts the number after headers were removed: a presigned URL has its date in the query.
    pub(crate) fn without_removed(self, request: &Request) -> Self {
        Self { headers: self.headers.min(request.headers.as_slice().len()), ..self }
    }
}

impl Prepared {
    /// Derives all intermediate results that are not secret.
    pub fn derive(&self) -> Derivation {
        derive(&self.request, &self.terms)
    }
}

/// Decides the terms of a signature made at `now`, and adds to the request what they require.
///
/// If the request already has a date, token or payload-hash header, that header is used.
///
/// # Errors
/// See [`PrepareError`].
pub fn prepare(
    mut request: Request,
    identity: &Identity,
    settings: &Settings,
    now: Timestamp,
) -> Result<Prepared, PrepareError> {
    check(&request, identity, settings)?;
    let given = Given::before_signing(&request);
    let dialect = &settings.dialect;
    let mut warnings = warning::of_request(&request, settings);
    let payload = payload::decide(&request, settings)?;
    let timestamp = settle_date(&mut request, settings, now)?;
    let scope = match settings.scheme {
        Scheme::V4 => Scope::new(&timestamp, &settings.region, &settings.service, dialect)?,
        #[cfg(feature = "v4a")]
        Scheme::V4a => Scope::without_region(&timestamp, &settings.service, dialect)?,
        #[cfg(feature = "x509")]
        Scheme::X509(_) => Scope::new(&timestamp, &settings.region, &settings.service, dialect)?,
    };
    let region_set = region_set::settle(&mut request, settings)?;
    #[cfg(feature = "x509")]
    certificates::settle(&mut request, settings)?;
    let given = given.without_removed(&request);
    payload::declare(&mut request, settings, &payload);
    let unsigned_token = settle_header_token(&mut request, identity, settings);
    let signed_headers = header_selection::select(&request.headers, &settings.signed_headers, settings);
    let terms = Terms {
        scheme: settings.scheme,
        dialect: dialect.clone(),
        access_key_id: identity.access_key_id.clone(),
        timestamp,
        scope,
        signed_headers,
        payload,
        path_rule: endpoint::path_rule_for(&request, settings.path_rule),
        placement: settings.placement,
        token: settings.token,
    };
    if let Placement::Query { expires } = settings.placement {
        append_parameters(&mut request, &terms, identity, Expiry { expires, region_set });
        warnings.extend(warning::of_path(&request, terms.path_rule));
        warnings.extend(warning::of_credentials(timestamp, expires, identity));
        warnings.extend(warning::of_service(expires, settings));
    }
    Ok(Prepared { request, terms, given, unsigned_token, warnings })
}

/// Refuses what no scheme can sign: a request without a host, an invalid access key ID, a signed request.
pub(crate) fn check_unsigned(request: &Request, identity: &Identity) -> Result<(), PrepareError> {
    if !request.headers.contains("host") {
        return Err(PrepareError::MissingHost);
    }
    if !identity.names_a_key() {
        return Err(PrepareError::AccessKeyId);
    }
    if !identity.has_sendable_token() {
        return Err(PrepareError::SessionToken);
    }
    if request.headers.contains("authorization") {
        return Err(PrepareError::AlreadySigned { carrier: "an Authorization header".to_owned() });
    }
    Ok(())
}

fn check(request: &Request, identity: &Identity, settings: &Settings) -> Result<(), PrepareError> {
    check_unsigned(request, identity)?;
    if let Some(query) = request.query() {
        refuse_signature(query, &settings.dialect)?;
    }
    match settings.placement {
        Placement::Query { expires } if !EXPIRES_LIMITS.contains(&expires) => {
            Err(PrepareError::Expires { presented: expires.as_secs() })
        }
        _ => Ok(()),
    }
}

/// Decides the time of the signature: the request's own date header, or `now`. For a signature in a header, the date
/// header is present afterwards; for a presigned URL it is removed, because the query has the date.
fn settle_date(request: &mut Request, settings: &Settings, now: Timestamp) -> Result<Timestamp, PrepareError> {
    let name = settings.dialect.date_header.as_ref();
    let own = request.headers.first_text(name).map(Timestamp::parse_amz_date).transpose();
    let own =
        own.map_err(|source| PrepareError::Date { name: name.to_owned(), expected: "20150830T123600Z", source })?;
    match settings.placement {
        Placement::Header if own.is_none() => request.headers.push_unchecked(name, now.as_str()),
        Placement::Header => {}
        Placement::Query { .. } => drop(request.headers.remove(name)),
    }
    Ok(own.unwrap_or(now))
}

/// Adds the token's header if the token is signed; returns the token if it must be added after signing.
fn settle_header_token(request: &mut Request, identity: &Identity, settings: &Settings) -> Option<Secret> {
    let token = identity.session_token.as_ref()?;
    let name = settings.dialect.token_header.as_ref();
    if request.headers.contains(name) {
        return None;
    }
    match (settings.token, settings.placement) {
        (TokenTravel::Unsigned, _) => return Some(token.clone()),
        (TokenTravel::Signed, Placement::Header) => request.headers.push_unchecked(name, token.expose_secret()),
        (TokenTravel::Signed, Placement::Query { .. }) => {}
    }
    None
}

impl Terms {
    /// The headers, apart from `Host`, that users of the presigned URL must send exactly as in `request`.
    pub fn headers_to_send<'a>(&self, request: &'a Request) -> Vec<(&'a str, &'a [u8])> {
        headers_to_send(&self.signed_headers, request)
    }
}

pub(crate) fn headers_to_send<'a>(signed: &SignedHeaders, request: &'a Request) -> Vec<(&'a str, &'a [u8])> {
    let bound = |name: &str| {
        let name = name.to_ascii_lowercase();
        name != "host" && signed.contains(&name)
    };
    request.headers.iter().filter(|h| bound(&h.name)).map(|h| (h.name.as_str(), h.value.as_slice())).collect()
}

/// The payload line of a signature that by default covers no payload, as in S3's presigned URLs.
pub(crate) fn presigned_default(dialect: &Dialect, service: &str) -> Option<PayloadHash> {
    dialect.stores_objects(service).then_some(PayloadHash::Unsigned)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::request::RequestUrl;

    fn refused(identity: &Identity, settings: &Settings) -> PrepareError {
        let request = Request::new("GET", &RequestUrl::parse("https://h.example/").unwrap()).unwrap();
        prepare(request, identity, settings, Timestamp::from_epoch_seconds(0)).unwrap_err()
    }

    /// Catches a value that begins another header: `a\r\nX-Evil: y`.
    #[test]
    fn values_that_would_add_a_header_are_refused() {
        let settings = [Settings::new("r", "s3"), Settings::new("r", "s3").presigned(Duration::from_secs(60))];
        for bad in ["a\r\nX-Evil: y", "a\n", "\ra", "a\0b", "a\x1bb"] {
            let token = Identity::from(&Credentials::new("AKID", "s").with_session_token(bad));
            let id = Identity::from(&Credentials::new(bad, "s"));
            for settings in &settings {
                assert_eq!(refused(&token, settings), PrepareError::SessionToken, "{bad:?}");
                assert_eq!(refused(&id, settings), PrepareError::AccessKeyId, "{bad:?}");
                let declared = Settings { payload: PayloadChoice::Declared(bad.to_owned()), ..settings.clone() };
                let identity = Identity::from(&Credentials::new("AKID", "s"));
                assert_eq!(refused(&identity, &declared), PrepareError::PayloadHash, "{bad:?}");
            }
        }
    }
}
