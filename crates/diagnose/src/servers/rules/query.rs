//! The canonical query as servers compute it: split, decoded, sorted and joined by their own rules.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::path::push_replaced;
use sigvet_core::derivation::Terms;
use sigvet_core::internal::encode::{Plus, Slash, decode, encode};
use sigvet_core::internal::split_query;
use sigvet_core::request::Request;

/// A server's deviation in handling the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::servers) enum QueryRule {
    /// Sorts decoded names and values: `[` comes before `a`, but `%5B` does not.
    SortedDecoded,
    /// Sorts names and values as sent, and neither decodes nor encodes them.
    AsSent,
    /// Sorts `name=value` as one text.
    SortedJoined,
    /// Keeps the values of a repeated name in the order in which they were sent.
    ValuesAsSent,
    /// Keeps only the last value of a repeated name.
    LastValue,
    /// Treats a repeated name as one parameter without a value.
    RepeatsEmptied,
    /// Drops a parameter that contains a raw `;`.
    SemicolonDropped,
    /// Drops a parameter with a `%` that does not begin an escape.
    BadEscapeDropped,
    /// Empties a name or value with a `%` that does not begin an escape, or truncates it there if fewer than
    /// two characters follow.
    BadEscapeEmptied,
    /// Replaces bytes that are not UTF-8 with U+FFFD.
    NotUtf8Replaced,
}

struct Parameter {
    name: Vec<u8>,
    value: Vec<u8>,
}

/// Appends the canonical query according to these rules.
pub(super) fn write(request: &Request, terms: &Terms, rules: &[QueryRule], out: &mut Vec<u8>) {
    let mut parameters = read(request.query().unwrap_or_default(), rules);
    parameters.retain(|parameter| !terms.omits_parameter(&parameter.name_written(rules)));
    merge_repeats(&mut parameters, rules);
    parameters.sort_by(|one, other| order(one, other, rules));
    for (at, parameter) in parameters.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(&parameter.joined(rules));
    }
}

/// Whether a `%` does not begin an escape.
pub(super) fn has_bad_escape(text: &[u8]) -> bool {
    bad_escape(text).is_some()
}

fn read(query: &[u8], rules: &[QueryRule]) -> Vec<Parameter> {
    let is = |rule| rules.contains(&rule);
    let is_dropped = |piece: &[u8]| {
        is(QueryRule::SemicolonDropped) && piece.contains(&b';')
            || is(QueryRule::BadEscapeDropped) && has_bad_escape(piece)
    };
    let pieces = query.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty() && !is_dropped(piece));
    let text = |text: &[u8]| {
        let decoded = match bad_escape(text) {
            _ if is(QueryRule::AsSent) => text.to_vec(),
            Some(at) if is(QueryRule::BadEscapeEmptied) => cut(text, at),
            _ => decode(text, Plus::Space),
        };
        if is(QueryRule::NotUtf8Replaced) { replaced(&decoded) } else { decoded }
    };
    let pairs = pieces.flat_map(split_query);
    pairs.map(|(name, value)| Parameter { name: text(name), value: text(value.unwrap_or_default()) }).collect()
}

/// The position of a `%` that does not begin an escape.
fn bad_escape(text: &[u8]) -> Option<usize> {
    let is_escape = |at: usize| text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    (0..text.len()).find(|at| text.get(*at) == Some(&b'%') && !is_escape(*at))
}

fn cut(text: &[u8], at: usize) -> Vec<u8> {
    match text.len() - at {
        0..3 => decode(text.get(..at).unwrap_or_default(), Plus::Space),
        _ => Vec::new(),
    }
}

fn replaced(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    push_replaced(text, &mut out);
    out
}

fn merge_repeats(parameters: &mut Vec<Parameter>, rules: &[QueryRule]) {
    let (is_last, is_emptied) = (rules.contains(&QueryRule::LastValue), rules.contains(&QueryRule::RepeatsEmptied));
    if !is_last && !is_emptied {
        return;
    }
    let mut counts: HashMap<Vec<u8>, usize> = HashMap::new();
    parameters.iter().for_each(|parameter| *counts.entry(parameter.name.clone()).or_default() += 1);
    let mut left = counts.clone();
    parameters.retain_mut(|parameter| {
        if is_emptied && counts.get(&parameter.name).is_some_and(|count| *count > 1) {
            parameter.value.clear();
        }
        let left = left.entry(parameter.name.clone()).or_default();
        *left = left.saturating_sub(1);
        *left == 0
    });
}

fn order(one: &Parameter, other: &Parameter, rules: &[QueryRule]) -> Ordering {
    let is = |rule| rules.contains(&rule);
    if is(QueryRule::SortedJoined) {
        return one.joined(rules).cmp(&other.joined(rules));
    }
    let is_decoded = is(QueryRule::SortedDecoded);
    let key = |text: &[u8]| if is_decoded { text.to_vec() } else { written(text, rules) };
    let names = key(&one.name).cmp(&key(&other.name));
    if is(QueryRule::ValuesAsSent) { names } else { names.then_with(|| key(&one.value).cmp(&key(&other.value))) }
}

impl Parameter {
    fn name_written(&self, rules: &[QueryRule]) -> Vec<u8> {
        written(&self.name, rules)
    }

    fn joined(&self, rules: &[QueryRule]) -> Vec<u8> {
        [self.name_written(rules), b"=".to_vec(), written(&self.value, rules)].concat()
    }
}

/// A name or value as written in the canonical query.
fn written(text: &[u8], rules: &[QueryRule]) -> Vec<u8> {
    if rules.contains(&QueryRule::AsSent) {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    encode(text, Slash::Encode, &mut out);
    out
}
