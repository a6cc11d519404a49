//! The string to sign: method, Content-MD5, Content-Type, date, the provider's own headers, the resource.
//!
//! The lines are taken from the request unchanged; nothing is decided here. For a signed query, the date line contains
//! `Expires`, and parameters named like the provider's headers are signed as if they were headers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use super::{Names, Placement, Terms, claim, resource};
use crate::canonical::query;
use crate::derivation::Part;
use crate::request::Request;

/// The parts of the string to sign. The first four are lines, stored without their newlines.
#[derive(Clone, PartialEq, Eq)]
pub struct StringToSign {
    /// The method.
    pub method: Vec<u8>,
    /// The value of `Content-MD5`, or nothing.
    pub content_md5: Vec<u8>,
    /// The value of `Content-Type`, or nothing.
    pub content_type: Vec<u8>,
    /// The value of `Date`, or nothing if `x-amz-date` is sent; for a signed query, `Expires`.
    pub date: Vec<u8>,
    /// The provider's own headers, canonicalized; each line includes its newline.
    pub amz_headers: Vec<u8>,
    /// The canonicalized resource.
    pub resource: Vec<u8>,
}

/// Shows only the method, because the headers may contain a session token.
impl fmt::Debug for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StringToSign").field("method", &String::from_utf8_lossy(&self.method)).finish_non_exhaustive()
    }
}

impl StringToSign {
    pub(super) fn derive(request: &Request, terms: &Terms) -> Self {
        let Terms { names, placement, .. } = terms;
        Self {
            method: request.method.as_bytes().to_vec(),
            content_md5: positional(request, "content-md5"),
            content_type: positional(request, "content-type"),
            date: date_line(request, terms),
            amz_headers: amz_headers(request, names, *placement),
            resource: resource::canonicalized(request, terms),
        }
    }

    /// The text that is signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let lines = [&self.method, &self.content_md5, &self.content_type, &self.date];
        let mut text = Vec::with_capacity(256);
        for line in lines {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        text.extend_from_slice(&self.amz_headers);
        text.extend_from_slice(&self.resource);
        text
    }

    /// The parts and their names, in order.
    pub fn parts(&self, placement: Placement) -> Vec<Part> {
        let date = match placement {
            Placement::Header { .. } => "date",
            Placement::Query { .. } => "expires",
        };
        vec![
            Part::new("method", self.method.clone()),
            Part::new("content-md5", self.content_md5.clone()),
            Part::new("content-type", self.content_type.clone()),
            Part::new(date, self.date.clone()),
            Part::new("amz-headers", self.amz_headers.clone()),
            Part::new("resource", self.resource.clone()),
        ]
    }
}

/// The value of a header that has its own line.
fn positional(request: &Request, name: &str) -> Vec<u8> {
    request.headers.values(name).next().map(|value| value.trim_ascii().to_vec()).unwrap_or_default()
}

fn date_line(request: &Request, terms: &Terms) -> Vec<u8> {
    match terms.placement {
        // As it is spelt in the query. If the query has none, the value that these terms would add.
        Placement::Query { expires_at } => {
            claim::parameter(request, "Expires").unwrap_or_else(|| expires_at.epoch_seconds().to_string()).into_bytes()
        }
        Placement::Header { .. } if request.headers.contains(terms.names.date_header) => Vec::new(),
        Placement::Header { .. } => positional(request, "date"),
    }
}

/// Canonicalizes the provider's own headers: names in lower case and sorted, values trimmed and unfolded, repeats
/// joined by a comma. Parameters of a signed query act as headers; a header that repeats one is not signed twice.
pub(super) fn amz_headers(request: &Request, names: &Names, placement: Placement) -> Vec<u8> {
    let own = |(name, _): &(String, Vec<u8>)| name.starts_with(names.header_prefix);
    let headers = request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), unfolded(&header.value)));
    let mut fields = joined(headers.filter(own));
    for (name, value) in joined(parameters(request, placement).filter(own)) {
        match fields.entry(name) {
            Entry::Occupied(same) if *same.get() == value => {}
            Entry::Occupied(mut other) => append(other.get_mut(), &value),
            Entry::Vacant(entry) => _ = entry.insert(value),
        }
    }
    let mut text = Vec::new();
    for (name, value) in fields {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&value);
        text.push(b'\n');
    }
    text
}

fn joined(fields: impl Iterator<Item = (String, Vec<u8>)>) -> BTreeMap<String, Vec<u8>> {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, value) in fields {
        match all.entry(name) {
            Entry::Occupied(mut earlier) => append(earlier.get_mut(), &value),
            Entry::Vacant(entry) => _ = entry.insert(value),
        }
    }
    all
}

fn append(joined: &mut Vec<u8>, value: &[u8]) {
    joined.push(b',');
    joined.extend_from_slice(value);
}

/// The parameters of a signed query, with their names in lower case.
fn parameters(request: &Request, placement: Placement) -> impl Iterator<Item = (String, Vec<u8>)> {
    let query = match placement {
        Placement::Query { .. } => request.query().unwrap_or_default(),
        Placement::Header { .. } => b"",
    };
    let lower = |name: Vec<u8>| String::from_utf8_lossy(&name).to_ascii_lowercase();
    query::parameters(query).map(move |(name, value)| (lower(name), unfolded(&value)))
}

/// Trims a value and joins folded lines with one space. Spaces inside a line are kept.
fn unfolded(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for (at, line) in value.trim_ascii().split(|byte| *byte == b'\n').enumerate() {
        if at > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(if at > 0 { line.trim_ascii() } else { line.trim_ascii_end() });
    }
    text
}
