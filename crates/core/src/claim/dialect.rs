//! Finds the provider whose names a signed request uses: the first provider from the algorithm, the second from a
//! header or parameter.

use super::{ClaimError, Parameters};
use crate::request::Request;
use crate::scheme::{Dialect, Scheme};

/// The dialect of a signature in the `Authorization` header. The second provider is the `WORD` in `x-WORD-date`; if
/// only `Date` was sent, it is the one that goes with the first.
pub(super) fn of_header(algorithm: &str, request: &Request) -> Result<(Dialect, Scheme), ClaimError> {
    let (provider1, scheme) = provider1(algorithm)?;
    let word = |name: &str| {
        let word = name.strip_prefix("x-")?.strip_suffix("-date")?;
        is_word(word).then(|| word.to_owned())
    };
    let provider2 = request.headers.iter().find_map(|header| word(&header.name.to_ascii_lowercase()));
    let usual = if provider1 == "AWS" { "amz".to_owned() } else { provider1.to_ascii_lowercase() };
    let dialect = from_providers(provider1, &provider2.unwrap_or(usual));
    Ok((of_session(dialect, |session| request.headers.contains(&session.token_header)), scheme))
}

/// The dialect of a signature in the query, whose parameters begin with `X-WORD-`.
pub(super) fn of_query<'a>(
    algorithm: &str,
    word: &str,
    mut names: impl Iterator<Item = &'a str>,
) -> Result<(Dialect, Scheme), ClaimError> {
    let (provider1, scheme) = provider1(algorithm)?;
    let dialect = from_providers(provider1, word);
    Ok((of_session(dialect, |session| names.any(|name| name == session.token_query_name())), scheme))
}

/// Only its session token identifies an S3 Express request: its hosts accept the usual names as well.
fn of_session(dialect: Dialect, carries_token: impl FnOnce(&Dialect) -> bool) -> Dialect {
    let session = Dialect::s3_express_session();
    if dialect == Dialect::AWS4 && carries_token(&session) { session } else { dialect }
}

/// The `WORD` in `X-WORD-Signature`, or in another parameter that only presigned URLs have.
pub(super) fn query_word<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().find_map(marked_word)
}

/// Whether the query also has another provider's signature: each server uses the one that it knows.
pub(super) fn has_other_word<'a>(names: impl Iterator<Item = &'a str>, word: Option<&str>) -> bool {
    names.filter(|name| name.ends_with("-Signature")).filter_map(marked_word).any(|other| Some(other) != word)
}

fn marked_word(name: &str) -> Option<&str> {
    const MARKS: [&str; 3] = ["-Signature", "-Algorithm", "-Credential"];
    let rest = name.strip_prefix("X-")?;
    MARKS.iter().find_map(|mark| rest.strip_suffix(mark)).filter(|word| is_word(word))
}

/// The prefix of Alibaba Cloud OSS's algorithm names.
const OSS: &str = "OSS4";

/// Google's signatures with a service account's key; only the account's certificate can verify them.
const GOOGLE_RSA: &str = "GOOG4-RSA-SHA256";

/// IAM Roles Anywhere's signatures by ML-DSA keys, which nothing here verifies.
const ML_DSA: &str = "AWS4-X509-MLDSA";

/// The error for a URL signed by an unsupported procedure: OSS names its algorithm in a parameter of its own.
pub(super) fn of_other_procedure(parameters: &Parameters) -> Option<ClaimError> {
    let presented = parameters.get("x-oss-signature-version")?;
    presented.starts_with(OSS).then_some(ClaimError::Procedure { presented })
}

fn provider1(algorithm: &str) -> Result<(&str, Scheme), ClaimError> {
    if [GOOGLE_RSA, ML_DSA].contains(&algorithm) {
        return Err(ClaimError::Procedure { presented: algorithm.to_owned() });
    }
    let unknown = || ClaimError::Algorithm { presented: algorithm.to_owned() };
    let (provider, scheme) = Scheme::from_algorithm(algorithm).ok_or_else(unknown)?;
    if provider == OSS {
        return Err(ClaimError::Procedure { presented: algorithm.to_owned() });
    }
    let name = provider.strip_suffix('4').filter(|name| is_word(name)).ok_or_else(unknown)?;
    Ok((name, scheme))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Prefers a known dialect, which holds more than the two provider names.
fn from_providers(provider1: &str, provider2: &str) -> Dialect {
    let made = || Dialect::from_providers(provider1, provider2);
    Dialect::from_name(&format!("{provider1}:{provider2}")).unwrap_or_else(|_| made())
}
