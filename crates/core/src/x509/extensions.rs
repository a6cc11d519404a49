//! The extensions of a certificate that restrict how its key may be used (RFC 5280 §4.2.1).

use super::algorithm::oid;
use super::der::{Reader, tag};

/// The permitted uses of a key.
pub(super) struct Extensions {
    /// Whether the certificate is that of a CA: `CA:TRUE`.
    pub(super) is_authority: bool,
    /// Maximum number of intermediate certificates below this one.
    pub(super) path_length: Option<u32>,
    /// Whether the key usage includes `digitalSignature`, or there is no key usage.
    pub(super) may_sign: bool,
    /// Whether the key usage includes `keyCertSign`, or there is no key usage.
    pub(super) may_issue: bool,
    /// Whether a critical extension is not read here.
    pub(super) has_unread_critical: bool,
}

impl Extensions {
    /// Reads the fields after the key: unique identifiers, which are hardly ever used and are skipped, and the
    /// extensions.
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
            // The first bit is digitalSignature, the sixth keyCertSign (RFC 5280 §4.2.1.3). The byte before the bits is
            // the number of unused bits.
            oid::KEY_USAGE => {
                let bits = Reader::only(value, tag::BIT_STRING)?.get(1).copied().unwrap_or_default();
                (self.may_sign, self.may_issue) = (bits & 0x80 != 0, bits & 0x04 != 0);
            }
            // Neither names nor purposes matter for whether another certificate issued this one.
            oid::ALTERNATIVE_NAME | oid::EXTENDED_KEY_USAGE => {}
            _ => self.has_unread_critical |= is_critical,
        }
        Some(())
    }
}

fn is_true(boolean: &[u8]) -> bool {
    boolean != [0]
}

/// Reads a path length. A number of more than 32 bits becomes the maximum, which limits nothing.
fn small_number(bytes: &[u8]) -> u32 {
    let significant = bytes.iter().skip_while(|byte| **byte == 0);
    match significant.clone().count() {
        0..=4 => significant.fold(0, |number, byte| number << 8 | u32::from(*byte)),
        _ => u32::MAX,
    }
}
