//! Prepares a request for signing with Version 2: adds date and token, or the parameters of a signed query (*Signing
//! and authenticating REST requests*, query string request authentication).

use super::{Names, Placement, StringToSign, SubResources, Terms, claim, sign};
use crate::canonical::SignedHeaders;
use crate::credentials::Secret;
use crate::derivation;
use crate::prepare::{Given, Identity, PrepareError, Prepared, check_unsigned};
use crate::request::Request;
use crate::request::target::push_parameter;
use crate::sign::Signed;
use crate::time::Timestamp;

/// How to sign a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The names that the provider uses.
    pub names: &'static Names,
    /// Where the signature goes: header or query.
    pub placement: derivation::Placement,
    /// The bucket that the host names; `None` if the bucket is in the path, or there is none.
    pub bucket: Option<String>,
    /// Which parameters of the query are signed.
    pub sub_resources: SubResources,
}

/// Decides the terms of a signature made at `now`, and adds to the request what they require.
///
/// If the request already has a date, in `x-amz-date` or `Date`, that date is used; otherwise `Date` is added in the
/// form of RFC 9110 §5.6.7, which every server accepts.
///
/// # Errors
/// See [`PrepareError`].
pub fn prepare(
    mut request: Request,
    identity: &Identity,
    settings: &Settings,
    now: Timestamp,
) -> Result<Prepared<Terms>, PrepareError> {
    check(&request, identity, settings.names)?;
    let given = Given::before_signing(&request);
    let names = settings.names;
    let placement = match settings.placement {
        derivation::Placement::Header => {
            add_token_header(&mut request, names, identity);
            Placement::Header { signed_at: settle_date(&mut request, names, now)? }
        }
        derivation::Placement::Query { expires } => {
            if expires.as_secs() == 0 {
                return Err(PrepareError::ExpiresAtOnce);
            }
            let expires_at = now.plus(expires);
            append_parameters(&mut request, names, identity, expires_at);
            Placement::Query { expires_at }
        }
    };
    let (access_key_id, bucket) = (identity.access_key_id.clone(), settings.bucket.clone());
    let given = given.without_removed(&request);
    let sub_resources = settings.sub_resources.clone();
    let terms = Terms { names, access_key_id, placement, bucket, sub_resources };
    Ok(Prepared { request, given, terms, unsigned_token: None, warnings: Vec::new() })
}

impl Prepared<Terms> {
    /// Derives the string to sign.
    pub fn derive(&self) -> StringToSign {
        self.terms.derive(&self.request)
    }

    /// Signs the request.
    pub fn sign(self, secret: &Secret) -> Signed {
        let signature = sign(secret, &self.derive().to_bytes());
        let Self { mut request, terms, given, .. } = self;
        match terms.placement {
            Placement::Header { .. } => {
                let value = format!("{} {}:{signature}", terms.names.word, terms.access_key_id);
                request.headers.push_unchecked("authorization", value);
            }
            Placement::Query { .. } => push_parameter(&mut request.target, &["Signature"], signature.as_str()),
        }
        let signed_headers = terms.headers_to_send(&request).into_iter().map(|(name, _)| name);
        Signed { signed_headers: SignedHeaders::new(signed_headers), request, signature, given }
    }
}

impl Terms {
    /// The signed headers, apart from `Host`, that users of a signed URL must send unchanged.
    pub fn headers_to_send<'a>(&self, request: &'a Request) -> Vec<(&'a str, &'a [u8])> {
        let is_signed = |name: &str| {
            let name = name.to_ascii_lowercase();
            matches!(name.as_str(), "content-md5" | "content-type") || name.starts_with(self.names.header_prefix)
        };
        let headers = request.headers.iter().filter(|header| is_signed(&header.name));
        headers.map(|header| (header.name.as_str(), header.value.as_slice())).collect()
    }
}

fn check(request: &Request, identity: &Identity, names: &Names) -> Result<(), PrepareError> {
    check_unsigned(request, identity)?;
    for name in [names.key_parameter, "Expires", "Signature"] {
        if claim::parameter(request, name).is_some() {
            return Err(PrepareError::AlreadySigned { carrier: format!("the parameter {name}") });
        }
    }
    Ok(())
}

fn settle_date(request: &mut Request, names: &Names, now: Timestamp) -> Result<Timestamp, PrepareError> {
    for name in [names.date_header, "Date"] {
        if let Some(date) = request.headers.first_text(name) {
            return Timestamp::parse(date).map_err(|source| PrepareError::Date {
                name: name.to_owned(),
                expected: claim::DATE_FORM,
                source,
            });
        }
    }
    request.headers.push_unchecked("Date", now.to_http_date());
    Ok(now)
}

fn add_token_header(request: &mut Request, names: &Names, identity: &Identity) {
    let Some(token) = &identity.session_token else { return };
    if !request.headers.contains(names.token_header) {
        request.headers.push_unchecked(names.token_header, token.expose_secret());
    }
}

/// Appends the parameters of a signed query. A token in the query is signed as if it were a header. A `Date` header
/// would have no meaning, and is removed.
fn append_parameters(request: &mut Request, names: &Names, identity: &Identity, expires_at: Timestamp) {
    request.headers.remove("date");
    push_parameter(&mut request.target, &[names.key_parameter], &identity.access_key_id);
    push_parameter(&mut request.target, &["Expires"], &expires_at.epoch_seconds().to_string());
    let token = identity.session_token.as_ref().filter(|_| !request.headers.contains(names.token_header));
    if let Some(token) = token {
        push_parameter(&mut request.target, &[names.token_header], token.expose_secret());
    }
}
