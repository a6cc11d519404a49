//! The syntax of the form's own options.

use crate::cli::options::value::{InvalidValue, parse_size};

/// `NAME=VALUE`, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// The text before the first `=`.
    pub(super) name: String,
    /// The text after it, which may be empty.
    pub(super) value: String,
}

/// Splits at the first `=`.
pub(super) fn parse_pair(text: &str) -> Result<Pair, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(Pair { name: name.to_owned(), value: value.to_owned() }),
        _ => Err("expected NAME=VALUE, for example acl=private".to_owned()),
    }
}

/// Two sizes with a comma between them.
pub(super) fn parse_range(text: &str) -> Result<(u64, u64), InvalidRange> {
    let (min, max) = text.split_once(',').ok_or(InvalidRange::NotTwo)?;
    Ok((parse_size(min.trim())?, parse_size(max.trim())?))
}

/// Why a text is not a range of sizes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidRange {
    #[error("expected MIN,MAX, for example 1,10MiB")]
    NotTwo,
    #[error(transparent)]
    NotASize(#[from] InvalidValue),
}

/// The scheme that signs a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormScheme {
    V4,
    V2,
}

/// Parses a scheme for policies. Version 4A is not one of them: S3's documentation has only one algorithm for
/// `x-amz-algorithm`.
pub(super) fn parse_scheme(text: &str) -> Result<FormScheme, String> {
    match text {
        "v4" => Ok(FormScheme::V4),
        "v2" => Ok(FormScheme::V2),
        "v4a" => Err("S3 documents no policy that is signed with Version 4A, expected v4 or v2".to_owned()),
        _ => Err("expected v4 or v2".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_split_at_the_first_sign() {
        let pair = |name: &str, value: &str| Ok(Pair { name: name.to_owned(), value: value.to_owned() });
        assert_eq!(parse_pair("a=b=c"), pair("a", "b=c"));
        assert_eq!(parse_pair("a="), pair("a", ""));
        assert!(parse_pair("a").is_err() && parse_pair("=b").is_err());
    }

    #[test]
    fn a_range_is_two_sizes() {
        assert_eq!(parse_range("1, 10MiB"), Ok((1, 10 << 20)));
        assert!(parse_range("1").is_err() && parse_range("1,").is_err() && parse_range("1,2,3").is_err());
    }
}
