//! Which headers a signature covers.

use super::{HeaderSelection, Settings};
use crate::canonical::SignedHeaders;
use crate::request::Headers;
use crate::request::hop_fields::{CHANGED_BY_HOPS, FORWARDED_PREFIX, HOP_BY_HOP, is_changed_by_hops, is_in};

/// Headers beside those of hops that are not signed unless named: clients, CDNs and tracers add, remove or rewrite them.
const OTHERS: [&str; 9] = [
    "accept-encoding",
    "authorization",
    "cf-ray",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "trailer",
    "user-agent",
];

/// Whether a header is not signed unless named, because it may be added, removed or rewritten in transit.
pub fn is_never_signed(name: &str) -> bool {
    is_in(&HOP_BY_HOP, name) || is_changed_by_hops(name) || is_in(&OTHERS, name)
}

/// The names for which [`is_never_signed`] holds, sorted; the last character of one may be `*`.
pub fn never_signed() -> Vec<String> {
    let names = HOP_BY_HOP.iter().chain(&CHANGED_BY_HOPS).chain(&OTHERS).map(|name| (*name).to_owned());
    let mut names: Vec<String> = names.chain([format!("{FORWARDED_PREFIX}*")]).collect();
    names.sort();
    names
}

pub(super) fn select(headers: &Headers, selection: &HeaderSelection, settings: &Settings) -> SignedHeaders {
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    let named = |name: &str| match selection {
        HeaderSelection::All => !is_never_signed(name),
        HeaderSelection::Named(names) => !is(name, "authorization") && names.iter().any(|n| is(name, n)),
    };
    let prefix = settings.dialect.header_prefix.as_ref();
    let own = |name: &str| name.get(..prefix.len()).is_some_and(|start| is(start, prefix));
    let signed = |name: &&str| is(name, "host") || own(name) || named(name);
    SignedHeaders::new(headers.iter().map(|header| header.name.as_str()).filter(signed))
}
