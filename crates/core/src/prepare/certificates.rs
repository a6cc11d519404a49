//! The certificate of a request that is signed with its key, and the certificates above it: two headers.

use super::{PrepareError, Settings};
use crate::derivation::Placement;
use crate::request::Request;

/// Puts the certificates on the request. A header that the request brings stays as it is.
pub(super) fn settle(request: &mut Request, settings: &Settings) -> Result<(), PrepareError> {
    if !settings.scheme.is_certified() {
        return Ok(());
    }
    if settings.placement != Placement::Header {
        return Err(PrepareError::CertificateInQuery);
    }
    let names = [settings.dialect.certificate_header(), settings.dialect.certificate_chain_header()];
    let values = match &settings.certificates {
        Some(certificates) => [Some(&certificates.certificate), certificates.chain.as_ref()],
        None => [None, None],
    };
    for (name, value) in names.iter().zip(values) {
        if let Some(value) = value.filter(|_| !request.headers.contains(name)) {
            request.headers.push_unchecked(name, value.as_str());
        }
    }
    match request.headers.contains(&names[0]) {
        true => Ok(()),
        false => Err(PrepareError::CertificateMissing),
    }
}
