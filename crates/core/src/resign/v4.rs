//! Re-signs a request of Version 4 or 4A: with the terms of the client's signature and other credentials.

use super::query::remove_parameters;
use super::{Outbound, ResignError, Resigned, hops, is_changed_by_hops, lookalikes};
use crate::canonical::{PathRule, PayloadHash, SignedHeaders};
use crate::claim::Claim;
use crate::derivation::{Placement, Terms, TokenTravel};
use crate::endpoint;
use crate::prepare::{
    EXPIRES_LIMITS, Expiry, Given, PrepareError, Prepared, append_parameters, check_unsigned, refuse_signature,
    sound_region_set,
};
use crate::request::{Headers, Request};
use crate::scheme::{Dialect, Scheme, Scope};
use crate::time::Timestamp;

pub(super) fn resign(
    mut request: Request,
    claim: &Claim,
    outbound: &Outbound<'_>,
    now: Timestamp,
) -> Result<Resigned, ResignError> {
    if claim.terms.scheme.is_certified() {
        return Err(ResignError::Certified);
    }
    refuse_uncovered(&request.headers, claim)?;
    refuse_session_without_token(claim, outbound)?;
    refuse_frames(&claim.terms)?;
    let (timestamp, placement) = timestamp_and_placement(claim, now)?;
    let region_set = region_set(&request, claim, outbound)?;
    let token = token_travel(&request, claim, outbound);
    strip(&mut request, claim);
    hops::replace_host(&mut request, outbound.host);
    let identity = outbound.identity();
    check_unsigned(&request, &identity)?;
    refuse_signature(request.query().unwrap_or_default(), &claim.terms.dialect)?;
    let mut terms = terms(&request, claim, outbound, (timestamp, placement))?;
    terms.token = token;
    put_on_headers(&mut request.headers, &terms, outbound, region_set.as_deref());
    terms.signed_headers = signed_headers(&request.headers, &claim.terms);
    let unsigned_token = identity.session_token.clone().filter(|_| terms.token == TokenTravel::Unsigned);
    if let Placement::Query { expires } = placement {
        append_parameters(&mut request, &terms, &identity, Expiry { expires, region_set });
    }
    let key = outbound.signing_key(terms.scheme, &terms.dialect, &terms.scope);
    let given = Given::before_signing(&request);
    let prepared = Prepared { request, terms: terms.clone(), given, unsigned_token, warnings: Vec::new() };
    let signed = prepared.sign(&key).expect("the key is of the scope of the terms");
    Ok(Resigned { request: signed.request, signature: signed.signature, terms: Some(terms), key: Some(key) })
}

/// Refuses the provider's own headers if the client did not sign them. Exceptions are the client's token, which is
/// removed, and an `x-amz-content-sha256` equal to the signed payload line.
fn refuse_uncovered(headers: &Headers, claim: &Claim) -> Result<(), ResignError> {
    let Terms { dialect, signed_headers, payload, .. } = &claim.terms;
    let payload = payload.to_string();
    let set_here = [&dialect.date_header, &dialect.token_header, &dialect.content_sha256_header];
    lookalikes::refuse(headers, |name, read_as| {
        let is_own = read_as.starts_with(dialect.header_prefix.as_ref());
        let is_guarded = is_own || read_as == "content-length" || signed_headers.contains(read_as);
        let is_covered = signed_headers.contains(name)
            && read_as != "content-length"
            && read_as != dialect.region_set_header()
            && !set_here.iter().any(|own| *own == read_as);
        is_guarded && !is_covered
    })?;
    for header in headers {
        let name = header.name.to_ascii_lowercase();
        let is_own = name.starts_with(dialect.header_prefix.as_ref());
        let is_replaced = name == dialect.token_header;
        let is_payload = name == dialect.content_sha256_header && header.value.trim_ascii() == payload.as_bytes();
        if is_own && !is_replaced && !is_payload && !signed_headers.contains(&name) {
            return Err(ResignError::UnsignedHeader { name });
        }
    }
    Ok(())
}

fn refuse_session_without_token(claim: &Claim, outbound: &Outbound<'_>) -> Result<(), ResignError> {
    let is_session = claim.terms.dialect == Dialect::s3_express_session();
    let has_token = outbound.credentials.session_token.is_some();
    if is_session && !has_token { Err(ResignError::SessionTokenMissing) } else { Ok(()) }
}

/// Refuses a payload in frames that are not chunks: only chunks can be signed again.
fn refuse_frames(terms: &Terms) -> Result<(), ResignError> {
    #[cfg(feature = "stream")]
    let is_in_chunks = crate::stream::is_in_chunks(terms);
    #[cfg(not(feature = "stream"))]
    let is_in_chunks = false;
    match &terms.payload {
        PayloadHash::Declared(word) if word.starts_with("STREAMING-") && !is_in_chunks => {
            Err(ResignError::Frames { word: word.clone() })
        }
        _ => Ok(()),
    }
}

/// The time and the place of the new signature. A URL expires when the client's would have: services that read the
/// expiry get the remaining time; others count from the date, which is kept.
fn timestamp_and_placement(claim: &Claim, now: Timestamp) -> Result<(Timestamp, Placement), ResignError> {
    let terms = &claim.terms;
    let Placement::Query { expires } = terms.placement else { return Ok((now, Placement::Header)) };
    if !terms.dialect.stores_objects(&terms.scope.service) {
        let expires = expires.clamp(*EXPIRES_LIMITS.start(), *EXPIRES_LIMITS.end());
        return Ok((terms.timestamp, Placement::Query { expires }));
    }
    let left = u64::try_from(now.seconds_until(terms.timestamp.plus(expires))).map_err(|_| ResignError::Expired)?;
    // A URL that expires in this second is still valid during it.
    let expires = std::time::Duration::from_secs(left.max(1)).min(expires);
    Ok((now, Placement::Query { expires }))
}

/// The region set in Version 4A: the client's own, or another.
fn region_set(request: &Request, claim: &Claim, outbound: &Outbound<'_>) -> Result<Option<String>, PrepareError> {
    if !claim.terms.scheme.has_region_set() {
        return Ok(None);
    }
    let set = outbound.region.map(str::to_owned).or_else(|| claim.region_set(request)).unwrap_or_default();
    sound_region_set(&set).map(Some)
}

/// Whether to sign the token: as the client did; if the client sent no token, or the service changes, as the service
/// expects.
fn token_travel(request: &Request, claim: &Claim, outbound: &Outbound<'_>) -> TokenTravel {
    let terms = &claim.terms;
    let service = outbound.service.unwrap_or(&terms.scope.service);
    let shows_it = terms.token == TokenTravel::Unsigned || request.headers.contains(&terms.dialect.token_header);
    if shows_it && service == terms.scope.service { terms.token } else { TokenTravel::for_service(service) }
}

/// Removes what carries the client's signature, and the headers that end at this hop.
fn strip(request: &mut Request, claim: &Claim) {
    let Terms { dialect, placement, signed_headers, .. } = &claim.terms;
    let is_needed = |name: &str| matches!(name, "host" | "content-length") || signed_headers.contains(name);
    hops::remove_hop_by_hop(&mut request.headers, is_needed);
    request.headers.remove("authorization");
    request.headers.remove(&dialect.token_header);
    if let Placement::Query { .. } = placement {
        request.headers.remove(&dialect.date_header);
        let own = ["Algorithm", "Credential", "Date", "Expires", "Region-Set", "SignedHeaders", "Signature"];
        let names = own.map(|name| dialect.query_name(name));
        let token = dialect.token_query_name();
        remove_parameters(request, |name| name == token || names.iter().any(|own| own == name));
    }
}

fn terms(
    request: &Request,
    claim: &Claim,
    outbound: &Outbound<'_>,
    (timestamp, placement): (Timestamp, Placement),
) -> Result<Terms, PrepareError> {
    let inbound = &claim.terms;
    let dialect = &inbound.dialect;
    let service = outbound.service.unwrap_or(&inbound.scope.service);
    let scope = match inbound.scheme {
        Scheme::V4 => Scope::new(&timestamp, outbound.region.unwrap_or(inbound.scope.region()), service, dialect)?,
        #[cfg(feature = "v4a")]
        Scheme::V4a => Scope::without_region(&timestamp, service, dialect)?,
        #[cfg(feature = "x509")]
        Scheme::X509(_) => return Err(PrepareError::CertificateMissing),
    };
    let path_rule = match service == inbound.scope.service {
        true => inbound.path_rule,
        false => endpoint::path_rule_for(request, PathRule::for_service(dialect, service)),
    };
    let access_key_id = outbound.credentials.access_key_id.clone();
    Ok(Terms { access_key_id, timestamp, scope, placement, path_rule, ..inbound.clone() })
}

/// Sets date, token and region set for a signature in a header.
fn put_on_headers(headers: &mut Headers, terms: &Terms, outbound: &Outbound<'_>, region_set: Option<&str>) {
    if terms.placement != Placement::Header {
        return;
    }
    let dialect = &terms.dialect;
    put(headers, &dialect.date_header, terms.timestamp.as_str());
    if let Some(region_set) = region_set {
        put(headers, &dialect.region_set_header(), region_set);
    }
    let token = outbound.credentials.session_token.as_ref().filter(|_| terms.token == TokenTravel::Signed);
    if let Some(token) = token {
        put(headers, &dialect.token_header, token.expose_secret());
    }
}

/// Replaces a header in place, or adds it.
fn put(headers: &mut Headers, name: &str, value: &str) {
    match headers.contains(name) {
        true => headers.replace(name, value),
        false => headers.push_unchecked(name, value),
    }
}

/// The headers to sign: those in the client's list that are still present and that no hop changes, the host, and all of
/// the provider's own.
fn signed_headers(headers: &Headers, inbound: &Terms) -> SignedHeaders {
    let prefix = inbound.dialect.header_prefix.as_ref();
    let names: Vec<String> = headers.iter().map(|header| header.name.to_ascii_lowercase()).collect();
    let is_listed = |name: &str| inbound.signed_headers.contains(name) && !is_changed_by_hops(name);
    let is_signed = |name: &&str| *name == "host" || name.starts_with(prefix) || is_listed(name);
    SignedHeaders::new(names.iter().map(String::as_str).filter(is_signed))
}
