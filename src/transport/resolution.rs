//! `--resolve`: an address to use for a name instead of resolving it. The name is still the one that is signed and
//! sent.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use sigvet_core::internal::without_brackets;

/// One `HOST:PORT:ADDRESS[,ADDRESS…]`, in curl's syntax. `*` as the host matches every host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

impl Resolution {
    /// The addresses, if they apply to this host and port.
    pub(super) fn addresses_of(&self, host: &str, port: u16) -> impl Iterator<Item = SocketAddr> {
        let applies = self.port == port && (self.host == "*" || self.host.eq_ignore_ascii_case(host));
        self.addresses.iter().filter(move |_| applies).map(move |address| SocketAddr::new(*address, port))
    }
}

/// Text that is not a valid resolution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected HOST:PORT:ADDRESS[,ADDRESS]; found '{presented}'")]
pub struct InvalidResolution {
    /// The text as it was given.
    pub presented: String,
}

impl FromStr for Resolution {
    type Err = InvalidResolution;

    fn from_str(text: &str) -> Result<Self, InvalidResolution> {
        let expected = || InvalidResolution { presented: text.to_owned() };
        let (host, rest) = text.trim_start_matches('+').split_once(':').ok_or_else(expected)?;
        let (port, addresses) = rest.split_once(':').ok_or_else(expected)?;
        let address = |text: &str| without_brackets(text).parse().map_err(|_| expected());
        Ok(Self {
            host: host.to_owned(),
            port: port.parse().map_err(|_| expected())?,
            addresses: addresses.split(',').map(address).collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_only_applies_to_its_host_and_port() {
        let given: Resolution = "H.example:443:127.0.0.1,[::1]".parse().unwrap();
        let addresses: Vec<String> = given.addresses_of("h.example", 443).map(|address| address.to_string()).collect();
        assert_eq!(addresses, ["127.0.0.1:443", "[::1]:443"]);
        assert_eq!(given.addresses_of("h.example", 80).count(), 0);
        for text in ["", "h", "h:443", "h:x:127.0.0.1", "h:443:name"] {
            assert!(text.parse::<Resolution>().is_err(), "{text}");
        }
    }
}
