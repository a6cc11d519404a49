//! Which headers a signature covers.

use super::{HeaderSelection, Settings};
use crate::canonical::SignedHeaders;
use crate::request::Headers;

/// Headers that are not signed unless named: connections, proxies and tracers add, remove or rewrite them in transit.
pub const NEVER_SIGNED: [&str; 24] = [
    "accept-encoding",
    "authorization",
    "cdn-loop",
    "cf-ray",
    "connection",
    "expect",
    "forwarded",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-proto",
];

pub(super) fn select(headers: &Headers, selection: &HeaderSelection, settings: &Settings) -> SignedHeaders {
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    let named = |name: &str| match selection {
        HeaderSelection::All => !NEVER_SIGNED.iter().any(|never| is(name, never)),
        HeaderSelection::Named(names) => !is(name, "authorization") && names.iter().any(|n| is(name, n)),
    };
    let prefix = settings.dialect.header_prefix.as_ref();
    let own = |name: &str| name.get(..prefix.len()).is_some_and(|start| is(start, prefix));
    let signed = |name: &&str| is(name, "host") || own(name) || named(name);
    SignedHeaders::new(headers.iter().map(|header| header.name.as_str()).filter(signed))
}
