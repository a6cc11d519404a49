//! The proxy as a forward proxy (`HTTPS_PROXY`). It terminates the TLS of tunnels to hosts that a route covers, with
//! certificates of its own authority. Tunnels to listed hosts pass through unseen; all others are refused.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sigvet_core::internal::{aws_domains, without_brackets};
use sigvet_core::request::RequestUrl;

use super::pattern::{HostPattern, plain_host};
use super::route::{AllowedHosts, Destination, Route};
use super::rules::Forbidden;
use super::{Denied, Proxy};
use crate::gateway::passage::{Later, Leg, Tunnel, Tunnels};
use crate::gateway::{Authority, Constraint, Purpose, Reply, onward};
use crate::transport::{self, Options, Reach};

/// The purpose of the proxy's certificate authority.
pub const PURPOSE: Purpose = Purpose { command: "sigvet proxy", protocols: &[b"h2", b"http/1.1"] };

/// The port that tunnels may lead to, unless another one is listed.
const USUAL_PORT: u16 = 443;

/// The configuration of a forward proxy.
#[derive(Debug)]
pub struct Forwarding {
    /// Makes certificates for the hosts of routes.
    pub authority: Authority,
    /// Hosts to which tunnels pass through unseen.
    pub tunnelled: Vec<HostPattern>,
    /// How to connect to those hosts.
    pub options: Options,
    /// The addresses that the proxy listens on.
    pub own: Vec<SocketAddr>,
}

impl Tunnels for Proxy {
    fn open<'a>(&'a self, to: &'a RequestUrl, port: u16, leg: &'a mut Leg) -> Later<'a, Result<Tunnel, Reply>> {
        Box::pin(async move {
            let denied = match self.open_tunnel(to, port).await {
                Ok(tunnel) => return Ok(tunnel),
                Err(denied) => denied,
            };
            let reply = Reply::plain(denied.status, &denied.text);
            leg.problem = Some(denied.text);
            Err(reply)
        })
    }
}

impl Proxy {
    async fn open_tunnel(&self, to: &RequestUrl, port: u16) -> Result<Tunnel, Denied> {
        let host = to.host_header();
        let forbidden = || Denied::forbidden(Forbidden::Host { host: host.clone() });
        let forwarding = self.forwarding.as_ref().ok_or_else(forbidden)?;
        if self.is_own(to) {
            return Err(Denied::itself());
        }
        let leads_there = |route: &Route| route.selector.may_take(&host, port) && route.upstream_for(to, true).is_ok();
        if self.routes.iter().any(leads_there) {
            let configuration = forwarding.authority.configuration_for(&plain_host(to.host()));
            return configuration.map(Tunnel::Entered).map_err(|error| Denied::new(502, error));
        }
        let listed = |pattern: &&HostPattern| forwarding.may_be_at(to, pattern);
        // A host that is listed by its whole name may be anywhere.
        let mut patterns: Vec<&HostPattern> = forwarding.tunnelled.iter().filter(listed).collect();
        patterns.sort_by_key(|pattern| pattern.is_suffix());
        match patterns.first() {
            Some(pattern) => forwarding.dial(to, pattern).await,
            None => Err(forbidden()),
        }
    }

    /// Whether a server is this proxy, judging by its name. A request that returns by another name is
    /// recognized by its `Via`.
    pub(super) fn is_own(&self, server: &RequestUrl) -> bool {
        let own = self.forwarding.as_ref().map(|forwarding| forwarding.own.as_slice()).unwrap_or_default();
        let host = plain_host(server.host());
        let name = without_brackets(&host);
        let address: Option<IpAddr> = match name == "localhost" {
            true => Some(Ipv4Addr::LOCALHOST.into()),
            false => name.parse().ok(),
        };
        let port = server.port_or_default();
        address.is_some_and(|address| own.iter().any(|own| is_same(*own, SocketAddr::new(address, port))))
    }
}

impl Forwarding {
    /// Whether a pattern is about a server. Without a port it means the usual one.
    fn may_be_at(&self, to: &RequestUrl, pattern: &HostPattern) -> bool {
        let port = to.port_or_default();
        pattern.matches_server(to.host(), port) && (pattern.names_port() || port == USUAL_PORT)
    }

    /// Connects to a server whose tunnels pass through unseen. Anybody can own a name that matches a pattern with `*`,
    /// and could point it into this network, where metadata services hand credentials to any client.
    async fn dial(&self, to: &RequestUrl, pattern: &HostPattern) -> Result<Tunnel, Denied> {
        let reach = if pattern.is_suffix() { Reach::Public } else { Reach::Any };
        let options = Options { reach, ..self.options.clone() };
        let connection = transport::dial(to, &options).await.map_err(|error| {
            let (status, text) = onward::unreached(&error);
            Denied::new(status, text)
        })?;
        if connection.address.is_some_and(|address| self.own.iter().any(|own| is_same(*own, address))) {
            return Err(Denied::itself());
        }
        Ok(Tunnel::Through(connection.stream))
    }
}

/// Whether a connection to `other` reaches the listener at `own`.
fn is_same(own: SocketAddr, other: SocketAddr) -> bool {
    let (own_ip, other_ip) = (own.ip(), other.ip().to_canonical());
    let is_here = other_ip.is_loopback() || other_ip.is_unspecified();
    own.port() == other.port() && (own_ip == other_ip || (is_here && (own_ip.is_unspecified() || own_ip.is_loopback())))
}

/// The constraint for the authority of a proxy with these routes.
pub fn constraint(routes: &[Route]) -> Constraint {
    constraint_of(routes.iter().flat_map(hosts))
}

fn constraint_of(hosts: impl IntoIterator<Item = String>) -> Constraint {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for host in hosts {
        match without_brackets(&host).parse() {
            Ok(address) => addresses.push(address),
            Err(_) if host.is_empty() => return Constraint::Nothing,
            Err(_) => names.push(host),
        }
    }
    Constraint::Below(names, addresses)
}

/// The domains of the hosts that a route leads to, in lower case; an empty name covers all hosts.
fn hosts(route: &Route) -> Vec<String> {
    match &route.destination {
        Destination::Named { allowed, .. } => domains_of(allowed),
        Destination::Fixed(upstream) => {
            let own = || upstream.url().host().to_ascii_lowercase();
            vec![route.selector.host.as_ref().map_or_else(own, HostPattern::domain)]
        }
    }
}

fn domains_of(allowed: &AllowedHosts) -> Vec<String> {
    match allowed {
        AllowedHosts::Listed(patterns) => patterns.iter().map(HostPattern::domain).collect(),
        AllowedHosts::Aws { .. } => aws_domains().map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an authority that could issue certificates for other hosts, and one whose certificates no
    /// client accepts.
    #[test]
    fn the_authority_is_limited_to_the_hosts_of_routes() {
        let names = |texts: &[&str]| {
            let patterns = texts.iter().map(|text| HostPattern::new(text)).collect();
            constraint_of(domains_of(&AllowedHosts::Listed(patterns)))
        };
        let below = |names: &[&str], addresses: &[&str]| {
            let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
            Constraint::Below(names.iter().map(|name| (*name).to_owned()).collect(), addresses)
        };
        let listed = ["*.corp.example", "minio:9000", "127.0.0.1:8443", "[::1]:8443"];
        assert_eq!(names(&listed), below(&["corp.example", "minio"], &["127.0.0.1", "::1"]));
        // A constraint cannot start in the middle of a label.
        assert_eq!(names(&["*-x.corp.example"]), below(&["corp.example"], &[]));
        for all in ["*", "*:8443", "*corp"] {
            assert_eq!(names(&["a.example", all]), Constraint::Nothing, "{all}");
        }
        let Constraint::Below(aws, _) = constraint_of(domains_of(&AllowedHosts::Aws { with_customers: false })) else {
            panic!()
        };
        assert!(aws.contains(&"amazonaws.com".to_owned()) && !aws.iter().any(|name| name == "com"), "{aws:?}");
    }

    #[test]
    fn the_proxy_recognizes_the_addresses_it_listens_on() {
        let is_same = |own: &str, other: &str| is_same(own.parse().unwrap(), other.parse().unwrap());
        assert!(is_same("127.0.0.1:80", "127.0.0.1:80") && is_same("0.0.0.0:80", "127.0.0.1:80"));
        assert!(is_same("127.0.0.1:80", "[::ffff:127.0.0.1]:80") && is_same("127.0.0.1:80", "0.0.0.0:80"));
        assert!(!is_same("127.0.0.1:80", "127.0.0.1:81") && !is_same("0.0.0.0:80", "192.0.2.1:80"));
    }
}
