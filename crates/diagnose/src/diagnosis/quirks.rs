//! What servers are known to do otherwise than the specification: for a signature that is right and refused all the same.

use super::note::Quirk;
use sigvet_core::claim::Claim;
use sigvet_core::internal::canonical::query;
use sigvet_core::request::Request;

/// The quirks that this request would run into.
pub(super) fn of(request: &Request, claim: &Claim) -> Vec<Quirk> {
    let rows: [(bool, Quirk); 6] = [
        (sorts_otherwise_by_line(claim), Quirk::HeadersSortedByLine),
        (request.path().windows(3).any(|bytes| bytes.eq_ignore_ascii_case(b"%2f")), Quirk::EncodedSlash),
        (repeats_a_parameter(request), Quirk::RepeatedParameter),
        (claim.terms.signed_headers.contains("accept-encoding"), Quirk::AcceptEncodingSigned),
        (
            request.path().contains(&b'+') && claim.terms.dialect.stores_objects(&claim.terms.scope.service),
            Quirk::PlusInPath,
        ),
        (claim.terms.signed_headers.contains("host"), Quirk::HostSigned),
    ];
    rows.into_iter().filter(|(applies, _)| *applies).map(|(_, quirk)| quirk).collect()
}

/// `x-amz-meta-a-b:` stands before `x-amz-meta-a:` where whole lines are sorted, for `-` comes before `:`.
fn sorts_otherwise_by_line(claim: &Claim) -> bool {
    let names: Vec<&str> = claim.terms.signed_headers.iter().collect();
    let comes_before_colon = |byte: &u8| *byte < b':';
    names.windows(2).any(|pair| {
        pair[1].strip_prefix(pair[0]).and_then(|rest| rest.as_bytes().first()).is_some_and(comes_before_colon)
    })
}

fn repeats_a_parameter(request: &Request) -> bool {
    let mut names: Vec<Vec<u8>> =
        query::parameters(request.query().unwrap_or_default()).map(|(name, _)| name).collect();
    let before = names.len();
    names.sort();
    names.dedup();
    names.len() < before
}
