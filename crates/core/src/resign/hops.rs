//! Headers that belong to one connection (RFC 9110 §7.6.1): they are neither signed again nor forwarded.

use std::collections::HashSet;

use super::lookalikes;
use crate::request::hop_fields::{HOP_BY_HOP, connection_options};
use crate::request::{Headers, Request, RequestUrl};

/// Whether a header belongs to one connection: its name is in [`HOP_BY_HOP`], or a server that does not distinguish `_`
/// from `-` reads it so. The name is in lower case.
pub fn is_hop_by_hop(name: &str) -> bool {
    lookalikes::is_in(&HOP_BY_HOP, name)
}

/// Removes the headers that belong to the inbound connection. A header that `Connection` names is kept if the client's
/// signature or the framing depends on it.
pub(super) fn remove_hop_by_hop(headers: &mut Headers, is_needed: impl Fn(&str) -> bool) {
    let named: HashSet<String> =
        connection_options(headers.values("connection")).filter(|name| !is_needed(name)).collect();
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
