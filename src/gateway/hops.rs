//! Header fields that belong to one connection and must not be forwarded (RFC 9110 §7.6.1).

use http::HeaderMap;
use sigvet_core::internal::connection_options;
use sigvet_core::resign::is_hop_by_hop;

/// Additional field names that `Connection` lists.
#[derive(Debug, Default)]
pub struct Hop(Vec<String>);

impl Hop {
    /// Reads the values of `Connection`.
    pub fn new<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(connection_options(values).collect())
    }

    /// Removes the fields that the next hop needs. A signed header must be forwarded even if somebody listed it
    /// in `Connection`.
    #[must_use]
    pub fn without(self, is_needed: impl Fn(&str) -> bool) -> Self {
        Self(self.0.into_iter().filter(|name| !is_needed(name)).collect())
    }

    /// Whether the field with this lower-case name must not be forwarded.
    pub fn keeps(&self, name: &str) -> bool {
        is_hop_by_hop(name) || self.0.iter().any(|own| own == name)
    }
}

/// The transfer codings of a message, if there is one other than `chunked`. The header is not forwarded, because a
/// transfer coding belongs to the connection, so the next reader would take the encoded bytes for plain ones.
pub fn unknown_coding(headers: &HeaderMap) -> Option<String> {
    let values: Vec<String> = headers
        .get_all(http::header::TRANSFER_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    let codings = values.join(", ");
    let is_known =
        codings.split(',').map(str::trim).all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("chunked"));
    (!is_known).then_some(codings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a signed header that somebody else can remove: `If-None-Match: *`.
    #[test]
    fn signed_headers_are_forwarded() {
        let hop = Hop::new([&b"if-none-match, x-mine"[..]].into_iter()).without(|name| name == "if-none-match");
        assert!(!hop.keeps("if-none-match") && hop.keeps("x-mine"));
    }

    #[test]
    fn fields_of_the_connection_are_not_forwarded() {
        let hop = Hop::new([&b"close, X-Mine"[..], b"x-other"].into_iter());
        assert!(
            ["connection", "x-mine", "x-other", "te", "upgrade", "transfer_encoding"]
                .iter()
                .all(|name| hop.keeps(name))
        );
        assert!(!["host", "x-amz-date", "content-length", "trailer", "x_mine"].iter().any(|name| hop.keeps(name)));
    }
}
