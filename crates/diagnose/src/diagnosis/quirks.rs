//! Explains how a right signature can be refused: changes that proxies and gateways make to a request, and
//! parts that servers read differently. Differences in what servers compute are in `servers`.

use super::note::Quirk;
use sigvet_core::claim::Claim;
use sigvet_core::request::Request;

/// The quirks that may affect this request.
pub(super) fn of(request: &Request, claim: &Claim) -> Vec<Quirk> {
    let rows: [(bool, Quirk); 4] = [
        (request.path().windows(3).any(|bytes| bytes.eq_ignore_ascii_case(b"%2f")), Quirk::EncodedSlash),
        (claim.terms.signed_headers.contains("accept-encoding"), Quirk::AcceptEncodingSigned),
        (
            request.path().contains(&b'+') && claim.terms.dialect.stores_objects(&claim.terms.scope.service),
            Quirk::PlusInPath,
        ),
        (claim.terms.signed_headers.contains("host"), Quirk::HostSigned),
    ];
    rows.into_iter().filter(|(applies, _)| *applies).map(|(_, quirk)| quirk).collect()
}
