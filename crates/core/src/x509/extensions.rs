//! What the extensions of a certificate say of how its key may be used (RFC 5280 §4.2.1).

use super::algorithm::oid;
use super::der::{Reader, tag};

/// How a key may be used.
pub(super) struct Extensions {
    /// `CA:TRUE`.
    pub(super) is_authority: bool,
    /// How many intermediate certificates may follow below.
    pub(super) path_length: Option<u32>,
    /// `digitalSignature`, or nothing is said.
    pub(super) may_sign: bool,
    /// `keyCertSign`, or nothing is said.
    pub(super) may_issue: bool,
    /// An extension is critical that is not read here.
    pub(super) has_unread_critical: bool,
}

impl Extensions {
    /// Reads what follows the key: unique identifiers, which nobody has, and the extensions.
    pub(super) fn read(mut rest: Reader<'_>) -> Option<Self> {
        let (is_authority, path_length, has_unread_critical) = (false, None, false);
        let mut read = Self { is_authority, path_length, may_sign: true, may_issue: true, has_unread_critical };
        while !rest.is_at_end() {
            let element = rest.next()?;
            if element.tag != tag::CONTEXT_3 {
                continue;
            }
            let mut extensions = Reader::new(Reader::only(element.content, tag::SEQUENCE)?);
            while !extensions.is_at_end() {
                let mut extension = Reader::new(extensions.expect(tag::SEQUENCE)?);
                let name = extension.expect(tag::OID)?;
                let is_critical = extension.optional(tag::BOOLEAN).is_some_and(is_true);
                read.note(name, is_critical, extension.expect(tag::OCTET_STRING)?)?;
            }
        }
        Some(read)
    }

    fn note(&mut self, name: &[u8], is_critical: bool, value: &[u8]) -> Option<()> {
        match name {
            oid::BASIC_CONSTRAINTS => {
                let mut constraints = Reader::new(Reader::only(value, tag::SEQUENCE)?);
                self.is_authority = constraints.optional(tag::BOOLEAN).is_some_and(is_true);
                self.path_length = constraints.optional(tag::INTEGER).map(small_number);
            }
            // The first bit is digitalSignature, the sixth keyCertSign (RFC 5280 §4.2.1.3); before the bits stands how many are
            // unused.
            oid::KEY_USAGE => {
                let bits = Reader::only(value, tag::BIT_STRING)?.get(1).copied().unwrap_or_default();
                (self.may_sign, self.may_issue) = (bits & 0x80 != 0, bits & 0x04 != 0);
            }
            // What a certificate is called and what it is for says nothing of whether another issued it.
            oid::ALTERNATIVE_NAME | oid::EXTENDED_KEY_USAGE => {}
            _ => self.has_unread_critical |= is_critical,
        }
        Some(())
    }
}

fn is_true(boolean: &[u8]) -> bool {
    boolean != [0]
}

/// A length of a path; one that is too large to count forbids nothing.
fn small_number(bytes: &[u8]) -> u32 {
    let significant = bytes.iter().skip_while(|byte| **byte == 0);
    match significant.clone().count() {
        0..=4 => significant.fold(0, |number, byte| number << 8 | u32::from(*byte)),
        _ => u32::MAX,
    }
}
