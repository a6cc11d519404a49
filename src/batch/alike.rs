//! URLs that were verified, and finds those among the next ones that are like them: they differ only in a plain path
//! and the signature, so they have the same verdict if their signatures match in the same way.

use memchr::{memchr, memchr2, memmem};

use super::judged::Judged;
use sigvet_core::verify::{Alike, Matching, is_plain_path};

/// Number of verified URLs that are kept.
const KEPT: usize = 16;

/// A verified URL, and what other URLs must have in common with it.
pub(super) struct KnownUrl {
    origin: Vec<u8>,
    query: Vec<u8>,
    pub(super) alike: Alike,
    /// The verdict for each way in which the signature can match.
    judged: Vec<(Matching, Judged)>,
}

impl KnownUrl {
    /// The verdict about URLs whose signature matches in this way, if one was verified.
    pub(super) fn judged(&self, matching: Matching) -> Option<&Judged> {
        self.judged.iter().find(|(known, _)| *known == matching).map(|(_, judged)| judged)
    }

    /// Adds the verdict about a URL of its own.
    pub(super) fn learn(&mut self, matching: Matching, judged: &Judged) {
        if self.judged(matching).is_none() {
            self.judged.push((matching, judged.clone()));
        }
    }
}

/// The verified URLs, the most recent last.
#[derive(Default)]
pub(super) struct KnownUrls(Vec<KnownUrl>);

impl KnownUrls {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn at(&mut self, index: usize) -> &mut KnownUrl {
        &mut self.0[index]
    }

    /// Finds the verified URL that a record is like, and the parts of the record.
    pub(super) fn find<'r>(&self, record: &'r [u8]) -> Option<(usize, Parts<'r>)> {
        if self.0.is_empty() {
            return None;
        }
        let parts = Parts::read(record)?;
        let is_like = |known: &KnownUrl| known.query == parts.query && known.origin == parts.origin;
        Some((self.0.iter().rposition(is_like)?, parts))
    }

    /// Keeps a verified URL.
    pub(super) fn keep(&mut self, parts: Parts<'_>, alike: Alike, judged: &Judged) {
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        let matching = alike.match_each(&[(parts.path, parts.signature)]);
        let judged = matching.into_iter().map(|matching| (matching, judged.clone())).collect();
        self.0.push(KnownUrl { origin: parts.origin.to_vec(), query: parts.query.to_vec(), alike, judged });
    }
}

/// The parts of a URL in the form of presigned URLs, with the signature last.
#[derive(Clone, Copy)]
pub(super) struct Parts<'r> {
    origin: &'r [u8],
    pub(super) path: &'r [u8],
    pub(super) query: &'r [u8],
    pub(super) signature: &'r [u8],
}

impl<'r> Parts<'r> {
    pub(super) fn read(record: &'r [u8]) -> Option<Self> {
        const NAME: &[u8] = b"&X-Amz-Signature=";
        let (url, signature) = record.split_at_checked(record.len().checked_sub(64)?)?;
        let url = url.strip_suffix(NAME)?;
        let authority = memmem::find(url, b"://")? + 3;
        let path = authority + memchr2(b'/', b'?', &url[authority..])?;
        let (place, query) = url.split_at(path + memchr(b'?', &url[path..])?);
        let (origin, path) = place.split_at(path);
        let is_plain = is_plain_path(path) && signature.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_plain.then_some(Self { origin, path, query, signature })
    }
}
