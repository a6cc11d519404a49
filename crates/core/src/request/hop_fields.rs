//! The header fields that a hop does not pass on, or changes (RFC 9110 §7.6).

/// Fields that end at each hop, in addition to those that `Connection` lists (RFC 9110 §7.6.1).
pub const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Fields that hops add, extend or remove (RFC 9110 §7.6.2, §7.6.3 and §10.1.1, RFC 7239, RFC 8586).
pub(crate) const CHANGED_BY_HOPS: [&str; 6] =
    ["cdn-loop", "expect", "forwarded", "max-forwards", "via", "x-amzn-trace-id"];

/// The beginning of the names of further fields that hops add or extend: `x-forwarded-for`.
pub(crate) const FORWARDED_PREFIX: &str = "x-forwarded-";

/// Whether hops change a field, so that a signature over it would be wrong at the server: `via`, `x-forwarded-for`.
pub fn is_changed_by_hops(name: &str) -> bool {
    let start = name.get(..FORWARDED_PREFIX.len());
    is_in(&CHANGED_BY_HOPS, name) || start.is_some_and(|start| start.eq_ignore_ascii_case(FORWARDED_PREFIX))
}

/// Whether a name, in any case, is one of these.
pub(crate) fn is_in(names: &[&str], name: &str) -> bool {
    names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The names in the values of `Connection`, in lower case.
pub fn connection_options<'a>(values: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = String> {
    let names = values.flat_map(|value| value.split(|byte| *byte == b','));
    names.map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).filter(|name| !name.is_empty())
}
