//! What a client may have signed in place of what is right: a file for each field, a step for each thing to be decided.
//!
//! Everything here is made from the request that arrived, and from names that the user gave. What is right comes from the
//! derivation, which knows of none of this. To teach sigvet a mistake, add it to the catalogue and to a step here.

mod escaping;
mod header_values;
mod headers;
mod host;
mod method;
mod names;
mod path;
pub(super) mod payload;
mod query;
mod secret;
pub(super) mod signing;
pub(super) mod times;

use super::catalogue::{Mistake, PATH_WITH_QUERY, TIME_CHANGED, TIME_DATE_HEADER};
use super::evidence::Hints;
use super::field::{Cause, Field};
use crate::canonical::{CanonicalRequest, Field as Part, PayloadHash};
use crate::claim::Claim;
use crate::crypto::sha256;
use crate::derivation::{Placement, Terms, derive};
use crate::encode;
use crate::endpoint;
use crate::request::{Body, Headers, Request};
use crate::time::Timestamp;

/// The request that a client may have signed, taken apart.
#[derive(Clone)]
pub(super) struct Subject<'a> {
    pub(super) method: String,
    pub(super) path: Vec<u8>,
    pub(super) query: Option<Vec<u8>>,
    pub(super) headers: Headers,
    pub(super) body: &'a Body,
    pub(super) terms: Terms,
    /// The list of signed headers as the request has it.
    pub(super) listed: String,
    pub(super) hints: &'a Hints,
}

/// The fields of a canonical request in their order. Headers and their list are one.
pub(super) struct Fields {
    pub(super) method: Field,
    pub(super) path: Field,
    pub(super) query: Field,
    pub(super) headers: Field,
    pub(super) payload: Field,
}

impl Fields {
    /// The fields in the order of the canonical request.
    pub(super) fn in_order(&self) -> [&Field; 5] {
        [&self.method, &self.path, &self.query, &self.headers, &self.payload]
    }
}

impl<'a> Subject<'a> {
    pub(super) fn new(request: &'a Request, claim: &Claim, hints: &'a Hints) -> Self {
        Self {
            method: request.method.clone(),
            path: request.path().to_vec(),
            query: request.query().map(<[u8]>::to_vec),
            headers: request.headers.clone(),
            body: &request.body,
            terms: claim.terms.clone(),
            listed: claim.signed_headers_listed.clone(),
            hints,
        }
    }

    /// Every text of every field that at most `most` mistakes make.
    pub(super) fn fields(&self, most: usize) -> Fields {
        let right = derive(&self.request(), &self.terms).canonical_request;
        let part = |part| right.field(part).to_vec();
        Fields {
            method: Field::new(&method::Method::new(&self.method), part(Part::Method), most),
            path: Field::new(&path::Path::new(self), part(Part::Path), most),
            query: Field::new(&query::Query::new(self), part(Part::Query), most),
            headers: Field::new(&headers::Headers::new(self), headers_of(&right), most),
            payload: Field::new(&payload::Payload::new(self), part(Part::Payload), most),
        }
    }

    /// Other requests that may have been signed, where more than one field changes with them.
    pub(super) fn others(&self) -> Vec<(Cause, Self)> {
        let cause = |mistake: &'static Mistake, detail: String| Cause { mistake, detail: Some(detail) };
        let mut others = Vec::new();
        if let Some(date) = times::date_header(self) {
            others.push((cause(&TIME_DATE_HEADER, format!("{date} was signed")), self.at(date)));
        }
        for instant in times::others(self.terms.timestamp) {
            others.push((cause(&TIME_CHANGED, format!("{instant} was signed")), self.at(instant)));
        }
        if self.query.is_some() {
            let path = self.request().target;
            let subject = Self { path, query: None, ..self.clone() };
            others.push((cause(&PATH_WITH_QUERY, "the query was signed as part of the path".to_owned()), subject));
        }
        others
    }

    /// The same request of another instant, wherever it names one.
    fn at(&self, instant: Timestamp) -> Self {
        let mut subject = self.clone();
        subject.terms.timestamp = instant;
        let from = self.terms.timestamp.as_str();
        match self.terms.placement {
            Placement::Header => {
                let name = self.terms.dialect.date_header.clone();
                if subject.headers.remove(&name) > 0 {
                    subject.headers.push_unchecked(&name, instant.as_str());
                }
            }
            Placement::Query { .. } => {
                let query = subject.query.take().unwrap_or_default();
                subject.query = Some(path::replaced(&query, from.as_bytes(), instant.as_str().as_bytes()));
            }
        }
        subject
    }

    fn request(&self) -> Request {
        let mut target = self.path.clone();
        if let Some(query) = &self.query {
            target.push(b'?');
            target.extend_from_slice(query);
        }
        Request { method: self.method.clone(), target, headers: self.headers.clone(), body: Body::Unknown }
    }

    fn stores_objects(&self) -> bool {
        self.terms.dialect.stores_objects(&self.terms.scope.service)
    }

    /// Names that the bucket of the request may have, read from its host.
    fn buckets(&self) -> Vec<String> {
        let host = self.headers.first_text("host").unwrap_or_default();
        let (name, _) = host::split_port(host);
        let mut buckets: Vec<String> =
            endpoint::infer(name).and_then(|inference| inference.bucket).into_iter().collect();
        for endpoint in &self.hints.hosts {
            let endpoint = format!(".{}", host::split_port(endpoint).0);
            buckets.extend(name.strip_suffix(&endpoint).map(str::to_owned));
        }
        let is_address = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if let Some((first, _)) = name.split_once('.').filter(|_| !is_address) {
            buckets.push(first.to_owned());
        }
        buckets.dedup();
        buckets
    }

    fn body_bytes(&self) -> Option<&[u8]> {
        match self.body {
            Body::Bytes(bytes) => Some(bytes),
            Body::Elsewhere { .. } | Body::Unknown => None,
        }
    }

    /// What the header with the payload's hash may say.
    fn known_hashes(&self) -> Vec<String> {
        let of_body = self.body.sha256().map(|hash| hash.to_string());
        [PayloadHash::UNSIGNED.to_owned(), sha256(b"").to_string()].into_iter().chain(of_body).collect()
    }
}

/// The canonical headers, the blank line, and the list: `host:h\n\nhost`.
pub(super) fn headers_of(canonical_request: &CanonicalRequest) -> Vec<u8> {
    [canonical_request.field(Part::Headers), b"\n", canonical_request.field(Part::SignedHeaders)].concat()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648 §4).
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let digit = (word >> (18 - 6 * at)) & 63;
            out.push(if at <= chunk.len() { char::from(BASE64[digit as usize]) } else { '=' });
        }
    }
    out
}

/// Reads base64, with or without padding, in either alphabet.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0);
    for digit in digits.bytes() {
        let digit = match digit {
            b'-' => b'+',
            b'_' => b'/',
            digit => digit,
        };
        let value = BASE64.iter().position(|known| *known == digit)?;
        word = word << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
        }
    }
    Some(out)
}

/// Percent-decoded text for people.
pub(super) fn decoded_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&encode::decode(bytes, encode::Plus::Literal)).into_owned()
}
