//! The authority of a URL (RFC 3986 §3.2) as on the wire: an ASCII name or an address, and a port.
//!
//! Hosts are read as browsers read them (WHATWG URL), and equal hosts are written alike: in lower case, with the
//! shortest form of an IPv6 address. Hosts that would have to be rewritten first are refused: international names,
//! percent-encoding, addresses such as `127.1`. User information is skipped.

// From `core`, which has only the addresses: `std::net` has sockets too.
use core::net::{Ipv4Addr, Ipv6Addr};

/// Why the authority of a URL does not name a host and port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAuthority {
    /// The host is missing.
    #[error("empty host")]
    EmptyHost,
    /// The host has letters that are not ASCII.
    #[error("the host is not ASCII; write an international name in Punycode, xn--…")]
    NotAscii,
    /// The host has a character that a host name cannot contain.
    #[error("a host name cannot contain {character:?}")]
    Character {
        /// The first such character.
        character: char,
    },
    /// The host ends in a number but is not a valid IPv4 address.
    #[error("invalid IPv4 address; expected four numbers from 0 to 255")]
    Ipv4,
    /// The brackets do not contain an IPv6 address.
    #[error("invalid IPv6 address")]
    Ipv6,
    /// The port is not a number, or is above 65535.
    #[error("invalid port number")]
    Port,
}

/// Host and port. The host is in lower case, an IPv6 address in brackets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authority {
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

impl Authority {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidAuthority> {
        // Browsers end the host here and read what follows as a path: `evil\@good` must not be read as `good`.
        if text.contains('\\') {
            return Err(InvalidAuthority::Character { character: '\\' });
        }
        let host_and_port = text.rsplit_once('@').map_or(text, |(_, behind)| behind);
        let (host, port) = split_port(host_and_port);
        Ok(Self { host: parse_host(host)?, port: parse_port(port)? })
    }
}

/// Splits at the first colon that is not inside the brackets of an IPv6 address.
fn split_port(text: &str) -> (&str, &str) {
    let start = text.rfind(']').unwrap_or(0);
    match text.get(start..).unwrap_or_default().find(':') {
        Some(at) => (text.get(..start + at).unwrap_or_default(), text.get(start + at + 1..).unwrap_or_default()),
        None => (text, ""),
    }
}

fn parse_port(digits: &str) -> Result<Option<u16>, InvalidAuthority> {
    if digits.is_empty() {
        return Ok(None);
    }
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|_| is_number);
    port.map(Some).ok_or(InvalidAuthority::Port)
}

/// A host without the brackets that an IPv6 address has in a URL.
pub fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn parse_host(text: &str) -> Result<String, InvalidAuthority> {
    if text.is_empty() {
        return Err(InvalidAuthority::EmptyHost);
    }
    if let Some(behind) = text.strip_prefix('[') {
        let address = behind.strip_suffix(']').and_then(|address| address.parse().ok());
        return address.map(bracketed).ok_or(InvalidAuthority::Ipv6);
    }
    let name = parse_name(text)?;
    if ends_in_a_number(&name) && name.parse::<Ipv4Addr>().is_err() {
        return Err(InvalidAuthority::Ipv4);
    }
    Ok(name)
}

fn parse_name(text: &str) -> Result<String, InvalidAuthority> {
    if !text.is_ascii() {
        return Err(InvalidAuthority::NotAscii);
    }
    let is_forbidden = |c: char| c.is_ascii_control() || " #%/:<>?@[\\]^|".contains(c);
    match text.chars().find(|&c| is_forbidden(c)) {
        Some(character) => Err(InvalidAuthority::Character { character }),
        None => Ok(text.to_ascii_lowercase()),
    }
}

/// Whether browsers read a name as an IPv4 address (WHATWG URL §3.5): if its last label is a decimal or hexadecimal
/// number.
fn ends_in_a_number(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = last.strip_prefix("0x");
    is_decimal || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The address as URLs write it, with IPv4 inside IPv6 in hexadecimal too; `Display` writes that with dots.
fn bracketed(address: Ipv6Addr) -> String {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => format!("[::ffff:{high:x}:{low:x}]"),
        _ => format!("[{address}]"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> InvalidAuthority {
        Authority::parse(text).unwrap_err()
    }

    /// The authority as the `url` crate reads it.
    fn by_url_crate(text: &str) -> Option<Authority> {
        let url = url::Url::parse(&format!("https://{text}/")).ok()?;
        Some(Authority { host: url.host_str()?.to_owned(), port: url.port() })
    }

    #[test]
    fn hosts_that_would_have_to_be_rewritten_are_refused() {
        for host in ["bücher.example", "\u{ff41}.example", "b\u{ad}.example"] {
            assert_eq!(refused(host), InvalidAuthority::NotAscii, "{host}");
        }
        for host in ["127.1", "0x7f.0.0.1", "127.0.0.1.", "256.0.0.1", "010.0.0.1", "1.2.3.4.5", "a.0x", "2130706433"] {
            assert_eq!(refused(host), InvalidAuthority::Ipv4, "{host}");
        }
        for (host, character) in
            [("h%41", '%'), ("a b", ' '), ("a\\b", '\\'), ("a\\@b", '\\'), ("a]", ']'), ("a|b", '|'), ("a^", '^')]
        {
            assert_eq!(refused(host), InvalidAuthority::Character { character }, "{host}");
        }
    }

    #[test]
    fn an_authority_needs_a_host_and_a_valid_port() {
        for text in ["", ":80", "user@", "user@:80"] {
            assert_eq!(refused(text), InvalidAuthority::EmptyHost, "{text}");
        }
        for text in ["h:x", "h:+1", "h:65536", "h:1:2", "[::1]:x"] {
            assert_eq!(refused(text), InvalidAuthority::Port, "{text}");
        }
        for text in ["[", "[]", "[::1", "[::1]x", "[1.2.3.4]", "[fe80::1%25eth0]", "[1:2:3:4:5:6:7:8:9]"] {
            assert_eq!(refused(text), InvalidAuthority::Ipv6, "{text}");
        }
    }

    /// Without labels in Punycode: only the `url` crate knows which of them are valid names.
    fn authorities() -> impl Strategy<Value = String> {
        let name = "[a-zA-Z0-9._~!$&'()*+,;=`{}\"-]{0,12}";
        let number = "(0x|0X|0)?[0-9a-f]{0,4}(\\.(0x|0)?[0-9]{1,3}){0,4}\\.?";
        let address = "\\[[0-9a-fA-F:.]{0,20}\\]";
        let compressed = "\\[([0-9a-f]{1,4}:|0:){0,7}(:(0|[0-9a-f]{1,4})){0,7}\\]";
        let mapped = "\\[(::|0:0:0:0:0:)(ffff:|FFFF:|0:)?[0-9]{1,3}(\\.[0-9]{1,3}){3}\\]";
        let odd = "[ -~]{0,8}";
        (prop_oneof![name, number, address, compressed, mapped, odd], prop_oneof!["", ":[0-9]{0,6}", "[:0-9a@]{0,4}"])
            .prop_map(|(host, port)| host + &port)
            .prop_filter("Punycode, or no authority", |text| {
                !text.to_ascii_lowercase().contains("xn--") && !text.contains(['/', '?', '#'])
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        /// Catches a host that is read as another: an accepted authority must be read as the `url` crate reads it.
        #[test]
        fn accepted_authorities_are_read_as_the_url_crate_reads_them(text in authorities()) {
            if let Ok(ours) = Authority::parse(&text) {
                let ours = Authority { port: ours.port.filter(|port| *port != 443), ..ours };
                prop_assert_eq!(Some(ours), by_url_crate(&text));
            }
        }

        /// Catches a host that is refused needlessly: an authority that the `url` crate wrote must be accepted
        /// unchanged.
        #[test]
        fn authorities_that_the_url_crate_writes_are_accepted(text in authorities()) {
            if let Some(theirs) = by_url_crate(&text) {
                let port = theirs.port.map(|port| format!(":{port}")).unwrap_or_default();
                prop_assert_eq!(Authority::parse(&format!("{}{port}", theirs.host)), Ok(theirs));
            }
        }
    }
}
