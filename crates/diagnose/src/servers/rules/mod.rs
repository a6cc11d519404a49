//! Computes the texts that servers make of a request by their own rules.
//!
//! A text is computed with a set of rules. Each rule replaces one step of a field; all other steps are AWS's.
//! Without rules, the text is the right one. These modules judge nothing and know no secret.

mod path;
mod query;
mod blanks;
mod headers;
mod refusal;
mod version_2;

pub(super) use blanks::Blanks;
pub(super) use headers::HeaderRule;
pub(super) use path::PathRule;
pub(super) use query::QueryRule;
pub(super) use refusal::Refusal;
pub(super) use version_2::V2Rule;

use sigvet_core::canonical::{CanonicalRequest, Field};
use sigvet_core::claim::Claim;
use sigvet_core::derivation::{Terms, derive};
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::v2;

/// A server's deviation from AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// A different canonical query.
    Query(QueryRule),
    /// A different canonical path, for requests signed for S3.
    Path(PathRule),
    /// Different canonical headers.
    Headers(HeaderRule),
    /// A different Version 2 string to sign.
    V2(V2Rule),
    /// A refusal before the signature is checked.
    Refused(Refusal),
    /// A chunked body is stored as the object itself, if its payload is declared with this keyword.
    FramingStored(&'static str),
}

/// A signed request with the terms of its claim.
pub(crate) enum Signed<'a> {
    /// Signed with Version 4.
    V4(&'a Request, &'a Terms),
    /// Signed with Version 2.
    V2(&'a Request, &'a v2::Terms),
}

/// The claim of a request.
pub(super) enum Extracted {
    V4(Box<Claim>),
    V2(Box<v2::Claim>),
}

impl Extracted {
    pub(super) fn from_request(request: &Request, buckets: BucketRule<'_>) -> Option<Self> {
        let v4 = Claim::extract(request).ok().map(|claim| Self::V4(Box::new(claim)));
        let v2 = || v2::Claim::extract(request, buckets)?.ok().map(|claim| Self::V2(Box::new(claim)));
        v4.or_else(v2)
    }

    pub(super) fn signed<'a>(&'a self, request: &'a Request) -> Signed<'a> {
        match self {
            Self::V4(claim) => Signed::V4(request, &claim.terms),
            Self::V2(claim) => Signed::V2(request, &claim.terms),
        }
    }
}

impl Signed<'_> {
    /// The canonical request, or the Version 2 string to sign, according to these rules.
    pub(super) fn text(&self, rules: &[Rule]) -> Vec<u8> {
        match self {
            Self::V4(request, terms) => canonical_request(request, terms, rules).as_bytes().to_vec(),
            Self::V2(request, terms) => version_2::string_to_sign(request, terms, &of(rules, as_v2)).to_bytes(),
        }
    }

    /// Whether a rule applies to the request, or gives a text other than the right one.
    pub(super) fn triggers(&self, rule: Rule, right: &[u8]) -> bool {
        match (rule, self) {
            (Rule::Refused(refusal), Self::V4(request, _)) => refusal.is_due(request),
            (Rule::FramingStored(word), Self::V4(_, terms)) => is_declared(terms, word),
            (Rule::Refused(_) | Rule::FramingStored(_), Self::V2(..)) => false,
            _ => self.text(&[rule]) != right,
        }
    }
}

fn is_declared(terms: &Terms, word: &str) -> bool {
    let mut declared = Vec::new();
    terms.payload.write(&mut declared);
    declared == word.as_bytes()
}

fn canonical_request(request: &Request, terms: &Terms, rules: &[Rule]) -> CanonicalRequest {
    let right = derive(request, terms).canonical_request;
    let (query, path, headers) = (of(rules, as_query), of(rules, as_path), of(rules, as_headers));
    let is_store = terms.dialect.stores_objects(&terms.scope.service);
    CanonicalRequest::assemble(|field, out| match field {
        Field::Query if !query.is_empty() => query::write(request, terms, &query, out),
        Field::Path if is_store && !path.is_empty() => path::write(request.path(), &path, out),
        Field::Headers if !headers.is_empty() => headers::write(&request.headers, terms, &headers, out),
        Field::SignedHeaders => headers::write_list(terms, &headers, out),
        field => out.extend_from_slice(right.field(field)),
    })
}

fn of<T>(rules: &[Rule], one: impl Fn(Rule) -> Option<T>) -> Vec<T> {
    rules.iter().copied().filter_map(one).collect()
}

fn as_query(rule: Rule) -> Option<QueryRule> {
    if let Rule::Query(rule) = rule { Some(rule) } else { None }
}

fn as_path(rule: Rule) -> Option<PathRule> {
    if let Rule::Path(rule) = rule { Some(rule) } else { None }
}

fn as_headers(rule: Rule) -> Option<HeaderRule> {
    if let Rule::Headers(rule) = rule { Some(rule) } else { None }
}

fn as_v2(rule: Rule) -> Option<V2Rule> {
    if let Rule::V2(rule) = rule { Some(rule) } else { None }
}
