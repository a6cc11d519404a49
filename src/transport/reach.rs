//! Which addresses may be connected to: all, or only those on the public Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sigvet_core::internal::without_brackets;

/// The addresses that may be connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// All addresses.
    #[default]
    Any,
    /// Those on the public Internet: not those of this machine, and not those of private networks, where services trust
    /// whoever reaches them, and metadata services hand credentials to any client.
    Public,
}

impl Reach {
    /// Removes the addresses that may not be connected to.
    pub(super) fn limit(self, addresses: &mut Vec<SocketAddr>) {
        if self == Self::Public {
            addresses.retain(|address| is_public(address.ip()));
        }
    }

    /// Whether a name that another program resolves, such as a proxy, may be reached, as far as the name tells.
    pub(super) fn may_be_asked_for(self, host: &str) -> bool {
        let name = without_brackets(host).trim_end_matches('.').to_ascii_lowercase();
        let is_here = name == "localhost" || name.ends_with(".localhost");
        self == Self::Any || (!is_here && name.parse().map_or(true, is_public))
    }
}

/// Whether an address is on the public Internet: not on this machine, not in a private or shared network, and not
/// link-local, where clouds serve credentials.
pub(super) fn is_public(address: IpAddr) -> bool {
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

    /// Catches an address in place of a name, which nobody here resolves if a proxy is used.
    #[test]
    fn names_of_this_machine_are_not_asked_for() {
        for host in ["127.0.0.1", "[::1]", "localhost", "LOCALHOST.", "a.localhost", "169.254.169.254"] {
            assert!(!Reach::Public.may_be_asked_for(host) && Reach::Any.may_be_asked_for(host), "{host}");
        }
        assert!(Reach::Public.may_be_asked_for("example.com") && Reach::Public.may_be_asked_for("8.8.8.8"));
    }
}
