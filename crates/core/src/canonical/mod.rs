//! The canonical request: the text that signer and verifier both build from a request.
//!
//! It has six fields; each field that takes work has its own file. The writers append to one buffer, so the text that
//! is hashed and the text that is shown are the same bytes. This module knows no secrets, no clock, and none of the
//! mistakes that clients make.
//! Follows *Create a canonical request* of AWS's signing reference.

pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod payload;
pub(crate) mod query;

use std::fmt;

pub use headers::SignedHeaders;
pub use path::{PathEncoding, PathNormalization, PathPlus, PathRule};
pub use payload::PayloadHash;

use crate::crypto::{self, Sha256Digest};

/// The canonical request: method, path, query, headers, signed headers and payload hash, one buffer.
///
/// Header values may be bytes of any encoding, and so may this text; `Display` writes U+FFFD for bytes that are not
/// UTF-8. `Debug` shows only the hash, because the text may contain a session token.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest {
    text: Vec<u8>,
    field_ends: [usize; 6],
}

/// The fields of a canonical request, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The method.
    Method,
    /// The canonical path (AWS: *CanonicalURI*).
    Path,
    /// The canonical query string.
    Query,
    /// The canonical headers, each line with its newline.
    Headers,
    /// The list of signed headers.
    SignedHeaders,
    /// The hash of the payload, or the word that replaces it, such as `UNSIGNED-PAYLOAD`.
    Payload,
}

impl CanonicalRequest {
    /// Writes the six fields with `write_field`, separated by newlines.
    #[doc(hidden)]
    pub fn assemble(mut write_field: impl FnMut(Field, &mut Vec<u8>)) -> Self {
        const FIELDS: [Field; 6] =
            [Field::Method, Field::Path, Field::Query, Field::Headers, Field::SignedHeaders, Field::Payload];
        let mut text = Vec::with_capacity(512);
        let mut field_ends = [0; 6];
        for (field, end) in FIELDS.into_iter().zip(&mut field_ends) {
            if field != Field::Method {
                text.push(b'\n');
            }
            write_field(field, &mut text);
            *end = text.len();
        }
        Self { text, field_ends }
    }

    /// The whole text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The text of one field, without the newline that separates it from the next.
    pub fn field(&self, field: Field) -> &[u8] {
        let at = field as usize;
        let start = if at == 0 { 0 } else { self.field_ends[at - 1] + 1 };
        &self.text[start..self.field_ends[at]]
    }

    /// The text before a field, including the newline that separates them.
    pub(crate) fn before(&self, field: Field) -> &[u8] {
        &self.text[..self.field_ends[field as usize] - self.field(field).len()]
    }

    /// The text after a field, beginning with the newline that ends it.
    pub(crate) fn after(&self, field: Field) -> &[u8] {
        &self.text[self.field_ends[field as usize]..]
    }

    /// SHA-256 of the text: the last line of the string to sign.
    pub fn sha256(&self) -> Sha256Digest {
        crypto::sha256(&self.text)
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text))
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanonicalRequest").field("sha256", &self.sha256()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_only_the_hash() {
        let text = CanonicalRequest::assemble(|_, out| out.extend_from_slice(b"x-amz-security-token:hush"));
        let shown = format!("{text:?}");
        assert!(!shown.contains("hush") && shown.contains(&text.sha256().to_string()), "{shown}");
    }
}
