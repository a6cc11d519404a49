//! Texts that a client may have signed instead of the right one: a file for each field, a step for each decision.
//!
//! Everything here is made from the request as it arrived, and from names that the user gave. The right text
//! comes from the derivation, which does not know about this module. To teach sigvet a mistake, add it to the
//! catalogue and to a step here.

pub(super) mod escaping;
mod host;
mod header_values;
mod method;
pub(super) mod names;
pub(super) mod text;
mod headers;
mod path;
pub(super) mod payload;
mod query;
pub(super) mod secret;
mod mistyped_secret;
pub(super) mod times;
pub(super) mod signing;
pub(super) mod singles;

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::alphabet::STANDARD as STANDARD_ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::allowance::Allowance;
use super::catalogue::{PATH_WITH_QUERY, PAYLOAD_HEADER_MISMATCH, TIME_CHANGED, TIME_DATE_HEADER};
use super::evidence::Hints;
use super::field::Field;
use super::outcome::AppliedMistake;
use super::size::Size;
use payload::Hashes;
use sigvet_core::canonical::{CanonicalRequest, Field as Part, PayloadHash};
use sigvet_core::claim::Claim;
use sigvet_core::crypto::sha256;
use sigvet_core::derivation::{Placement, Terms};
use sigvet_core::endpoint;
use sigvet_core::internal::{canonical, join_target};
use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::time::Timestamp;

/// The parts of the request that a client may have signed.
#[derive(Clone)]
pub(super) struct Subject<'a> {
    pub(super) method: String,
    pub(super) path: Vec<u8>,
    pub(super) query: Option<Vec<u8>>,
    pub(super) headers: Headers,
    pub(super) body: &'a Body,
    pub(super) terms: Terms,
    /// The request's list of signed headers.
    pub(super) listed: String,
    pub(super) hints: &'a Hints,
    /// Shared by all requests with the same body.
    hashes: Arc<OnceLock<Hashes>>,
}

/// The fields of a canonical request in order. The headers and their list are one field.
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
            method: request.method().to_owned(),
            path: request.path().to_vec(),
            query: request.query().map(<[u8]>::to_vec),
            headers: request.headers.clone(),
            body: &request.body,
            terms: claim.terms.clone(),
            listed: claim.signed_headers_listed.clone(),
            hints,
            hashes: Arc::default(),
        }
    }

    /// The size of the request's head.
    pub(super) fn size(&self) -> Size {
        let signed = self.terms.signed_headers.iter().count();
        Size::new(&self.path, self.query.as_deref(), &self.headers, signed)
    }

    /// The hash of the body, and the hashes of bodies that may have been hashed instead.
    pub(super) fn hashes(&self) -> &Hashes {
        self.hashes.get_or_init(|| Hashes::new(self.body, self.query.as_deref()))
    }

    /// Generates, within the allowance, every text that at most `most` mistakes make of each field.
    pub(super) fn fields(&self, most: usize, allowance: &Allowance<'_>) -> Fields {
        let right = self.right();
        let part = |part| right.field(part).to_vec();
        if most == 0 {
            let only = |text| Field::only_right(part(text));
            let headers = Field::only_right(headers_of(&right));
            let (method, path, query) = (only(Part::Method), only(Part::Path), only(Part::Query));
            return Fields { method, path, query, headers, payload: only(Part::Payload) };
        }
        Fields {
            method: Field::new(&method::Method::new(&self.method), part(Part::Method), most, allowance),
            path: Field::new(&path::Path::new(self), part(Part::Path), most, allowance),
            query: Field::new(&query::Query::new(self), part(Part::Query), most, allowance),
            headers: Field::new(&headers::Headers::new(self), headers_of(&right), most, allowance),
            payload: Field::new(&payload::Payload::new(self), part(Part::Payload), most, allowance),
        }
    }

    /// The right canonical request. The path and query are used as they are, because a `?` may be part of the path.
    fn right(&self) -> CanonicalRequest {
        let terms = &self.terms;
        CanonicalRequest::assemble(|part, out| match part {
            Part::Method => out.extend_from_slice(self.method.as_bytes()),
            Part::Path => canonical::path::write(&self.path, terms.path_rule, out),
            Part::Query => canonical::query::write(self.query.as_deref(), |name| terms.omits_parameter(name), out),
            Part::Headers => canonical::headers::write(&self.headers, &terms.signed_headers, out),
            Part::SignedHeaders => out.extend_from_slice(terms.signed_headers.as_str().as_bytes()),
            Part::Payload => terms.payload.write(out),
        })
    }

    /// Other requests that may have been signed. They cover the mistakes that change more than one field.
    pub(super) fn others(&self) -> Vec<(AppliedMistake, Self)> {
        let right = self.terms.timestamp.as_str();
        let of_instant = |mistake, instant: Timestamp| {
            let made = AppliedMistake::new(mistake, instant.as_str(), right);
            (
                made.with_detail(format!("{instant} was signed in every place where the request has {right}")),
                self.at(instant),
            )
        };
        let mut others: Vec<(AppliedMistake, Self)> = Vec::new();
        others.extend(times::date_header(self).map(|date| of_instant(&TIME_DATE_HEADER, date)));
        others
            .extend(times::others(self.terms.timestamp).into_iter().map(|instant| of_instant(&TIME_CHANGED, instant)));
        others.extend(self.with_other_hashes());
        if let Some(query) = &self.query {
            let path = join_target(&self.path, Some(query));
            let made = AppliedMistake::new(&PATH_WITH_QUERY, path.clone(), self.path.clone());
            others.push((made, Self { path, query: None, ..self.clone() }));
        }
        others.extend(self.with_split_path());
        others
    }

    /// The request as it was before something percent-encoded the `?` between path and query.
    fn with_split_path(&self) -> Option<(AppliedMistake, Self)> {
        let at = self.path.windows(3).position(|bytes| bytes.eq_ignore_ascii_case(b"%3F"))?;
        let (path, rest) = (self.path.get(..at)?.to_vec(), self.path.get(at + 3..)?);
        let query = [(&b"%26"[..], &b"&"[..]), (b"%3D", b"="), (b"%3d", b"=")]
            .into_iter()
            .fold(rest.to_vec(), |query, (from, to)| text::replaced(&query, from, to));
        let query = match &self.query {
            Some(more) if !more.is_empty() => [&query, &b"&"[..], more].concat(),
            _ => query,
        };
        let made = AppliedMistake::new(&PATH_WITH_QUERY, join_target(&path, Some(&query)), self.path.clone())
            .with_detail("the '?' before the query was encoded after signing");
        Some((made, Self { path, query: Some(query), ..self.clone() }))
    }

    /// The same request with another payload hash declared, and signed as declared.
    fn with_other_hashes(&self) -> Vec<(AppliedMistake, Self)> {
        let name = self.terms.dialect.content_sha256_header.clone();
        let Some(declared) = self.headers.first_text(&name) else { return Vec::new() };
        let other = |hash: String| {
            let made = AppliedMistake::new(&PAYLOAD_HEADER_MISMATCH, hash.as_str(), declared);
            let mut subject = self.clone();
            subject.headers.remove(&name);
            subject.headers.push_unchecked(&name, hash.as_str());
            subject.terms.payload = PayloadHash::declared(&hash);
            (made.with_detail(format!("{name} was signed as {hash}")), subject)
        };
        self.known_hashes().into_iter().filter(|hash| hash != declared).map(other).collect()
    }

    /// The same request at another time, changed wherever the time occurs.
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
                subject.query = Some(text::replaced(&query, from.as_bytes(), instant.as_str().as_bytes()));
            }
        }
        subject
    }

    fn stores_objects(&self) -> bool {
        self.terms.dialect.stores_objects(&self.terms.scope.service)
    }

    /// Whether the host contains the bucket, so that the path does not.
    fn has_bucket_in_host(&self) -> bool {
        let host = self.headers.first_text("host").unwrap_or_default();
        endpoint::infer(host::split_port(host).0).is_some_and(|inference| inference.bucket.is_some())
    }

    /// Names that the request's bucket may have, according to its host.
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

    /// Possible values of the header that declares the payload's hash.
    fn known_hashes(&self) -> Vec<String> {
        let of_body = self.hashes().arrived().map(|hash| hash.to_string());
        [PayloadHash::UNSIGNED.to_owned(), sha256(b"").to_string()].into_iter().chain(of_body).collect()
    }
}

/// The canonical headers, the blank line, and the list of signed headers: `host:h\n\nhost`.
pub(super) fn headers_of(canonical_request: &CanonicalRequest) -> Vec<u8> {
    [canonical_request.field(Part::Headers), b"\n", canonical_request.field(Part::SignedHeaders)].concat()
}

/// Base64 with padding (RFC 4648 §4).
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads base64, with or without padding, in either alphabet.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let engine = GeneralPurpose::new(
        &STANDARD_ALPHABET,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    engine.decode(text.replace('-', "+").replace('_', "/")).ok()
}
