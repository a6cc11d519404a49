//! Checks the session token of a request: whether there is one, and whether it can be right. The token is never shown.

use crate::diagnosis::catalogue::{TOKEN_MISSING, TOKEN_NOT_SIGNED, TOKEN_PLUS_AS_SPACE, TOKEN_UNEXPECTED};
use crate::diagnosis::inspect::with_names;
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::claim::Claim;
use sigvet_core::derivation::TokenTravel;
use sigvet_core::internal::canonical::query;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;

/// The token in the header, or otherwise in the query, as a server reads it.
pub(super) fn presented(request: &Request, dialect: &Dialect) -> Option<Vec<u8>> {
    let header = |name: &str| request.headers.values(name).next().map(|value| value.trim_ascii().to_vec());
    let token = header(&dialect.token_header).or_else(|| query::parameter(request, &dialect.token_query_name()));
    token.filter(|token| !token.is_empty())
}

/// A token in which a `+` became a space. Base64 contains no spaces.
pub(super) fn with_space(request: &Request, dialect: &Dialect) -> Option<AppliedMistake> {
    let token = presented(request, dialect)?;
    let spaces = token.iter().filter(|byte| **byte == b' ').count();
    let detail = format!("the token that arrives has {spaces} space{}", if spaces == 1 { "" } else { "s" });
    (spaces > 0).then(|| AppliedMistake::new(&TOKEN_PLUS_AS_SPACE, " ", "+").with_detail(detail))
}

/// Temporary credentials without a session token.
pub(in crate::diagnosis) fn missing(dialect: &Dialect) -> AppliedMistake {
    AppliedMistake::new(&TOKEN_MISSING, "", dialect.token_header.as_bytes())
}

/// A session token together with a long-term key of AWS.
pub(super) fn unexpected(request: &Request, claim: &Claim) -> Option<AppliedMistake> {
    let terms = &claim.terms;
    let token = presented(request, &terms.dialect).filter(|_| terms.access_key_id.starts_with("AKIA"))?;
    // AWS's secrets have 40 characters of base64; no token is that short.
    let is_secret = token.len() == 40 && token.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
    let made = AppliedMistake::new(&TOKEN_UNEXPECTED, "", "");
    Some(if is_secret { made.with_detail("the token is as long as a secret access key") } else { made })
}

/// A token in a header that is not signed, for a service that wants it signed.
pub(super) fn unsigned(request: &Request, claim: &Claim) -> Option<AppliedMistake> {
    let terms = &claim.terms;
    let name = &terms.dialect.token_header;
    let is_wanted = TokenTravel::for_service(&terms.scope.service) == TokenTravel::Signed;
    let is_unsigned = request.headers.contains(name) && !terms.signed_headers.contains(name);
    (is_wanted && is_unsigned).then(|| not_signed(&claim.signed_headers_listed, name))
}

pub(super) fn not_signed(listed: &str, name: &str) -> AppliedMistake {
    AppliedMistake::new(&TOKEN_NOT_SIGNED, listed, with_names(listed, &[name]))
}
