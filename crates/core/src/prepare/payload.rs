//! Decides how the payload is signed, and whether a header declares it.

use super::{ContentSha256, PayloadChoice, PrepareError, Settings, presigned_default};
use crate::canonical::PayloadHash;
use crate::derivation::Placement;
use crate::request::Request;

/// Services outside the S3 family that refuse requests without `x-amz-content-sha256`.
const WANT_CONTENT_SHA256: [&str; 3] = ["aoss", "vpc-lattice-svcs", "vpc-lattice"];

/// Services that do not verify payload hashes and expect `UNSIGNED-PAYLOAD` instead.
const TAKE_NO_HASH: [&str; 2] = ["vpc-lattice-svcs", "vpc-lattice"];

/// Decides the last line of the canonical request: from a header of the request; otherwise as the caller says;
/// otherwise by service.
pub(super) fn decide(request: &Request, settings: &Settings) -> Result<PayloadHash, PrepareError> {
    if let Some(declared) = request.headers.first_text(&settings.dialect.content_sha256_header) {
        return Ok(PayloadHash::declared(declared));
    }
    let hashed = || request.body.sha256().map(PayloadHash::Sha256).ok_or(PrepareError::UnknownPayload);
    match (&settings.payload, settings.placement) {
        (PayloadChoice::Unsigned, _) => Ok(PayloadHash::Unsigned),
        (PayloadChoice::Declared(text), _) if text.contains(char::is_control) => Err(PrepareError::PayloadHash),
        (PayloadChoice::Declared(text), _) => Ok(PayloadHash::declared(text)),
        (PayloadChoice::Hashed, _) => hashed(),
        (PayloadChoice::ByService, _) if TAKE_NO_HASH.contains(&settings.service.as_str()) => Ok(PayloadHash::Unsigned),
        (PayloadChoice::ByService, Placement::Query { .. }) => {
            presigned_default(&settings.dialect, &settings.service).map_or_else(hashed, Ok)
        }
        (PayloadChoice::ByService, Placement::Header) => hashed(),
    }
}

/// Adds the header that declares the payload, if the server needs it.
pub(super) fn declare(request: &mut Request, settings: &Settings, payload: &PayloadHash) {
    let name = settings.dialect.content_sha256_header.as_ref();
    if !request.headers.contains(name) && needs_header(settings, payload) {
        let mut value = Vec::with_capacity(64);
        payload.write(&mut value);
        request.headers.push_unchecked(name, value);
    }
}

fn needs_header(settings: &Settings, payload: &PayloadHash) -> bool {
    let service = settings.service.as_str();
    let stores_objects = settings.dialect.stores_objects(service);
    match settings.placement {
        Placement::Query { .. } if stores_objects => *payload != PayloadHash::Unsigned,
        Placement::Query { .. } => !matches!(payload, PayloadHash::Sha256(_)),
        Placement::Header if settings.content_sha256 == ContentSha256::Always => true,
        Placement::Header => {
            stores_objects || WANT_CONTENT_SHA256.contains(&service) || !matches!(payload, PayloadHash::Sha256(_))
        }
    }
}
