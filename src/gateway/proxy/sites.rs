//! Refuses requests that web pages of other sites made: the browser sends them from the user's machine, and the proxy
//! would sign them.
//!
//! Browsers state which site a request comes from (Fetch Metadata), but over plain HTTP only to hosts that they trust,
//! such as `localhost`. A page whose name was made to resolve to this machine (DNS rebinding) is recognised by its name.

use std::net::{IpAddr, SocketAddr};

use sigvet_core::internal::{without_brackets, without_port};
use sigvet_core::request::Request;

use super::pattern::plain_host;
use super::route::Route;
use super::rules::Forbidden;

/// Domains that nobody can register, so that names below them lead where the user's own machine or network says
/// (RFC 6761, RFC 6762, RFC 8375; ICANN reserved `internal` in 2024).
const PRIVATE_DOMAINS: [&str; 7] = [".localhost", ".test", ".local", ".internal", ".home.arpa", ".example", ".invalid"];

/// Checks that no page of another site made a request, which takes this route. `peer` is its sender, unless it needs a
/// key, which no page has.
///
/// # Errors
/// Another site's page made the request, or may have made it.
pub fn check(request: &Request, peer: Option<SocketAddr>, route: &Route) -> Result<(), Forbidden> {
    let host = request.host().unwrap_or_default();
    let is_own = || is_private(&plain_host(without_port(host))) || route.is_named(host);
    match request.headers.first_text("sec-fetch-site") {
        Some("none" | "same-origin") if is_own() => Ok(()),
        Some(_) => Err(Forbidden::CrossSite),
        None if peer.is_some_and(is_local) && !is_own() => Err(Forbidden::OtherName { host: host.to_owned() }),
        None => Ok(()),
    }
}

/// Whether a request comes from this machine. A page on another machine would have to know this one's address.
fn is_local(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

/// Whether a name cannot belong to a site: an address, a single label, or a name in a private domain.
fn is_private(name: &str) -> bool {
    without_brackets(name).parse::<IpAddr>().is_ok()
        || !name.contains('.')
        || PRIVATE_DOMAINS.iter().any(|domain| name.ends_with(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_a_name_in_a_public_domain() {
        for own in ["127.0.0.1", "[::1]", "10.1.2.3", "localhost", "sigvet", "a.localhost", "host.docker.internal", ""]
        {
            assert!(is_private(own), "{own}");
        }
        for other in ["evil.com", "127.0.0.1.evil.com", "localhost.evil.com", "evil.internal.com"] {
            assert!(!is_private(other), "{other}");
        }
    }
}
