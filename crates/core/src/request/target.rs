//! Splits the raw target of a request into path and query, splits the query, and appends parameters.
//!
//! Targets are in origin form, so they have no fragment. The existing target is never rewritten: appending only chooses
//! the byte between the old target and the new parameter.

use crate::encode::{self, Slash};

/// Splits a raw target into its path and its query. An empty query (`/x?`) is not the same as no query.
pub fn split_target(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    match target.iter().position(|&byte| byte == b'?') {
        Some(at) => (target.get(..at).unwrap_or_default(), Some(target.get(at + 1..).unwrap_or_default())),
        None => (target, None),
    }
}

/// Joins a raw path and a raw query; the inverse of [`split_target`].
pub fn join_target(path: &[u8], query: Option<&[u8]>) -> Vec<u8> {
    match query {
        None => path.to_vec(),
        Some(query) => [path, b"?", query].concat(),
    }
}

/// Splits a raw query into names and values, still encoded. A piece without `=` has no value; empty pieces (`a&&b`) are
/// skipped.
pub fn split_query(query: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    query.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty()).map(|piece| {
        match piece.iter().position(|&byte| byte == b'=') {
            Some(at) => (piece.get(..at).unwrap_or_default(), Some(piece.get(at + 1..).unwrap_or_default())),
            None => (piece, None),
        }
    })
}

/// The byte that separates a raw target from a parameter appended to it: `?` if there is no query, `&` after a query,
/// and none after an empty query or one that ends in `&`.
pub(crate) fn parameter_separator(target: &[u8]) -> Option<u8> {
    match split_target(target).1 {
        None => Some(b'?'),
        Some(query) if query.is_empty() || query.ends_with(b"&") => None,
        Some(_) => Some(b'&'),
    }
}

/// Appends a parameter to a raw target. The name is the concatenation of the given pieces and is written unchanged; the
/// value is percent-encoded.
pub(crate) fn push_parameter(target: &mut Vec<u8>, name: &[&str], value: &str) {
    target.extend(parameter_separator(target));
    for piece in name {
        target.extend_from_slice(piece.as_bytes());
    }
    target.push(b'=');
    encode::encode(value.as_bytes(), Slash::Encode, target);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_junction_depends_on_the_target() {
        for (target, expected) in [
            ("/x", "/x?n=v%2F"),
            ("/x?", "/x?n=v%2F"),
            ("/x?a", "/x?a&n=v%2F"),
            ("/x?a=1&", "/x?a=1&n=v%2F"),
            ("/x?a=1&&", "/x?a=1&&n=v%2F"),
            ("/x?&", "/x?&n=v%2F"),
            ("/x?a=1?", "/x?a=1?&n=v%2F"),
            ("/a&", "/a&?n=v%2F"),
        ] {
            let mut appended = target.as_bytes().to_vec();
            push_parameter(&mut appended, &["n"], "v/");
            assert_eq!(String::from_utf8_lossy(&appended), expected);
        }
    }

    #[test]
    fn a_target_splits_at_its_first_question_mark() {
        for (target, path, query) in
            [("/x", "/x", None), ("/x?", "/x", Some("")), ("/x?a?b", "/x", Some("a?b")), ("/%3F", "/%3F", None)]
        {
            let split = split_target(target.as_bytes());
            assert_eq!(split, (path.as_bytes(), query.map(str::as_bytes)));
            assert_eq!(join_target(split.0, split.1), target.as_bytes());
        }
    }

    #[test]
    fn a_query_splits_into_raw_pairs() {
        let pairs: Vec<_> = split_query(b"a&&b=&c=%3D=d&=e").collect();
        let expected: [(&[u8], Option<&[u8]>); 4] =
            [(b"a", None), (b"b", Some(b"")), (b"c", Some(b"%3D=d")), (b"", Some(b"e"))];
        assert_eq!(pairs, expected);
        assert_eq!(split_query(b"").count(), 0);
    }
}
