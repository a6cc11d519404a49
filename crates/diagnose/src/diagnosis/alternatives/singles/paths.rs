//! Paths that a proxy or a gateway may have rewritten after they were signed.

use super::{Filled, Filling, Gap, Right, Series};
use crate::diagnosis::alternatives::Subject;
use crate::diagnosis::catalogue::{Mistake, PATH_CHANGED, PATH_NORMALIZED, PATH_PREFIX_CHANGED};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::canonical::Field as Part;
use sigvet_core::internal::canonical;

/// First segments that proxies use for routing and then remove.
const PREFIXES: [&str; 72] = [
    "s3",
    "minio",
    "storage",
    "files",
    "file",
    "objects",
    "object",
    "aws",
    "proxy",
    "gateway",
    "rest",
    "public",
    "app",
    "bucket",
    "buckets",
    "data",
    "assets",
    "static",
    "upload",
    "uploads",
    "download",
    "downloads",
    "media",
    "images",
    "img",
    "cdn",
    "es",
    "opensearch",
    "elasticsearch",
    "search",
    "elastic",
    "v3",
    "v4",
    "internal",
    "r2",
    "obs",
    "oss",
    "swift",
    "ceph",
    "rgw",
    "backend",
    "web",
    "service",
    "services",
    "store",
    "archive",
    "backup",
    "backups",
    "blob",
    "blobs",
    "content",
    "docs",
    "documents",
    "graphql",
    "http",
    "https",
    "io",
    "local",
    "main",
    "new",
    "old",
    "private",
    "pub",
    "qa",
    "remote",
    "root",
    "s3proxy",
    "sandbox",
    "server",
    "uat",
    "lambda",
    "dynamodb",
];
/// Maximum number of places in which a slash is doubled.
const MOST_SLASHES: usize = 64;

/// If a path has more letters than this, not every combination of cases is tried: there would be too many.
const MOST_LETTERS: usize = 14;

/// Headers in which proxies forward the target that the client requested.
const ORIGINAL_TARGETS: [&str; 6] = [
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
    "x-envoy-original-path",
    "x-forwarded-uri",
    "x-replaced-path",
];

pub(super) fn series<'a>(right: &Right<'a, '_>) -> Box<dyn Series + 'a> {
    let written = |(mistake, detail, path): Rewritten| {
        let mut text = Vec::new();
        canonical::path::write(&path, right.subject.terms.path_rule, &mut text);
        (mistake, detail, text)
    };
    let signed = rewritten(right.subject).into_iter().map(written).collect();
    let filling = Paths { signed, expected: right.text.field(Part::Path).to_vec() };
    Box::new(Filled { gap: Gap::in_field(&right.text, Part::Path), frame: right.signing.right_frame(), filling })
}

/// Canonical paths that may have been signed.
struct Paths {
    signed: Vec<Rewritten>,
    expected: Vec<u8>,
}

impl Filling for Paths {
    fn count(&self) -> usize {
        self.signed.len()
    }

    fn write(&self, number: usize, out: &mut Vec<u8>) {
        out.extend(self.signed.get(number).into_iter().flat_map(|(_, _, path)| path));
    }

    fn cause(&self, number: usize) -> AppliedMistake {
        let (mistake, detail, path) = self.signed.get(number).expect("its number is below the count");
        AppliedMistake::new(mistake, path.clone(), self.expected.clone()).with_detail(detail.as_str())
    }
}

/// The mistake, a description of the change, and the path.
type Rewritten = (&'static Mistake, String, Vec<u8>);

/// The paths that may have been signed, as on the wire.
fn rewritten(subject: &Subject<'_>) -> Vec<Rewritten> {
    let path = &subject.path;
    let mut all: Vec<Rewritten> = Vec::new();
    for name in ORIGINAL_TARGETS {
        let Some(target) = subject.headers.first(name) else { continue };
        let original = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        if original.starts_with(b"/") {
            let mistake = if original.ends_with(path) { &PATH_PREFIX_CHANGED } else { &PATH_CHANGED };
            all.push((mistake, format!("{name} has the path that was signed"), original.to_vec()));
        }
    }
    all.extend(with_more_slashes(subject));
    for prefix in PREFIXES {
        let prefixed = [b"/", prefix.as_bytes(), path].concat();
        all.push((&PATH_PREFIX_CHANGED, format!("/{prefix} was removed after signing"), prefixed));
    }
    all.extend(with_other_case(path));
    for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b';') {
        let cut = path.get(..at).unwrap_or_default().to_vec();
        all.push((&PATH_CHANGED, "the path was signed only up to a ';'".to_owned(), cut));
    }
    all
}

/// The path as it was before something merged two slashes or removed a dot segment.
fn with_more_slashes(subject: &Subject<'_>) -> Vec<Rewritten> {
    let (path, merged) = (&subject.path, &PATH_NORMALIZED);
    let mut all: Vec<Rewritten> = Vec::new();
    for at in path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at).take(MOST_SLASHES) {
        let (before, behind) = path.split_at(at);
        let doubled = [before, b"/", behind].concat();
        all.push((merged, "'//' was merged into '/' after signing".to_owned(), doubled));
        for segment in ["/.", "/x/.."] {
            let resolved = [before, segment.as_bytes(), behind].concat();
            all.push((merged, "a dot segment was resolved after signing".to_owned(), resolved));
        }
    }
    let everywhere: Vec<u8> =
        path.iter().flat_map(|byte| if *byte == b'/' { b"//".to_vec() } else { vec![*byte] }).collect();
    all.push((merged, "every '//' was merged into '/' after signing".to_owned(), everywhere));
    all
}

/// The path with its letters in another case.
fn with_other_case(path: &[u8]) -> Vec<Rewritten> {
    let mut all: Vec<Rewritten> = vec![
        (&PATH_CHANGED, "letters were uppercased after signing".to_owned(), path.to_ascii_lowercase()),
        (&PATH_CHANGED, "letters were lowercased after signing".to_owned(), path.to_ascii_uppercase()),
    ];
    for (at, byte) in path.iter().enumerate().filter(|(_, byte)| byte.is_ascii_lowercase()) {
        let (before, behind) = path.split_at(at);
        let upper = [before, &[byte.to_ascii_uppercase()], behind.get(1..).unwrap_or_default()].concat();
        all.push((&PATH_CHANGED, "a letter was lowercased after signing".to_owned(), upper));
    }
    all.extend(with_each_case(path));
    all
}

/// For a path with few letters, all in one case: the path with each letter in both cases.
fn with_each_case(path: &[u8]) -> Vec<Rewritten> {
    let letters: Vec<usize> =
        path.iter().enumerate().filter(|(_, byte)| byte.is_ascii_alphabetic()).map(|(at, _)| at).collect();
    let is_upper = path.iter().any(u8::is_ascii_uppercase);
    if letters.len() > MOST_LETTERS || path.contains(&b'%') || is_upper && path.iter().any(u8::is_ascii_lowercase) {
        return Vec::new();
    }
    let case = if is_upper { "upper" } else { "lower" };
    let with_case = |which: u32| {
        let mut other = path.to_vec();
        for (_, &at) in letters.iter().enumerate().filter(|(bit, _)| which >> bit & 1 == 1) {
            if let Some(letter) = other.get_mut(at) {
                *letter ^= 0x20;
            }
        }
        (&PATH_CHANGED, format!("the path was {case}cased after signing"), other)
    };
    (1..1 << letters.len()).map(with_case).collect()
}
