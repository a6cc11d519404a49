//! Texts that a client may have signed instead of the lines of the provider's headers.

use crate::diagnosis::allowance::affordable;
use crate::diagnosis::catalogue::{
    HEADER_AMZ_UNSIGNED, HEADER_NAME_CASE, HEADER_REPEATS, HEADER_UNSORTED, HEADER_UNTRIMMED, TOKEN_NOT_SIGNED,
};
use crate::diagnosis::field::Step;
use sigvet_core::internal::canonical::query;
use sigvet_core::internal::captured_request;
use sigvet_core::request::Request;
use sigvet_core::v2::{Placement, StringToSign, Terms};

pub(super) fn step(request: &Request, terms: &Terms, right: &StringToSign) -> Step<Vec<u8>> {
    let names = terms.names;
    let lines: Vec<&[u8]> = right.amz_headers.split_inclusive(|byte| *byte == b'\n').collect();
    let mut step = Step::new(right.amz_headers.clone());
    for (at, line) in lines.iter().enumerate().take(affordable(lines.len(), right.amz_headers.len())) {
        let name = String::from_utf8_lossy(line.split(|byte| *byte == b':').next().unwrap_or_default()).into_owned();
        let others = lines.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, line)| line.to_vec());
        match name == names.token_header {
            true => step = step.or(&TOKEN_NOT_SIGNED, others.collect()),
            false => step.add(&HEADER_AMZ_UNSIGNED, format!("not signed: {name}"), others.collect()),
        }
    }
    step.add(&HEADER_AMZ_UNSIGNED, "none of them was signed", Vec::new());
    let is_own = |name: &str| name.to_ascii_lowercase().starts_with(names.header_prefix);
    let of_query = in_query(request, terms);
    let in_headers = request.headers.iter().map(|header| (header.name.as_str(), header.value.as_slice()));
    let parameters = of_query.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    let own: Vec<(&str, &[u8])> = in_headers.chain(parameters).filter(|(name, _)| is_own(name)).collect();
    let as_sent = |(name, value): &(&str, &[u8])| line(&name.to_ascii_lowercase(), value.trim_ascii());
    if of_query.iter().any(|(name, _)| is_own(name)) {
        let Request { headers, body, .. } = request.clone();
        let without_query = captured_request(request.method(), request.path().to_vec(), headers, body);
        let of_headers = terms.derive(&without_query).amz_headers;
        step.add(&HEADER_AMZ_UNSIGNED, "the parameters of the query were not signed as headers", of_headers);
    }
    step = step.or(&HEADER_UNSORTED, own.iter().flat_map(as_sent).collect());
    let mut sorted = own;
    sorted.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    step = step.or(&HEADER_NAME_CASE, sorted.iter().flat_map(|(name, value)| line(name, value.trim_ascii())).collect());
    let untrimmed = |(name, value): &(&str, &[u8])| line(&name.to_ascii_lowercase(), value);
    step = step.or(&HEADER_UNTRIMMED, sorted.iter().flat_map(untrimmed).collect());
    step.add(&HEADER_REPEATS, "signed on separate lines", sorted.iter().flat_map(as_sent).collect());
    for (detail, joined) in repeats(&sorted) {
        step.add(&HEADER_REPEATS, detail, joined);
    }
    let spaced = right.amz_headers.split_inclusive(|byte| *byte == b'\n').flat_map(|line| {
        let at = line.iter().position(|byte| *byte == b':').map_or(line.len(), |at| at + 1);
        [line.get(..at).unwrap_or_default(), b" ", line.get(at..).unwrap_or_default()].concat()
    });
    step.add(&HEADER_UNTRIMMED, "signed with a space after the colon", spaced.collect());
    step.without_repeats()
}

/// The parameters of a signed query, which act as headers.
fn in_query(request: &Request, terms: &Terms) -> Vec<(String, Vec<u8>)> {
    let query = match terms.placement {
        Placement::Query { .. } => request.query().unwrap_or_default(),
        Placement::Header { .. } => b"",
    };
    query::parameters(query).map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value)).collect()
}

fn line(name: &str, value: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b":", value, b"\n"].concat()
}

/// Other ways to write repeated headers.
fn repeats(sorted: &[(&str, &[u8])]) -> Vec<(&'static str, Vec<u8>)> {
    type Choose = fn(&[&[u8]]) -> Vec<u8>;
    let ways: [(&str, Choose); 3] = [
        ("joined by a comma and a space", |values| values.join(&b", "[..])),
        ("only the first was signed", |values| values[0].to_vec()),
        ("only the last was signed", |values| values[values.len() - 1].to_vec()),
    ];
    let mut fields: Vec<(String, Vec<&[u8]>)> = Vec::new();
    for (name, value) in sorted {
        let name = name.to_ascii_lowercase();
        match fields.last_mut().filter(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value.trim_ascii()),
            None => fields.push((name, vec![value.trim_ascii()])),
        }
    }
    ways.map(|(detail, choose)| {
        (detail, fields.iter().flat_map(|(name, values)| line(name, &choose(values))).collect())
    })
    .to_vec()
}
