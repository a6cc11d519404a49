//! Checks how the `Authorization` header of the Version 4 family and its list of signed headers are written.

use super::Finding;
use super::finding::ListFault;
use crate::claim::Claim;
use crate::request::repeated_names;

/// The parts that the header has, each once.
const PARTS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];

/// Finds a part that is repeated, unknown or empty. Of a repeated part, Ceph uses the last and others the first; MinIO
/// and s3s refuse everything except these three parts.
pub(super) fn judge_authorization(value: &str) -> Option<Finding> {
    let (_, parts) = value.split_once(|c: char| c.is_ascii_whitespace())?;
    let names: Vec<&str> = parts.split(',').map(name_of).collect();
    let is_repeated = |name: &&str| names.iter().filter(|other| *other == name).nth(1).is_some();
    let part = PARTS.into_iter().find(is_repeated).map(|name| format!("{name} occurs twice"));
    let unknown = || names.iter().find(|name| !PARTS.contains(name)).map(|name| unknown_part(name));
    part.or_else(unknown).map(|problem| Finding::AuthorizationForm { problem })
}

/// The text before `=`; empty for a part without one, which may be a secret.
fn name_of(part: &str) -> &str {
    part.split_once('=').map(|(name, _)| name.trim()).unwrap_or_default()
}

fn unknown_part(name: &str) -> String {
    match name {
        "" => "a part has no name".to_owned(),
        name => format!("it has an unknown part {name}"),
    }
}

/// Finds a list that is not written as the signer signs it: names in lower case, sorted, without repeats. No server
/// acts differently on it (MinIO sorts it, others use it unchanged), so it is a note.
pub(super) fn judge_list(claim: &Claim) -> Option<Finding> {
    let names: Vec<&str> = claim.signed_headers_listed.split(';').map(str::trim).collect();
    let lower: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let is_sorted = lower.is_sorted();
    let fault = match () {
        () if names.iter().any(|name| name.is_empty()) => ListFault::EmptyName,
        () if names.iter().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) => ListFault::UpperCase,
        () if !repeated_names(lower).is_empty() => ListFault::Repeated,
        () if !is_sorted => ListFault::Unsorted,
        () => return None,
    };
    let (expected, presented) = (claim.terms.signed_headers.as_str().to_owned(), claim.signed_headers_listed.clone());
    Some(Finding::SignedHeadersForm { fault, expected, presented })
}
