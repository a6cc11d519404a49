//! The header fields of a request or a response, in order, with repeats and the exact bytes of their values.
//!
//! Names are compared without regard to case and kept as written. A value may contain a folded line (RFC 9112 §5.2), as
//! captures of old clients do; any other line break is refused, because it would begin a new field.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// One header field. `Debug` hides the value if it gives access.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The name as written.
    pub name: String,
    /// The value as written, including outer white space.
    pub value: Vec<u8>,
}

/// Endings of the names of headers whose value gives access to anyone who has it.
const BEARERS: [&str; 10] = [
    "-token",
    "authorization",
    "cookie",
    "-customer-key",
    "-encryption-key",
    "api-key",
    "apikey",
    "subscription-key",
    "-secret",
    "-password",
];

impl Header {
    /// Whether the field has this name, in any case.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether the value gives access to anyone who has it: tokens, cookies, authorization, API keys, keys of
    /// server-side encryption.
    pub fn is_bearer(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        BEARERS.iter().any(|end| name.ends_with(end))
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.is_bearer() { "[redacted]".into() } else { String::from_utf8_lossy(&self.value) };
        write!(f, "{}: {value}", self.name)
    }
}

/// Header fields in order, with repeats. Names are always compared without regard to case.
///
/// ```
/// use sigvet_core::request::Headers;
///
/// let headers = Headers::from_pairs([("Content-Type", "text/plain"), ("X-Tag", "a"), ("x-tag", "b")])?;
/// assert_eq!(headers.first_text("content-type"), Some("text/plain"));
/// assert_eq!(headers.values("x-tag").next_back(), Some(&b"b"[..]));
/// # Ok::<(), sigvet_core::request::InvalidHeader>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

/// Why a header field cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHeader {
    /// The name is empty or contains a character that names cannot have.
    #[error("invalid header name '{presented}'")]
    Name {
        /// The name as it was given.
        presented: String,
    },
    /// The value contains a line break or a NUL.
    #[error("the value of header '{name}' contains a line break or a NUL")]
    Value {
        /// The name of the header. The value may be a secret and is not quoted.
        name: String,
    },
}

impl Headers {
    /// Collects names and values, in order.
    ///
    /// # Errors
    /// See [`push`](Self::push).
    pub fn from_pairs<N: AsRef<str>, V: Into<Vec<u8>>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, InvalidHeader> {
        let mut headers = Self::default();
        for (name, value) in pairs {
            headers.push(name.as_ref(), value)?;
        }
        Ok(headers)
    }

    /// Appends a field.
    ///
    /// # Errors
    /// The name is not a token (RFC 9110 §5.6.2), or the value contains a NUL or a line break that does not fold a
    /// line.
    pub fn push(&mut self, name: &str, value: impl Into<Vec<u8>>) -> Result<(), InvalidHeader> {
        let value = value.into();
        if !is_token(name) {
            return Err(InvalidHeader::Name { presented: name.to_owned() });
        }
        if !is_field_value(&value) {
            return Err(InvalidHeader::Value { name: name.to_owned() });
        }
        self.0.push(Header { name: name.to_owned(), value });
        Ok(())
    }

    /// Appends a field without checking it: one that this crate made, or that an HTTP parser read from the wire.
    pub fn push_unchecked(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.push(Header { name: name.to_owned(), value: value.into() });
    }

    /// Iterates over the fields in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// The fields in order.
    pub fn as_slice(&self) -> &[Header] {
        &self.0
    }

    /// The number of fields, repeats included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of a name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.0.iter().filter(move |header| header.is_named(name)).map(|header| header.value.as_slice())
    }

    /// Prepares for looking up `count` names. Sorting is worthwhile only for many lookups in many fields.
    pub(crate) fn for_lookups(&self, count: usize) -> FieldsByName<'_> {
        const SCANNED: usize = 4096;
        let is_large = self.0.len().saturating_mul(count) > SCANNED;
        FieldsByName { all: &self.0, sorted: is_large.then(|| sorted_by_name(&self.0)) }
    }

    /// The first value of a name, exactly as sent.
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|header| header.is_named(name)).map(|header| header.value.as_slice())
    }

    /// Whether there is a field of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The first value of a name, trimmed, if it is UTF-8.
    pub fn first_text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.first(name)?).ok().map(str::trim)
    }

    /// The first value of a name as text, trimmed; bytes that are not UTF-8 become U+FFFD.
    pub fn first_text_lossy(&self, name: &str) -> Option<Cow<'_, str>> {
        Some(match String::from_utf8_lossy(self.first(name)?) {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        })
    }

    /// Whether the headers declare a body in `aws-chunked` encoding.
    pub(crate) fn declare_aws_chunks(&self) -> bool {
        let says = |name: &str, word: &str| self.first_text(name).is_some_and(|value| value.contains(word));
        says("x-amz-content-sha256", "STREAMING-") || says("content-encoding", "aws-chunked")
    }

    /// The length that `Content-Length` declares (RFC 9110 §8.6), if it is a number.
    pub fn content_length(&self) -> Option<u64> {
        self.first_text("content-length")?.parse().ok()
    }

    /// The media type that `Content-Type` states, in lower case and without parameters (RFC 9110 §8.3.1).
    pub fn media_type(&self) -> Option<String> {
        let value = self.first_text_lossy("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Keeps only the fields for which `is_wanted` returns true.
    pub fn retain(&mut self, is_wanted: impl FnMut(&Header) -> bool) {
        self.0.retain(is_wanted);
    }

    /// Replaces the value of every field of a name, in place. The value must be one that this crate made or checked.
    pub(crate) fn replace(&mut self, name: &str, value: &str) {
        let named = self.0.iter_mut().filter(|header| header.is_named(name));
        named.for_each(|header| header.value = value.as_bytes().to_vec());
    }

    /// Removes every field of a name, and returns how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let before = self.0.len();
        self.0.retain(|header| !header.is_named(name));
        before - self.0.len()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Fields to look up by many names, in time that does not grow with the square of a request's size.
pub(crate) struct FieldsByName<'a> {
    all: &'a [Header],
    /// Sorted by name without regard to case; fields of the same name keep their order.
    sorted: Option<Vec<&'a Header>>,
}

impl<'a> FieldsByName<'a> {
    /// The values of a name, in order.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let (scanned, found) = match &self.sorted {
            None => (self.all, &[][..]),
            Some(sorted) => {
                let start = sorted.partition_point(|header| compare_names(&header.name, name).is_lt());
                let end = sorted.partition_point(|header| compare_names(&header.name, name).is_le());
                (&[][..], &sorted[start..end])
            }
        };
        let named = scanned.iter().chain(found.iter().copied()).filter(move |header| header.is_named(name));
        named.map(|header| header.value.as_slice())
    }

    /// Whether there is a field of that name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }
}

fn sorted_by_name(fields: &[Header]) -> Vec<&Header> {
    let mut sorted: Vec<&Header> = fields.iter().collect();
    sorted.sort_by(|one, other| compare_names(&one.name, &other.name));
    sorted
}

fn compare_names(one: &str, other: &str) -> Ordering {
    one.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// Whether a text is a token (RFC 9110 §5.6.2).
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_field_value(value: &[u8]) -> bool {
    let folds = |rest: &[u8]| matches!(rest, [b' ' | b'\t', ..]);
    value.iter().enumerate().all(|(at, byte)| match byte {
        0 => false,
        b'\n' => folds(value.get(at + 1..).unwrap_or_default()),
        b'\r' => value.get(at + 1) == Some(&b'\n'),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a sorted lookup that loses a field or its order, or that minds case.
    #[test]
    fn a_media_type_has_no_case_and_no_parameters() {
        let of = |value: &str| Headers::from_pairs([("Content-Type", value)]).unwrap().media_type();
        assert_eq!(
            of(" Application/X-WWW-Form-URLencoded ; charset=utf-8").as_deref(),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(of("text/plain").as_deref(), Some("text/plain"));
        assert_eq!(Headers::default().media_type(), None);
    }

    #[test]
    fn scanning_and_sorting_find_the_same_fields() {
        let names = ["b", "A", "a", "B-c", "b", "x-amz-date", "X-AMZ-DATE", "a"];
        let pairs = names.iter().enumerate().map(|(at, name)| (*name, at.to_string()));
        let headers = Headers::from_pairs(pairs).unwrap();
        let (scanned, sorted) = (headers.for_lookups(1), headers.for_lookups(usize::MAX));
        assert!(scanned.sorted.is_none() && sorted.sorted.is_some());
        for name in ["a", "A", "b", "b-c", "x-amz-date", "", "c", "x-amz"] {
            let expected: Vec<&[u8]> = headers.values(name).collect();
            assert_eq!(scanned.values(name).collect::<Vec<_>>(), expected, "{name}");
            assert_eq!(sorted.values(name).collect::<Vec<_>>(), expected, "{name}");
            assert_eq!(sorted.contains(name), headers.contains(name), "{name}");
        }
    }

    #[test]
    fn a_value_cannot_smuggle_in_another_field() {
        let mut headers = Headers::default();
        for value in ["a\r\nx: y", "a\nx: y", "a\r", "a\0", "a\n"] {
            assert!(matches!(headers.push("h", value), Err(InvalidHeader::Value { .. })), "{value:?}");
        }
        headers.push("h", "folded\r\n  line").unwrap();
        assert!(matches!(headers.push("h:", "v"), Err(InvalidHeader::Name { .. })));
        assert!(matches!(headers.push("", "v"), Err(InvalidHeader::Name { .. })));
    }

    #[test]
    fn headers_that_give_access_are_recognised_by_name() {
        let is_bearer = |name: &str| Header { name: name.to_owned(), value: Vec::new() }.is_bearer();
        for name in [
            "X-Amz-Security-Token",
            "Proxy-Authorization",
            "Set-Cookie",
            "x-amz-server-side-encryption-customer-key",
            "x-amz-copy-source-server-side-encryption-customer-key",
            "X-Goog-Encryption-Key",
            "X-API-Key",
            "apikey",
            "Ocp-Apim-Subscription-Key",
        ] {
            assert!(is_bearer(name), "{name}");
        }
        let key_id = "x-amz-server-side-encryption-aws-kms-key-id";
        for name in ["Host", "x-amz-date", "Idempotency-Key", key_id, "x-amz-meta-key"] {
            assert!(!is_bearer(name), "{name}");
        }
    }

    #[test]
    fn names_ignore_case_and_keep_order() {
        let mut headers = Headers::default();
        headers.push("X-A", "1").unwrap();
        headers.push("x-b", "2").unwrap();
        headers.push("x-a", "3").unwrap();
        assert_eq!(headers.values("X-a").collect::<Vec<_>>(), [b"1", b"3"]);
        assert_eq!(headers.first("x-A"), Some(&b"1"[..]));
        assert_eq!(headers.remove("x-A"), 2);
        assert!(!headers.contains("x-a") && headers.contains("X-B"));
    }

    #[test]
    fn text_is_trimmed_and_invalid_utf_8_is_replaced() {
        let headers = Headers::from_pairs([("A", &b" \xfc\tb "[..]), ("b", b" caf\xc3\xa9 ")]).unwrap();
        assert_eq!(headers.first_text("a"), None);
        assert_eq!(headers.first_text_lossy("a").as_deref(), Some("\u{fffd}\tb"));
        assert_eq!(headers.first_text("B"), Some("caf\u{e9}"));
        assert_eq!((headers.first("c"), headers.first_text_lossy("c")), (None, None));
    }

    #[test]
    fn a_length_is_a_number() {
        let length = |value: &str| Headers::from_pairs([("Content-Length", value)]).unwrap().content_length();
        assert_eq!([length(" 18446744073709551615 "), length("0")], [Some(u64::MAX), Some(0)]);
        assert_eq!([length(""), length("-1"), length("1, 1"), length("0x10")], [None; 4]);
    }
}
