//! The canonical path, built by one of two rules.
//!
//! The S3 family decodes the path and encodes each byte once. The `/` in an object key is always a separator, so `%2F`
//! becomes `/` (Ceph, Swift and MinIO do the same; SDKs sign `%2F` unchanged, and `prepare` warns about it). Every
//! other service removes empty and dot segments from the wire path and encodes it again: `/a%20b` becomes `/a%2520b`.
//!
//! Official implementations differ on a trailing `/.` or `/..`: RFC 3986 §5.2.4, aws-sdk-rust and Java's URI class keep
//! a slash (`/a/b/..` becomes `/a/`), botocore drops it (`/a`). This module follows the RFC; `verify` accepts both.
//!
//! AWS reads a raw `+` in an object key as a space, so its canonical path contains `%20`. Ceph, Swift, MinIO and others
//! read it as a plus sign.

use crate::encode::{self, Plus, Slash};
use crate::scheme::Dialect;

/// How to make a path canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathRule {
    /// How often the path is encoded.
    pub encoding: PathEncoding,
    /// Whether empty and dot segments are removed.
    pub normalization: PathNormalization,
    /// What a raw `+` stands for when the path is decoded.
    pub plus: PathPlus,
}

/// What a raw `+` in a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathPlus {
    /// A plus sign.
    Plus,
    /// A space, as in form data.
    Space,
}

/// How often a path is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathEncoding {
    /// Once: the path is decoded, and each byte is encoded once.
    Once,
    /// Twice: the path on the wire, which is already encoded, is encoded again.
    Twice,
}

/// Whether empty segments and dot segments are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathNormalization {
    /// They are removed: `//a/./b/../c` becomes `/a/c`.
    Normalized,
    /// They are kept, as part of the object key.
    Verbatim,
}

impl PathRule {
    /// The rule for the S3 family.
    pub const S3: Self =
        Self { encoding: PathEncoding::Once, normalization: PathNormalization::Verbatim, plus: PathPlus::Plus };
    /// The rule for all other services.
    pub const OTHERS: Self =
        Self { encoding: PathEncoding::Twice, normalization: PathNormalization::Normalized, plus: PathPlus::Plus };

    /// The rule for a service, given its name in the credential scope.
    pub fn for_service(dialect: &Dialect, service: &str) -> Self {
        if dialect.stores_objects(service) { Self::S3 } else { Self::OTHERS }
    }
}

impl From<PathPlus> for Plus {
    fn from(plus: PathPlus) -> Self {
        match plus {
            PathPlus::Plus => Self::Literal,
            PathPlus::Space => Self::Space,
        }
    }
}

/// Appends the canonical form of a wire path; an empty path becomes `/`.
pub fn write(path: &[u8], rule: PathRule, out: &mut Vec<u8>) {
    let normalized;
    let path: &[u8] = match rule.normalization {
        PathNormalization::Normalized if needs_normalizing(path) => {
            normalized = normalize(path);
            &normalized
        }
        _ if path.is_empty() => b"/",
        _ => path,
    };
    match rule.encoding {
        PathEncoding::Once => encode::recode(path, Slash::Keep, rule.plus.into(), out),
        PathEncoding::Twice => encode::encode(path, Slash::Keep, out),
    }
}

fn needs_normalizing(path: &[u8]) -> bool {
    path.windows(2).any(|pair| matches!(pair, b"//" | b"/.")) || !path.starts_with(b"/")
}

/// Whether clients that resolve paths would change this one (RFC 3986 §5.2.4). In browsers, `%2E` is a dot too (WHATWG URL,
/// section 4.4).
pub fn has_dot_segment(path: &[u8]) -> bool {
    let is_dots = |segment| match without_dot(segment) {
        Some(rest) => rest.is_empty() || without_dot(rest).is_some_and(<[u8]>::is_empty),
        None => false,
    };
    path.split(|byte| *byte == b'/').any(is_dots)
}

fn without_dot(segment: &[u8]) -> Option<&[u8]> {
    match segment {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Removes empty and dot segments (RFC 3986 §5.2.4, plus `//` replaced by `/`).
pub(crate) fn normalize(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut ends_in_directory = false;
    for segment in path.split(|&byte| byte == b'/') {
        ends_in_directory = matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let mut out = Vec::with_capacity(path.len());
    for segment in &kept {
        out.push(b'/');
        out.extend_from_slice(segment);
    }
    if ends_in_directory || kept.is_empty() {
        out.push(b'/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str, rule: PathRule) -> String {
        let mut out = Vec::new();
        write(path.as_bytes(), rule, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn segments_that_clients_remove_are_found() {
        for path in ["/.", "/./a", "/a/..", "/a/../b", "/%2e/a", "/.%2E/a", "/%2e%2e"] {
            assert!(has_dot_segment(path.as_bytes()), "{path}");
        }
        for path in ["/", "/...", "/.a", "/a.", "/a/..b", "/%2e%2e%2e", "/%252e", "//"] {
            assert!(!has_dot_segment(path.as_bytes()), "{path}");
        }
    }

    /// Object keys from S3's documentation (*Creating object key names*) and from public bug reports about clients.
    #[test]
    fn s3_paths_are_encoded_once_and_never_normalized() {
        for (wire, expected) in [
            ("", "/"),
            ("/a%20b", "/a%20b"),
            ("/a+b", "/a%2Bb"),
            ("//a/../b/.//", "//a/../b/.//"),
            ("/a%2fb", "/a/b"),
            ("/%7Euser/=@:$,;!*'()&", "/~user/%3D%40%3A%24%2C%3B%21%2A%27%28%29%26"),
            ("/\u{e9}%C3%a9", "/%C3%A9%C3%A9"),
            ("/100%", "/100%25"),
        ] {
            assert_eq!(canonical(wire, PathRule::S3), expected);
        }
    }

    /// Dot segments as in RFC 3986 §5.2.4, with empty segments removed as well.
    #[test]
    fn other_paths_are_normalized_and_encoded_again() {
        for (wire, expected) in [
            ("", "/"),
            ("/a%20b", "/a%2520b"),
            ("/a/b/..", "/a/"),
            ("/a/b/.", "/a/b/"),
            ("/a/b/../", "/a/"),
            ("/../..", "/"),
            ("//a//b//", "/a/b/"),
            ("/.hidden/..two/a.", "/.hidden/..two/a."),
            ("/%2e%2e/a", "/%252e%252e/a"),
        ] {
            assert_eq!(canonical(wire, PathRule::OTHERS), expected);
        }
    }
}
