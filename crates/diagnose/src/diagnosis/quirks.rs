//! What servers are known to do otherwise than the specification: for a signature that is right and refused all the same.

use sigvet_core::claim::Claim;
use sigvet_core::internal::canonical::query;
use sigvet_core::request::Request;

/// The quirks that this request would run into.
pub(super) fn of(request: &Request, claim: &Claim) -> Vec<&'static str> {
    let rows: [(bool, &'static str); 6] = [
        (
            sorts_otherwise_by_line(claim),
            "Ceph has sorted canonical headers by their lines: a signed header's name begins with another's",
        ),
        (
            request.path().windows(3).any(|bytes| bytes.eq_ignore_ascii_case(b"%2f")),
            "the path has a %2F: MinIO, Ceph and Swift read it as '/', others keep it",
        ),
        (repeats_a_parameter(request), "MinIO leaves the values of a repeated parameter in the order sent"),
        (
            claim.terms.signed_headers.contains("accept-encoding"),
            "accept-encoding is signed: Google's front ends append ',gzip(gfe)' to it, other proxies rewrite it",
        ),
        (
            request.path().contains(&b'+') && claim.terms.dialect.stores_objects(&claim.terms.scope.service),
            "the path has a '+': S3 reads it as a space, other stores as a plus",
        ),
        (
            claim.terms.signed_headers.contains("host"),
            "a proxy before the server may have replaced Host: compare the host that the server sees",
        ),
    ];
    rows.into_iter().filter(|(applies, _)| *applies).map(|(_, text)| text).collect()
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
