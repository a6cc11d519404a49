//! The Version 2 string to sign as servers compute it.

use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::internal::{join, path_of, sub_resources};
use sigvet_core::request::{Headers, Request};
use sigvet_core::v2::{Placement, StringToSign, Terms};

/// A server's deviation in the string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::servers) enum V2Rule {
    /// Signs only the query parameters in one of these lists.
    Parameters(&'static [&'static [&'static str]]),
    /// Does not sign these query parameters.
    LeftOut(&'static [&'static str]),
    /// Signs only the last of repeated headers.
    LastHeader,
    /// Signs parameter values in their encoded form.
    ValuesEncoded,
    /// Does not sign a bucket from the host name.
    BucketLeftOut,
    /// Signs the `Date` header although `x-amz-date` is sent.
    DateKept,
}

/// The string to sign according to these rules.
pub(super) fn string_to_sign(request: &Request, terms: &Terms, rules: &[V2Rule]) -> StringToSign {
    let right = terms.derive(request);
    if rules.is_empty() {
        return right;
    }
    let resource = resource(request, terms, rules);
    let is_in_header = matches!(terms.placement, Placement::Header { .. });
    let date = match rules.contains(&V2Rule::DateKept) && is_in_header {
        true => request.headers.first_text("date").unwrap_or_default().as_bytes().to_vec(),
        false => right.date.clone(),
    };
    let amz_headers = match rules.contains(&V2Rule::LastHeader) {
        true => terms.derive(&with_last_headers(request)).amz_headers,
        false => right.amz_headers.clone(),
    };
    StringToSign { date, amz_headers, resource, ..right }
}

/// The request with only the last of repeated headers.
fn with_last_headers(request: &Request) -> Request {
    let all: Vec<_> = request.headers.iter().collect();
    let mut headers = Headers::default();
    for (at, header) in all.iter().enumerate() {
        let is_repeated = all.iter().skip(at + 1).any(|later| later.name.eq_ignore_ascii_case(&header.name));
        if !is_repeated {
            headers.push_unchecked(&header.name, header.value.clone());
        }
    }
    let mut request = request.clone();
    request.headers = headers;
    request
}

fn resource(request: &Request, terms: &Terms, rules: &[V2Rule]) -> Vec<u8> {
    let is_signed = |name: &[u8]| {
        let of_rule = |rule: &V2Rule| match rule {
            V2Rule::Parameters(lists) => lists.iter().copied().flatten().any(|known| known.as_bytes() == name),
            V2Rule::LeftOut(names) => !names.iter().any(|known| known.as_bytes() == name),
            _ => true,
        };
        rules.iter().all(of_rule)
    };
    let mut parameters = sub_resources(request, terms.names);
    parameters.retain(|(name, _)| is_signed(name));
    if rules.contains(&V2Rule::ValuesEncoded) {
        parameters.iter_mut().for_each(|(_, value)| *value = form_encoded(value));
    }
    let bucket = terms.bucket.as_deref().filter(|_| !rules.contains(&V2Rule::BucketLeftOut));
    join(bucket, path_of(request), &parameters)
}

/// Encodes like Go's `url.QueryEscape`: a space becomes a plus sign.
fn form_encoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for (at, word) in value.split(|byte| *byte == b' ').enumerate() {
        if at > 0 {
            out.push(b'+');
        }
        encode(word, Slash::Encode, &mut out);
    }
    out
}
