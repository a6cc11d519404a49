//! Headers that belong to one connection (RFC 9110 §7.6.1): they are neither signed again nor forwarded.

use std::collections::HashSet;

use super::lookalikes;
use crate::request::{Headers, Request, RequestUrl};

/// Headers that end at each hop, in addition to those that `Connection` names. If the next hop needs one, add it there.
pub const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Headers that proxies add, extend or remove on the way (RFC 9110 §7.6.3 and §10.1.1, RFC 7239, RFC 8586).
const CHANGED_BY_HOPS: [&str; 6] = ["cdn-loop", "expect", "forwarded", "max-forwards", "via", "x-amzn-trace-id"];

/// Whether a header belongs to one connection: its name is in [`HOP_BY_HOP`], or a server that does not distinguish `_`
/// from `-` reads it so. The name is in lower case.
pub fn is_hop_by_hop(name: &str) -> bool {
    lookalikes::is_in(&HOP_BY_HOP, name)
}

/// Whether hops change a header, so that a signature over it would be wrong at the server: `via`, `x-forwarded-for`. The
/// name is in lower case.
pub fn is_changed_by_hops(name: &str) -> bool {
    CHANGED_BY_HOPS.contains(&name) || name.starts_with("x-forwarded-")
}

/// Removes the headers that belong to the inbound connection. A header that `Connection` names is kept if the client's
/// signature or the framing depends on it.
pub(super) fn remove_hop_by_hop(headers: &mut Headers, is_needed: impl Fn(&str) -> bool) {
    let named: HashSet<String> = headers
        .values("connection")
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && !is_needed(name))
        .collect();
    headers.retain(|header| {
        let name = header.name.to_ascii_lowercase();
        !is_hop_by_hop(&name) && !named.contains(&name)
    });
}

/// Replaces the host, if another one is given.
pub(super) fn replace_host(request: &mut Request, url: Option<&RequestUrl>) {
    if let Some(url) = url {
        request.headers.replace("host", &url.host_header());
        request.authority = None;
    }
}
