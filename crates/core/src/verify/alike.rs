//! Verifies lists of presigned URLs that differ only in paths and signatures from one that was judged: their signatures
//! are computed side by side.
//!
//! Apart from the signature, nothing that a server checks depends on a path that is written plainly: times, scope, key
//! and headers are the same. So URLs whose signatures are right for the same method, or wrong, have the same verdict.

use super::{Finding, Known, Reading, Verdict, readings};
use crate::credentials::Credentials;
use crate::crypto::{self, Hex};
use crate::derivation::{CanonicalTemplate, Placement, Subject, Terms, frame_head};
use crate::encode::is_unreserved;
use crate::request::Request;
use crate::scheme::{AbsorbedKey, Scheme, SigningKey};
use crate::texts::Texts;

/// Verifies the signatures of URLs that are alike. It has no `Debug`, because it contains a key.
pub struct Alike {
    /// `None` if the verdict does not depend on the signature, because it cannot be recomputed.
    recomputed: Option<Recomputed>,
}

struct Recomputed {
    /// For each method that the URLs may be for, the most likely first.
    canonical: Vec<CanonicalTemplate>,
    terms: Terms,
    key: AbsorbedKey,
}

/// What the signature of a URL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// The signature for this method, by its index.
    Method(usize),
    /// Wrong, whatever the method.
    None,
    /// Unknown, because it cannot be recomputed.
    Unknown,
}

impl Alike {
    /// Makes a verifier from a URL that was judged with this key. `None` if the URL is of another scheme than Version 4,
    /// its path is not plain, or it is right only if the path is read in another way.
    pub fn new(request: &Request, verdict: &Verdict, credentials: Option<&Credentials>, known: Known) -> Option<Self> {
        let (claim, _) = verdict.as_v4()?;
        let terms = &claim.terms;
        let is_read_otherwise =
            |finding: &Finding| matches!(finding, Finding::ReadAs(reading) if !matches!(reading, Reading::Method(_)));
        let is_in_query = matches!(terms.placement, Placement::Query { .. });
        let is_v4_url = terms.scheme == Scheme::V4 && is_in_query && is_plain_path(request.path());
        if !is_v4_url || verdict.findings.iter().any(is_read_otherwise) {
            return None;
        }
        let Some(credentials) = credentials else { return Some(Self { recomputed: None }) };
        if verdict.is_signature_right().is_none() {
            let is_unknown = verdict.findings.iter().any(|finding| matches!(finding, Finding::NotKnown { .. }));
            let is_wrong = verdict.findings.contains(&Finding::SignatureMismatch);
            return (is_unknown && !is_wrong).then_some(Self { recomputed: None });
        }
        let key = SigningKey::derive(&credentials.secret_access_key, &terms.dialect, &terms.scope);
        let others = readings::METHODS.into_iter().filter(|method| !known.method && *method != request.method);
        let methods = std::iter::once(request.method.as_str()).chain(others);
        let template =
            |method: &str| CanonicalTemplate::new(&Request { method: method.to_owned(), ..request.clone() }, terms);
        let recomputed = Recomputed {
            canonical: methods.map(template).collect(),
            key: key.absorb(frame_head(terms, Subject::Request).as_bytes()),
            terms: terms.clone(),
        };
        Some(Self { recomputed: Some(recomputed) })
    }

    /// What the signature of each URL is: URLs are given as path and signature. The paths must be
    /// [plain](is_plain_path), and the signatures hexadecimal.
    pub fn match_each(&self, urls: &[(&[u8], &[u8])]) -> Vec<Matching> {
        let Some(recomputed) = &self.recomputed else { return vec![Matching::Unknown; urls.len()] };
        let mut matched = vec![Matching::None; urls.len()];
        let mut open: Vec<usize> = (0..urls.len()).collect();
        for (method, canonical) in recomputed.canonical.iter().enumerate() {
            if open.is_empty() {
                break;
            }
            let tried: Vec<_> = open.iter().map(|at| urls[*at]).collect();
            let are_right = recomputed.verify_each(canonical, &tried);
            let (right, further): (Vec<_>, Vec<_>) =
                open.into_iter().zip(are_right).partition(|(_, is_right)| *is_right);
            right.into_iter().for_each(|(at, _)| matched[at] = Matching::Method(method));
            open = further.into_iter().map(|(at, _)| at).collect();
        }
        matched
    }
}

impl Recomputed {
    fn verify_each(&self, canonical: &CanonicalTemplate, urls: &[(&[u8], &[u8])]) -> Vec<bool> {
        let mut texts = Texts::with_capacity(urls.len(), canonical.length() + 64);
        for (path, _) in urls {
            texts.push(|out| canonical.write(path, &self.terms, out));
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
