//! The session token of a request, held against that of the credentials. No finding quotes either.

use super::finding::Finding;
use crate::canonical::query;
use crate::claim::Claim;
use crate::credentials::Secret;
use crate::derivation::Placement;
use crate::request::Request;

/// Compares the session token of a request with that of the credentials.
pub(super) fn judge_token(request: &Request, claim: &Claim, expected: Option<&Secret>) -> Option<Finding> {
    let dialect = &claim.terms.dialect;
    let (name, presented) = match claim.terms.placement {
        Placement::Header => {
            let name = dialect.token_header.to_string();
            let presented = request.headers.first_text(&name).map(Secret::new);
            (name, presented)
        }
        Placement::Query { .. } => {
            let name = dialect.token_query_name();
            let value = query::parameter(request, &name);
            let in_header = || request.headers.first_text(&dialect.token_header).map(Secret::new);
            let presented = value.map(|value| Secret::new(String::from_utf8_lossy(&value))).or_else(in_header);
            (name, presented)
        }
    };
    compare_token(&name, expected, presented)
}

/// Compares the token that `name` carries with that of the credentials.
pub(super) fn compare_token(name: &str, expected: Option<&Secret>, presented: Option<Secret>) -> Option<Finding> {
    let name = name.to_owned();
    match (expected, presented) {
        (Some(_), None) => Some(Finding::TokenMissing { name }),
        (Some(expected), Some(presented)) if *expected != presented => Some(Finding::TokenDiffers { name }),
        (None, Some(_)) => Some(Finding::TokenUnknown),
        _ => None,
    }
}
