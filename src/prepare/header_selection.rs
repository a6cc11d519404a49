//! Which headers a signature covers.

use super::Settings;
use crate::canonical::SignedHeaders;
use crate::request::Headers;

/// Which headers to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderSelection {
    /// All that the request has, but for [`NEVER_SIGNED`].
    All,
    /// The named ones that the request has; `host` and the provider's own (`x-amz-*`) are signed in any case.
    Named(Vec<String>),
}

/// Headers that are not signed unless named: connections, proxies and tracers add, drop or rewrite them on the way.
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
    let named = |name: &str| match selection {
        HeaderSelection::All => !NEVER_SIGNED.contains(&name),
        HeaderSelection::Named(names) => name != "authorization" && names.iter().any(|n| n.eq_ignore_ascii_case(name)),
    };
    let prefix = settings.dialect.header_prefix.as_ref();
    let signed = |name: &String| name == "host" || name.starts_with(prefix) || named(name);
    SignedHeaders::new(headers.iter().map(|header| header.name.to_ascii_lowercase()).filter(signed))
}
