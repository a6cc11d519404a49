//! Reads the DER of certificates and keys: consecutive elements of definite length (X.690 §8.1).
//!
//! This module does not know what an element means. It checks each length against the remaining bytes, so it never
//! reads past the end.

/// The tags of elements.
pub(super) mod tag {
    pub(in crate::x509) const BOOLEAN: u8 = 0x01;
    pub(in crate::x509) const INTEGER: u8 = 0x02;
    pub(in crate::x509) const BIT_STRING: u8 = 0x03;
    pub(in crate::x509) const OCTET_STRING: u8 = 0x04;
    pub(in crate::x509) const OID: u8 = 0x06;
    pub(in crate::x509) const UTC_TIME: u8 = 0x17;
    pub(in crate::x509) const GENERALIZED_TIME: u8 = 0x18;
    pub(in crate::x509) const SEQUENCE: u8 = 0x30;
    /// This and the following three are the explicit tags `[0]` to `[3]`.
    pub(in crate::x509) const CONTEXT_0: u8 = 0xa0;
    pub(in crate::x509) const CONTEXT_1: u8 = 0xa1;
    pub(in crate::x509) const CONTEXT_2: u8 = 0xa2;
    pub(in crate::x509) const CONTEXT_3: u8 = 0xa3;
}

/// One element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// The content with its tag and length.
    pub(super) whole: &'a [u8],
}

/// Reads elements one after the other. It holds the bytes that are not read yet.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The content of the bytes' only element, if it has this tag and nothing follows it.
    pub(super) fn only(bytes: &'a [u8], tag: u8) -> Option<&'a [u8]> {
        let mut reader = Self::new(bytes);
        let content = reader.expect(tag)?;
        reader.is_at_end().then_some(content)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Reads the next element.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (content, left) = rest.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len() - left.len())?;
        self.0 = left;
        Some(Element { tag, content, whole })
    }

    /// Reads the next element. Returns its content if it has this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|element| element.tag == tag).map(|element| element.content)
    }

    /// Reads the next element only if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.peek() == Some(tag) { self.expect(tag) } else { None }
    }
}

/// Reads a length, which must be in its shortest form and have at most four bytes. Also returns the bytes after it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((first.into(), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(count)?;
    let value = digits.iter().fold(0, |value: usize, digit| value << 8 | usize::from(*digit));
    let is_shortest = value >= 0x80 && digits.first() != Some(&0);
    is_shortest.then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncated_elements_and_lengths_not_in_shortest_form_are_refused() {
        for bytes in
            [&[][..], &[0x30], &[0x30, 0x01], &[0x30, 0x80, 0, 0], &[0x30, 0x81, 0x01, 0], &[0x30, 0x82, 0, 0x80]]
        {
            assert!(Reader::new(bytes).next().is_none(), "{bytes:?}");
        }
        assert_eq!(Reader::only(&[0x02, 0x01, 0x05], tag::INTEGER), Some(&[5][..]));
        assert_eq!(Reader::only(&[0x02, 0x01, 0x05, 0x00], tag::INTEGER), None, "something behind it");
        assert_eq!(Reader::only(&[0x02, 0x01, 0x05], tag::SEQUENCE), None);
    }

    #[test]
    fn long_lengths_are_read() {
        let bytes = [&[0x04, 0x81, 0x80][..], &[7; 128]].concat();
        let element = Reader::new(&bytes).next().unwrap();
        assert_eq!((element.content.len(), element.whole.len()), (128, 131));
    }
}
