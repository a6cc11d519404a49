//! The proxy as a forward proxy (`HTTPS_PROXY`). It terminates the TLS of tunnels to hosts that a route covers, with
//! certificates of its own authority. Tunnels to listed hosts pass through unseen; all others are refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sigvet_core::internal::aws_domains;
use sigvet_core::request::RequestUrl;

use super::pattern::HostPattern;
use super::route::{AllowedHosts, Destination, Route};
use super::rules::Forbidden;
use super::{Denied, Proxy};
use crate::gateway::passage::{Later, Leg, Tunnel, Tunnels};
use crate::gateway::{Authority, Constraint, Purpose, Reply, onward};
use crate::transport::{self, Options};

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
            let configuration = forwarding.authority.configuration_for(to.host());
            return configuration.map(Tunnel::Entered).map_err(|error| Denied::new(502, error));
        }
        let listed = |pattern: &&HostPattern| pattern.matches(&host) && forwarding.may_be_at(to, pattern);
        match forwarding.tunnelled.iter().find(listed) {
            Some(pattern) => forwarding.dial(to, pattern).await,
            None => Err(forbidden()),
        }
    }

    /// Whether a server is this proxy, judging by its name. A request that returns by another name is
    /// recognized by its `Via`.
    pub(super) fn is_own(&self, server: &RequestUrl) -> bool {
        let own = self.forwarding.as_ref().map(|forwarding| forwarding.own.as_slice()).unwrap_or_default();
        let name = server.host().trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = match name.eq_ignore_ascii_case("localhost") {
            true => Some(Ipv4Addr::LOCALHOST.into()),
            false => name.parse().ok(),
        };
        let port = server.port_or_default();
        address.is_some_and(|address| own.iter().any(|own| is_same(*own, SocketAddr::new(address, port))))
    }
}

impl Forwarding {
    /// A pattern without a port means the usual port.
    fn may_be_at(&self, to: &RequestUrl, pattern: &HostPattern) -> bool {
        pattern.names_port() || to.port_or_default() == USUAL_PORT
    }

    /// Connects to a server whose tunnels pass through unseen. Anybody can own a name that matches a pattern with `*`,
    /// and could point it into this network, where metadata services hand credentials to any client.
    async fn dial(&self, to: &RequestUrl, pattern: &HostPattern) -> Result<Tunnel, Denied> {
        let connection = transport::dial(to, &self.options).await.map_err(|error| {
            let (status, text) = onward::unreached(&error);
            Denied::new(status, text)
        })?;
        let is_within = connection.address.is_some_and(|address| !is_public(address.ip()));
        if is_within && pattern.is_suffix() {
            return Err(Denied::new(403, "the host is in a private network, and is not listed by its whole name"));
        }
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

/// Whether an address is on the public Internet: not on this machine, not in a private or shared network, and not
/// link-local, where clouds serve credentials.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The blocks of IPv4 that are not on the public Internet, with the length of their prefixes (IANA, *IPv4 Special-Purpose
/// Address Registry* and *IPv4 Multicast Address Space Registry*).
const SPECIAL_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_in = |(block, length): ([u8; 4], u32)| {
        let differing = u32::from(address) ^ u32::from_be_bytes(block);
        differing.leading_zeros() >= length
    };
    !SPECIAL_V4.into_iter().any(is_in)
}

/// IPv6 addresses that embed an IPv4 address are judged by that address: `64:ff9b::/96` (NAT64) and
/// `2002::/16` (6to4).
fn is_public_v6(address: Ipv6Addr) -> bool {
    let mapped = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0x64, 0xff9b, .., high, low] | [0x2002, high, low, ..] => mapped(high, low),
        // Protocols such as Teredo, and documentation (IANA, *IPv6 Special-Purpose Address Registry*).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Only 2000::/3 is allocated as global unicast (RFC 4291 §2.4).
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The constraint for the authority of a proxy with these routes.
pub fn constraint(routes: &[Route]) -> Constraint {
    constraint_of(routes.iter().flat_map(hosts))
}

fn constraint_of(hosts: impl IntoIterator<Item = String>) -> Constraint {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for host in hosts {
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
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

    /// The first and last addresses of special blocks, and those of clouds. Catches a tunnel to a service that gives out this
    /// machine's credentials.
    #[test]
    fn private_addresses_are_told_apart_from_public_ones() {
        for address in [
            "8.8.8.8",
            "52.94.236.248",
            "192.0.1.1",
            "198.20.0.0",
            "172.32.0.0",
            "100.128.0.0",
            "2001:4860::8888",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "192.0.0.192",
            "198.19.255.255",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "2001::5601:5601",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

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
