//! The two headers of a request that is signed with the key of a certificate: the certificate, and its chain.

use super::{PrepareError, Settings};
use crate::derivation::Placement;
use crate::request::Request;

/// Adds the certificate headers to the request. If the settings contain certificates, a header that the request already
/// has must have the same value.
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
        match (request.headers.first_text(name), value) {
            (None, Some(value)) => request.headers.push_unchecked(name, value.as_str()),
            (Some(own), value) if settings.certificates.is_some() && value.map(String::as_str) != Some(own) => {
                return Err(PrepareError::CertificateDiffers { name: name.clone() });
            }
            _ => {}
        }
    }
    match request.headers.contains(&names[0]) {
        true => Ok(()),
        false => Err(PrepareError::CertificateMissing),
    }
}
