//! Verifies lists of presigned URLs that differ only in paths and signatures from one that was judged: their signatures
//! are computed side by side.
//!
//! Apart from the signature, nothing that a server checks depends on a path that is written plainly: times, scope, key
//! and headers are the same. So a valid signature leads to the same verdict. A URL with an invalid one is judged by
//! itself.

use super::{Finding, Verdict};
use crate::credentials::Credentials;
use crate::crypto::{self, Hex};
use crate::derivation::{CanonicalTemplate, Placement, Subject, Terms, frame_head};
use crate::encode::is_unreserved;
use crate::request::Request;
use crate::scheme::{AbsorbedKey, Scheme, SigningKey};
use crate::texts::Texts;

/// Verifies the signatures of URLs that are alike. It has no `Debug`, because it contains a key.
pub struct Alike {
    canonical: CanonicalTemplate,
    terms: Terms,
    key: AbsorbedKey,
}

impl Alike {
    /// Makes a verifier from a URL that was judged with this key; `None` if its signature is wrong, is of another
    /// scheme than Version 4, or is valid only in one of several readings.
    pub fn new(request: &Request, verdict: &Verdict, credentials: &Credentials) -> Option<Self> {
        let (claim, _) = verdict.as_v4()?;
        let terms = &claim.terms;
        let is_read_otherwise = verdict.findings.iter().any(|finding| matches!(finding, Finding::ReadAs(_)));
        let is_in_query = matches!(terms.placement, Placement::Query { .. });
        let is_right = verdict.is_signature_right() == Some(true) && !is_read_otherwise;
        if !is_right || !is_in_query || terms.scheme != Scheme::V4 || !is_plain_path(request.path()) {
            return None;
        }
        let key = SigningKey::derive(&credentials.secret_access_key, &terms.dialect, &terms.scope);
        Some(Self {
            canonical: CanonicalTemplate::new(request, terms),
            key: key.absorb(frame_head(terms, Subject::Request).as_bytes()),
            terms: terms.clone(),
        })
    }

    /// Whether each of these signatures is valid for its path, which must be [plain](is_plain_path).
    pub fn verify_each(&self, urls: &[(&[u8], &[u8])]) -> Vec<bool> {
        let mut texts = Texts::with_capacity(urls.len(), self.canonical.length() + 64);
        for (path, _) in urls {
            texts.push(|out| self.canonical.write(path, &self.terms, out));
        }
        let hashes: Vec<Hex> = crypto::sha256_each(texts.iter()).iter().map(Hex::new).collect();
        let expected = self.key.sign_each(&hashes);
        let pairs = urls.iter().zip(expected.iter());
        pairs.map(|((_, presented), expected)| crypto::constant_time_eq(presented, expected)).collect()
    }
}

/// Whether a path is the same in every reading: only unreserved characters, and no segment that is empty or begins with
/// a dot.
pub fn is_plain_path(path: &[u8]) -> bool {
    let is_odd = |pair: &[u8]| pair[0] == b'/' && matches!(pair[1], b'/' | b'.');
    path.first() == Some(&b'/')
        && path.iter().all(|&byte| is_unreserved(byte) || byte == b'/')
        && !path.windows(2).any(is_odd)
}
