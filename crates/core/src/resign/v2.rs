//! Re-signs a request of Version 2: everything that carried the client's signature is removed, and the request is
//! signed like a new one.

use super::query::remove_parameters;
use super::{Outbound, ResignError, Resigned, hops, lookalikes};
use crate::derivation;
use crate::request::Request;
use crate::time::Timestamp;
use crate::v2::{Claim, Placement, Settings, prepare};

pub(super) fn resign(
    mut request: Request,
    claim: &Claim,
    outbound: &Outbound<'_>,
    now: Timestamp,
) -> Result<Resigned, ResignError> {
    refuse_lookalikes(&request, claim)?;
    let settings = Settings {
        names: claim.terms.names,
        placement: placement(claim, now)?,
        bucket: match outbound.host {
            Some(url) => outbound.buckets.bucket_of(&url.host_header()),
            None => claim.terms.bucket.clone(),
        },
        sub_resources: claim.terms.sub_resources.clone(),
    };
    strip(&mut request, claim, now);
    hops::replace_host(&mut request, outbound.host);
    let signed = prepare(request, &outbound.identity(), &settings, now)?.sign(&outbound.credentials.secret_access_key);
    Ok(Resigned { request: signed.request, signature: signed.signature, terms: None, key: None })
}

/// Refuses headers that some servers read as signed ones: Version 2 signs all of the provider's headers, but none under
/// another name.
fn refuse_lookalikes(request: &Request, claim: &Claim) -> Result<(), ResignError> {
    let prefix = claim.terms.names.header_prefix;
    lookalikes::refuse(&request.headers, |_, read_as| {
        read_as.starts_with(prefix) || matches!(read_as, "content-length" | "content-md5" | "content-type")
    })
}

/// Where the new signature goes. A URL expires when the client's would have.
fn placement(claim: &Claim, now: Timestamp) -> Result<derivation::Placement, ResignError> {
    match claim.terms.placement {
        Placement::Header { .. } => Ok(derivation::Placement::Header),
        Placement::Query { expires_at } => {
            let left = u64::try_from(now.seconds_until(expires_at)).map_err(|_| ResignError::Expired)?;
            Ok(derivation::Placement::Query { expires: std::time::Duration::from_secs(left.max(1)) })
        }
    }
}

/// Removes the client's signature. The date stays in its header. Version 2 signs all of the provider's headers, so none
/// has to be refused.
fn strip(request: &mut Request, claim: &Claim, now: Timestamp) {
    let names = claim.terms.names;
    let is_signed =
        |name: &str| matches!(name, "content-md5" | "content-type") || name.starts_with(names.header_prefix);
    hops::remove_hop_by_hop(&mut request.headers, |name| matches!(name, "host" | "content-length") || is_signed(name));
    for name in ["authorization", "date", names.token_header] {
        request.headers.remove(name);
    }
    request.headers.replace(names.date_header, &now.to_http_date());
    if let Placement::Query { .. } = claim.terms.placement {
        request.headers.remove(names.date_header);
        let own = [names.key_parameter, "Signature", "Expires"];
        remove_parameters(request, |name| own.contains(&name) || name.eq_ignore_ascii_case(names.token_header));
    }
}
