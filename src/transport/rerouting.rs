//! `--connect-to`: connects to another host. The URL's own host is still the one that is signed, sent, and used for
//! TLS.

use std::str::FromStr;

/// One `HOST1:PORT1:HOST2:PORT2`, in curl's syntax. An empty part on the left matches anything; on the right it
/// means unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerouting {
    from_host: String,
    from_port: Option<u16>,
    to_host: String,
    to_port: Option<u16>,
}

impl Rerouting {
    /// The host and port to connect to instead, if this rerouting applies to `host` and `port`.
    pub(super) fn apply(&self, host: &str, port: u16) -> Option<(String, u16)> {
        let for_host = self.from_host.is_empty() || self.from_host.eq_ignore_ascii_case(host);
        let for_port = self.from_port.is_none_or(|from| from == port);
        let to_host = if self.to_host.is_empty() { host } else { &self.to_host };
        (for_host && for_port).then(|| (to_host.to_owned(), self.to_port.unwrap_or(port)))
    }
}

/// Text that is not a valid rerouting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected HOST1:PORT1:HOST2:PORT2; found '{presented}'")]
pub struct InvalidRerouting {
    /// The text as it was given.
    pub presented: String,
}

impl FromStr for Rerouting {
    type Err = InvalidRerouting;

    fn from_str(text: &str) -> Result<Self, InvalidRerouting> {
        let expected = || InvalidRerouting { presented: text.to_owned() };
        let parts = split_outside_brackets(text);
        let [from_host, from_port, to_host, to_port] = parts.as_slice() else { return Err(expected()) };
        let port = |text: &str| match text {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| expected()),
        };
        let (from_port, to_port) = (port(from_port)?, port(to_port)?);
        Ok(Self { from_host: (*from_host).to_owned(), from_port, to_host: (*to_host).to_owned(), to_port })
    }
}

/// Splits at colons, but not at those of an IPv6 address in brackets.
fn split_outside_brackets(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let split = |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        c == ':' && depth == 0
    };
    text.split(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parts_mean_any_and_unchanged() {
        let applied = |rule: &str| rule.parse::<Rerouting>().unwrap().apply("h.example", 443);
        assert_eq!(applied("h.example:443:127.0.0.1:8443"), Some(("127.0.0.1".to_owned(), 8443)));
        assert_eq!(applied("::[::1]:"), Some(("[::1]".to_owned(), 443)));
        assert_eq!(applied("H.EXAMPLE:::8443"), Some(("h.example".to_owned(), 8443)));
        assert_eq!(applied("other::x:1"), None);
        for rule in ["", "a:b", "a:1:b:x", "a:1:b:2:c"] {
            assert!(rule.parse::<Rerouting>().is_err(), "{rule}");
        }
    }
}
