//! The canonical headers and the list of signed headers.
//!
//! One line for each signed header: the value is trimmed, runs of spaces and tabs become one space (inside quotes too),
//! repeated headers are joined by `,` in order, and folded lines are joined by a space. AWS's documents do not mention
//! tabs: AWS refuses a signature over a header that kept one, most signers turn it into a space, and Ceph keeps a tab
//! that stands alone. `prepare` warns about tabs.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::request::Headers;

/// The names of the signed headers: lower case, sorted, without duplicates. Stored as the text that is signed,
/// `host;x-amz-date`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders(String);

impl SignedHeaders {
    /// Makes the list from names in any case and order.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<Cow<'a, str>> = names.into_iter().flat_map(|name| name.split(';')).map(lower_case).collect();
        names.sort_unstable();
        names.dedup();
        Self(names.join(";"))
    }

    /// Reads the list as a request presents it, `host;x-amz-date`.
    pub fn parse(text: &str) -> Self {
        Self::new(text.split(';').map(str::trim).filter(|name| !name.is_empty()))
    }

    /// The names, in sorted order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(';').filter(|name| !name.is_empty())
    }

    /// Whether a lower-case name is in the list.
    ///
    /// Binary search: a request may carry any number of headers.
    pub fn contains(&self, name: &str) -> bool {
        let mut rest = self.0.as_bytes();
        while !rest.is_empty() {
            let middle = rest.len() / 2;
            let start = rest[..middle].iter().rposition(|&byte| byte == b';').map_or(0, |at| at + 1);
            let end = rest[middle..].iter().position(|&byte| byte == b';').map_or(rest.len(), |at| middle + at);
            match name.as_bytes().cmp(&rest[start.min(end)..end]) {
                Ordering::Equal => return !name.is_empty(),
                Ordering::Less => rest = &rest[..start.saturating_sub(1)],
                Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
            }
        }
        false
    }

    /// Number of names.
    pub(crate) fn count(&self) -> usize {
        self.iter().count()
    }

    /// The list as it appears in a request, `host;x-amz-date`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

/// Appends one line, with its newline, for each signed name. A name without a header gets an empty value.
pub fn write(headers: &Headers, signed: &SignedHeaders, out: &mut Vec<u8>) {
    let fields = headers.for_lookups(signed.count());
    for name in signed.iter() {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        for (at, value) in fields.values(name).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            write_value(value, out);
        }
        out.push(b'\n');
    }
}

/// Appends one value, trimmed, with each run of white space replaced by one space.
pub fn write_value(value: &[u8], out: &mut Vec<u8>) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let value = value.trim_ascii();
    // Without an early end, so that many bytes are compared at once: nearly no value has a blank.
    let may_have_blank = value.iter().fold(false, |found, byte| found | (*byte <= b' '));
    if !may_have_blank {
        return out.extend_from_slice(value);
    }
    let mut in_gap = false;
    for &byte in value {
        if is_blank(&byte) {
            in_gap = true;
            continue;
        }
        if std::mem::take(&mut in_gap) {
            out.push(b' ');
        }
        out.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_trimmed_collapsed_and_joined() {
        let mut headers = Headers::default();
        headers.push("My-Header", "  a  b ").unwrap();
        headers.push("my-header", "\"c   d\"").unwrap();
        headers.push("fold", "one\r\n   two\n\tthree").unwrap();
        headers.push("tab", "\ta\tb\t").unwrap();
        let mut out = Vec::new();
        write(&headers, &SignedHeaders::new(["TAB", "my-header", "fold", "gone"]), &mut out);
        let expected = "fold:one two three\ngone:\nmy-header:a b,\"c d\"\ntab:a b\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    /// Catches a search that misses a name at either end, or next to a name with the same beginning.
    #[test]
    fn each_name_of_the_list_is_found_and_no_other() {
        for count in 0..40 {
            let names: Vec<String> = (0..count).map(|at| "n".repeat(at % 5 + 1) + &at.to_string()).collect();
            let list = SignedHeaders::new(names.iter().map(String::as_str));
            assert_eq!(list.iter().count(), count);
            assert!(names.iter().all(|name| list.contains(name)), "{list:?}");
            for other in ["", ";", "n", "a", "z", "n0;", ";n0", "nn1;nn6", "n00"] {
                assert!(!list.contains(other), "{other} in {list:?}");
            }
        }
        assert!(SignedHeaders::new(["b;a", "c"]).contains("a"));
        assert!(!SignedHeaders::new([""]).contains(""));
    }

    #[test]
    fn the_list_is_lower_case_sorted_and_unique() {
        let list = SignedHeaders::parse("X-Amz-Date;host;Host; content-type;");
        assert_eq!(list.as_str(), "content-type;host;x-amz-date");
        assert!(list.contains("host") && !list.contains("x-amz"));
    }
}
