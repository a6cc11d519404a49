//! Parses canonical requests and strings to sign that others printed.

use std::collections::HashMap;

use sigvet_core::crypto::{Sha256Digest, sha256};

/// The number of fields, counting the headers and their list as one.
pub(super) const FIELDS: usize = 5;

/// A canonical request from elsewhere, split into fields: method, path, query, headers with their list, payload.
pub(super) struct CanonicalText([Vec<u8>; FIELDS]);

impl CanonicalText {
    /// Splits a canonical request. `None` if it has too few lines.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let lines: Vec<&[u8]> =
            text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
        let [method, path, query, headers @ .., payload] = lines.as_slice() else { return None };
        if headers.len() < 2 {
            return None;
        }
        Some(Self([method.to_vec(), path.to_vec(), query.to_vec(), headers.join(&b'\n'), payload.to_vec()]))
    }

    /// The fields in order.
    pub(super) fn fields(&self) -> &[Vec<u8>; FIELDS] {
        &self.0
    }

    pub(super) fn method(&self) -> &[u8] {
        &self.0[0]
    }

    pub(super) fn path(&self) -> &[u8] {
        &self.0[1]
    }

    pub(super) fn query(&self) -> &[u8] {
        &self.0[2]
    }

    pub(super) fn payload(&self) -> &[u8] {
        &self.0[4]
    }

    /// The names and values of the canonical headers.
    pub(super) fn header_lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        header_lines(&self.0[3])
    }

    /// The list of signed headers, which is the last line of the field.
    pub(super) fn signed_headers(&self) -> &[u8] {
        self.0[3].rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
    }
}

/// The names and values in a headers field, up to its blank line.
pub(super) fn header_lines(field: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    field.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()).filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b':')?;
        Some((line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default()))
    })
}

/// Whether a canonical request has the hash at the end of a string to sign. `None` if the string to sign has
/// no hash there.
pub(super) fn is_unaltered(canonical_request: &[u8], string_to_sign: &[u8]) -> Option<bool> {
    let hash = string_to_sign.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    Sha256Digest::from_hex(hash).map(|hash| hash == sha256(canonical_request))
}

fn lines_of(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').collect()
}

/// The lines that are not among the others, in order. Each line of the others cancels one equal line.
fn only(these: &[&[u8]], others: &[&[u8]]) -> Vec<u8> {
    let mut left: HashMap<&[u8], usize> = HashMap::with_capacity(others.len());
    others.iter().for_each(|line| *left.entry(line).or_default() += 1);
    let mut is_new = |line: &&&[u8]| match left.get_mut(**line) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    these.iter().filter(|line| is_new(line)).copied().collect::<Vec<_>>().join(&b'\n')
}

/// The lines of each text that the other does not contain, in order.
pub(super) fn differing_lines(a: &[u8], b: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (of_a, of_b) = (lines_of(a), lines_of(b));
    match (only(&of_a, &of_b), only(&of_b, &of_a)) {
        // The texts have the same lines in another order.
        (only_a, only_b) if only_a.is_empty() && only_b.is_empty() => (a.to_vec(), b.to_vec()),
        narrowed => narrowed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_request_is_split_into_its_fields() {
        let text = CanonicalText::parse(b"GET\n/\n\nhost:h\nx:a:b\n\nhost;x\nUNSIGNED-PAYLOAD").unwrap();
        assert_eq!((text.method(), text.path(), text.query()), (&b"GET"[..], &b"/"[..], &b""[..]));
        assert_eq!(text.header_lines().collect::<Vec<_>>(), [(&b"host"[..], &b"h"[..]), (b"x", b"a:b")]);
        assert_eq!((text.signed_headers(), text.payload()), (&b"host;x"[..], &b"UNSIGNED-PAYLOAD"[..]));
        assert!(CanonicalText::parse(b"GET\n/\nhost").is_none());
    }

    #[test]
    fn a_repeated_line_differs_as_often_as_it_remains_uncancelled() {
        let (a, b) = differing_lines(b"x\ny\nx\nx", b"y\nx\nz");
        assert_eq!((a.as_slice(), b.as_slice()), (&b"x\nx"[..], &b"z"[..]));
    }

    #[test]
    fn only_lines_that_differ_are_shown() {
        let (a, b) = differing_lines(b"host:a\nx:1\n\nhost;x", b"host:b\nx:1\n\nhost;x");
        assert_eq!((a.as_slice(), b.as_slice()), (&b"host:a"[..], &b"host:b"[..]));
        let (a, _) = differing_lines(b"x:1\nhost:a", b"host:a\nx:1");
        assert_eq!(a, b"x:1\nhost:a");
    }
}
