//! The canonical headers as servers compute them, with their own order, repetitions and white space.

use super::blanks::{Blanks, fold};
use sigvet_core::derivation::Terms;
use sigvet_core::internal::canonical::headers::write_value;
use sigvet_core::request::Headers;

/// A server's deviation in handling headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::servers) enum HeaderRule {
    /// Folds white space by another rule.
    Folded(Blanks),
    /// Keeps only the last of repeated headers.
    LastOnly,
    /// Keeps only the first of repeated headers.
    FirstOnly,
    /// Joins repeated headers with a comma and a space.
    CommaSpace,
    /// Sorts whole lines, `name:value`, so that `a-b:` comes before `a:`.
    SortedByLine,
    /// Sorts names by locale: `_` before `-`, and both before digits.
    SortedByLocale,
}

/// Appends the lines of the signed headers according to these rules.
pub(super) fn write(headers: &Headers, terms: &Terms, rules: &[HeaderRule], out: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = names(terms, rules).iter().map(|name| line(headers, name, rules)).collect();
    if rules.contains(&HeaderRule::SortedByLine) {
        lines.sort();
    }
    lines.iter().for_each(|line| out.extend_from_slice(line));
}

/// Appends the list of signed headers according to these rules.
pub(super) fn write_list(terms: &Terms, rules: &[HeaderRule], out: &mut Vec<u8>) {
    out.extend_from_slice(names(terms, rules).join(";").as_bytes());
}

fn names<'a>(terms: &'a Terms, rules: &[HeaderRule]) -> Vec<&'a str> {
    let mut names: Vec<&str> = terms.signed_headers.iter().collect();
    if rules.contains(&HeaderRule::SortedByLocale) {
        names.sort_by_key(|name| name.bytes().map(weight).collect::<Vec<_>>());
    }
    names
}

/// The order of the characters of header names in CLDR's root collation, which `localeCompare` follows.
fn weight(byte: u8) -> usize {
    const ORDER: &[u8] = b"_-!.'*&#%`^+|~$0123456789abcdefghijklmnopqrstuvwxyz";
    ORDER.iter().position(|known| *known == byte).unwrap_or(ORDER.len())
}

fn line(headers: &Headers, name: &str, rules: &[HeaderRule]) -> Vec<u8> {
    let values = values(headers, name, rules);
    let separator: &[u8] = if rules.contains(&HeaderRule::CommaSpace) { b", " } else { b"," };
    [name.as_bytes(), b":", &values.join(separator), b"\n"].concat()
}

fn values(headers: &Headers, name: &str, rules: &[HeaderRule]) -> Vec<Vec<u8>> {
    let is = |rule| rules.contains(&rule);
    let mut values: Vec<&[u8]> = headers.values(name).collect();
    if is(HeaderRule::LastOnly) {
        values.drain(..values.len().saturating_sub(1));
    }
    if is(HeaderRule::FirstOnly) {
        values.truncate(1);
    }
    let blanks = rules.iter().find_map(|rule| if let HeaderRule::Folded(blanks) = rule { Some(*blanks) } else { None });
    values.into_iter().map(|value| blanks.map_or_else(|| folded(value), |blanks| fold(value, blanks))).collect()
}

/// One value as AWS folds it.
fn folded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    write_value(value, &mut out);
    out
}
