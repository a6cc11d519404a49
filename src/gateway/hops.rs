//! Fields that belong to one connection and go no further (RFC 9110 §7.6.1).

use sigvet_core::resign::HOP_BY_HOP;

/// The fields that `Connection` names besides.
#[derive(Debug, Default)]
pub struct Hop(Vec<String>);

impl Hop {
    /// Reads the values of `Connection`.
    pub fn new<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let names = values.flat_map(|value| value.split(|byte| *byte == b','));
        Self(names.map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect())
    }

    /// The same without fields that the next hop needs: what is signed, whatever somebody wrote into `Connection`.
    #[must_use]
    pub fn without(self, is_needed: impl Fn(&str) -> bool) -> Self {
        Self(self.0.into_iter().filter(|name| !is_needed(name)).collect())
    }

    /// Whether a field, by its name in lower case, stays on this connection.
    pub fn keeps(&self, name: &str) -> bool {
        HOP_BY_HOP.contains(&name) || self.0.iter().any(|own| own == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a header that was signed, and that somebody else takes away: `If-None-Match: *`.
    #[test]
    fn what_is_signed_goes_on() {
        let hop = Hop::new([&b"if-none-match, x-mine"[..]].into_iter()).without(|name| name == "if-none-match");
        assert!(!hop.keeps("if-none-match") && hop.keeps("x-mine"));
    }

    #[test]
    fn what_belongs_to_a_connection_goes_no_further() {
        let hop = Hop::new([&b"close, X-Mine"[..], b"x-other"].into_iter());
        assert!(["connection", "x-mine", "x-other", "te", "upgrade"].iter().all(|name| hop.keeps(name)));
        assert!(!["host", "x-amz-date", "content-length", "trailer"].iter().any(|name| hop.keeps(name)));
    }
}
