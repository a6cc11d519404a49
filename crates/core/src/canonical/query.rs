//! The canonical query string: every parameter encoded once, sorted by encoded name and then by encoded value.
//!
//! Parameters are sorted as pairs, not as joined strings; `k` means `k=`; repeated parameters are kept; empty pieces
//! (`a&&b`) are ignored. A `+` on the wire is a space, as AWS's services, MinIO and the Go and Rust SDKs read it; a
//! plus sign is written `%2B`.

use crate::encode::{self, Plus, Slash};
use crate::request::Request;
use crate::request::target::split_query;

/// Appends the canonical query string, without the parameters whose encoded name `omits` returns true for.
pub fn write(query: Option<&[u8]>, omits: impl Fn(&[u8]) -> bool, out: &mut Vec<u8>) {
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        Parameters::new(query, omits).write(out);
    }
}

/// Whether `written`, as it appears on the wire, spells `name`. Most names are not escaped.
fn is_name(written: &[u8], name: &[u8]) -> bool {
    written == name || (written.contains(&b'%') && encode::decode(written, Plus::Space) == name)
}

/// The parameters of a query, encoded and sorted.
#[derive(Clone)]
pub(crate) struct Parameters {
    encoded: Vec<u8>,
    pairs: Vec<Pair>,
}

impl Parameters {
    /// Reads a wire query, without the parameters whose encoded name `omits` returns true for.
    pub(crate) fn new(query: &[u8], omits: impl Fn(&[u8]) -> bool) -> Self {
        let mut encoded = Vec::with_capacity(query.len() + 16);
        let pairs = split_query(query);
        let mut pairs: Vec<Pair> =
            pairs.map(|(name, value)| Pair::encode(name, value.unwrap_or_default(), &mut encoded)).collect();
        pairs.retain(|pair| !omits(pair.name(&encoded)));
        pairs.sort_by(|one, other| one.sides(&encoded).cmp(&other.sides(&encoded)));
        Self { encoded, pairs }
    }

    /// Appends all parameters.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.write_with(&Self { encoded: Vec::new(), pairs: Vec::new() }, out);
    }

    /// Appends all parameters, merged with those of another part of the same query.
    pub(crate) fn write_with(&self, other: &Self, out: &mut Vec<u8>) {
        let (mut own, mut others) = (self.sides().peekable(), other.sides().peekable());
        let mut is_first = true;
        while let Some((name, value)) = match (own.peek(), others.peek()) {
            (Some(one), Some(another)) if one <= another => own.next(),
            (_, Some(_)) => others.next(),
            _ => own.next(),
        } {
            if !std::mem::take(&mut is_first) {
                out.push(b'&');
            }
            for piece in [name, b"=", value] {
                out.extend_from_slice(piece);
            }
        }
    }

    fn sides(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.pairs.iter().map(|pair| pair.sides(&self.encoded))
    }
}

/// The decoded parameters of a wire query, in order.
pub fn parameters(query: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let decoded = |text: &[u8]| encode::decode(text, Plus::Space);
    split_query(query).map(move |(name, value)| (decoded(name), decoded(value.unwrap_or_default())))
}

/// The decoded value of the first parameter called `name` in the query of a request.
pub fn parameter(request: &Request, name: &str) -> Option<Vec<u8>> {
    let mut pairs = split_query(request.query().unwrap_or_default());
    let (_, value) = pairs.find(|(found, _)| is_name(found, name.as_bytes()))?;
    Some(encode::decode(value.unwrap_or_default(), Plus::Space))
}

/// The position of one encoded pair in the buffer that holds them all.
#[derive(Clone)]
struct Pair {
    start: usize,
    name_end: usize,
    end: usize,
}

impl Pair {
    fn encode(name: &[u8], value: &[u8], buffer: &mut Vec<u8>) -> Self {
        let start = buffer.len();
        encode::recode(name, Slash::Encode, Plus::Space, buffer);
        let name_end = buffer.len();
        encode::recode(value, Slash::Encode, Plus::Space, buffer);
        Self { start, name_end, end: buffer.len() }
    }

    fn name<'a>(&self, buffer: &'a [u8]) -> &'a [u8] {
        &buffer[self.start..self.name_end]
    }

    fn sides<'a>(&self, buffer: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        (self.name(buffer), &buffer[self.name_end..self.end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(query: &str) -> String {
        let mut out = Vec::new();
        write(Some(query.as_bytes()), |name| name == b"X-Amz-Signature", &mut out);
        String::from_utf8(out).unwrap()
    }

    /// Catches a merge that differs from sorting both parts together.
    #[test]
    fn two_parts_of_a_query_are_sorted_as_one() {
        for (one, other) in [("b=2&a=1", "a=0&c&a=1"), ("", "x=1"), ("x=1", ""), ("X-Amz-Date=1&x=1", "X-Amz-D=2")] {
            let mut merged = Vec::new();
            let part = |query: &str| Parameters::new(query.as_bytes(), |_| false);
            part(one).write_with(&part(other), &mut merged);
            assert_eq!(String::from_utf8(merged).unwrap(), canonical(&format!("{one}&{other}")));
        }
    }

    /// Each row is a query that some public client got wrong; the right column follows AWS's documentation.
    #[test]
    fn parameters_are_sorted_as_encoded_pairs() {
        for (wire, expected) in [
            ("", ""),
            ("acl", "acl="),
            ("b=2&a=1&a=0", "a=0&a=1&b=2"),
            ("q.parser=x&q=y", "q=y&q.parser=x"),
            ("a[10]=x&a[1]=y", "a%5B1%5D=y&a%5B10%5D=x"),
            ("b=1&A=1&%61=0", "A=1&a=0&b=1"),
            ("k=a+b%2Bc", "k=a%20b%2Bc"),
            ("k=a/b:c=d", "k=a%2Fb%3Ac%3Dd"),
            ("&a=1&&=v&", "=v&a=1"),
            ("x=%e1%88%b4", "x=%E1%88%B4"),
            ("a=1&X-Amz-Signature=00&X-%41mz-Signature=11", "a=1"),
        ] {
            assert_eq!(canonical(wire), expected, "{wire}");
        }
    }
}
