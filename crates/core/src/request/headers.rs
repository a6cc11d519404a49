//! The header fields of a request, in order, with repeats and with the very bytes of their values.
//!
//! Names are compared without regard to case and kept as they were written. A value may hold a folded line
//! (RFC 9112 §5.2), as captures of old clients do; any other line break is refused, for it would begin a new field.

use std::fmt;

/// One header field. `Debug` does not show the value of a header that gives access.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The name as written.
    pub name: String,
    /// The value as written, outer white space included.
    pub value: Vec<u8>,
}

/// Headers whose value gives access to whoever has it.
const BEARERS: [&str; 4] = ["-token", "authorization", "cookie", "-customer-key"];

impl Header {
    /// Whether whoever has the value can use it: tokens, cookies, authorization, keys of server-side encryption.
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

/// Header fields in order, with repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

/// A header field that cannot go on the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHeader {
    /// The name is empty or has a character that names cannot have.
    #[error("not a header name: '{presented}'")]
    Name {
        /// The name as it was given.
        presented: String,
    },
    /// The value has a line break or a NUL.
    #[error("the value of header '{name}' has a line break or a NUL in it")]
    Value {
        /// Whose value it is. The value itself may be a secret and is not quoted.
        name: String,
    },
}

impl Headers {
    /// Appends a field.
    ///
    /// # Errors
    /// A name that is no token, a value with a NUL or with a line break that folds no line.
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

    /// Appends a field that this crate made itself.
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

    /// The values of a name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_slice())
    }

    /// Whether a field of that name is there.
    pub fn contains(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The first value of a name, trimmed, where it is there and is text.
    pub fn first_text(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(&value.value).ok().map(str::trim)
    }

    /// Removes every field of a name, and tells how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let before = self.0.len();
        self.0.retain(|header| !header.name.eq_ignore_ascii_case(name));
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

/// RFC 9110 §5.6.2.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_field_value(value: &[u8]) -> bool {
    let folds = |rest: &[u8]| matches!(rest, [b' ' | b'\t', ..]);
    value.iter().enumerate().all(|(at, byte)| match byte {
        0 => false,
        b'\n' => folds(&value[at + 1..]),
        b'\r' => value.get(at + 1) == Some(&b'\n'),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn names_ignore_case_and_keep_order() {
        let mut headers = Headers::default();
        headers.push("X-A", "1").unwrap();
        headers.push("x-b", "2").unwrap();
        headers.push("x-a", "3").unwrap();
        assert_eq!(headers.values("X-a").collect::<Vec<_>>(), [b"1", b"3"]);
        assert_eq!(headers.remove("x-A"), 2);
        assert!(!headers.contains("x-a") && headers.contains("X-B"));
    }
}
