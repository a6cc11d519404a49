//! Finds headers and parameters that a request may have only once: those that carry its signature, and those that frame
//! it.
//!
//! If one is repeated, servers differ in which they use: MinIO and Go use the first, Ceph's maps keep the last, and s3s
//! and RFC 9112 §3.2 refuse the request. Then a proxy checks something else than the server behind it acts on, so it is
//! fatal here.

use super::Finding;
use crate::canonical::query;
use crate::request::{Headers, Request, repeated_names};
use crate::scheme::Dialect;

/// Headers that are read once, in every dialect.
const OF_HTTP: [&str; 3] = ["host", "x-amz-decoded-content-length", "x-amz-trailer"];

/// Finds more than one signature: S3 refuses it with *Only one auth mechanism allowed*.
pub(super) fn judge_mechanisms(headers: &Headers) -> Option<Finding> {
    (headers.values("authorization").count() > 1).then_some(Finding::SignedTwice)
}

/// Finds headers of a signature of the Version 4 family that were sent twice.
pub(super) fn judge_headers(headers: &Headers, dialect: &Dialect) -> Vec<Finding> {
    let region_set = dialect.region_set_header();
    let own = [&dialect.date_header, &dialect.content_sha256_header, &dialect.token_header, region_set.as_str()];
    // `Date` counts only if the header of the dialect is absent.
    let date = (!headers.contains(&dialect.date_header)).then_some("date");
    repeated(headers, OF_HTTP.into_iter().chain(own).chain(date))
}

/// Finds the names that several headers have.
pub(super) fn repeated<'a>(headers: &Headers, names: impl Iterator<Item = &'a str>) -> Vec<Finding> {
    let is_repeated = |name: &&str| headers.values(name).nth(1).is_some();
    names.filter(is_repeated).map(|name| Finding::Repeated { name: name.to_owned() }).collect()
}

/// Finds parameters of a signed query that occur twice, in any case: some servers ignore case when they look up names.
pub(super) fn judge_parameters(request: &Request, is_of_signature: impl Fn(&str) -> bool) -> Vec<Finding> {
    let names = parameter_names(request).filter(|name| is_of_signature(name)).collect();
    repeated_names(names).into_iter().map(|name| Finding::Repeated { name }).collect()
}

fn parameter_names(request: &Request) -> impl Iterator<Item = String> {
    let lower = |name: Vec<u8>| String::from_utf8_lossy(&name).to_ascii_lowercase();
    query::parameters(request.query().unwrap_or_default()).map(move |(name, _)| lower(name))
}

/// Finds a header and a parameter of a presigned URL with the same meaning and different values: MinIO uses the
/// parameter, others the header.
pub(super) fn judge_both_places(request: &Request, dialect: &Dialect) -> Vec<Finding> {
    let pairs: [(&str, String); 3] = [
        (&dialect.date_header, dialect.query_name("Date")),
        (&dialect.content_sha256_header, dialect.query_name("Content-Sha256")),
        (&dialect.token_header, dialect.token_query_name()),
    ];
    let differs = |(header, parameter): &(&str, String)| {
        let in_query = query::parameter(request, parameter);
        let mut in_headers = request.headers.values(header);
        in_query.is_some_and(|in_query| in_headers.any(|value| value.trim_ascii() != in_query))
    };
    pairs.into_iter().filter(differs).map(|(header, _)| Finding::Repeated { name: header.to_owned() }).collect()
}
