//! The certificate of a request that is signed with its key, and the certificates above it: two headers.

use super::{PrepareError, Settings};
use crate::derivation::Placement;
use crate::request::Request;

/// Puts the certificates on the request. A header that the request brings has to say the same, if the settings say anything.
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
