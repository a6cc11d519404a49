//! Parses a certificate, as far as signing and verifying with its key needs it (RFC 5280 §4.1).
//!
//! This module can check whether one certificate signed another, but not whether a certificate is trusted.

use super::der::{Element, Reader, tag};
use super::extensions::Extensions;
use super::issuer::SignedWith;
use super::key::CertificateKey;
use crate::time::Timestamp;

/// Maximum length of a serial number, in bytes. RFC 5280 §4.1.2.2 allows 20, but some issuers use more.
const LONGEST_SERIAL: usize = 64;

/// An X.509 certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    der: Vec<u8>,
    /// The serial number in decimal, as it appears in credentials.
    pub serial: String,
    /// The serial number in hex, two digits per byte, as certificate viewers show it.
    pub serial_hex: String,
    /// Start of the validity period.
    pub not_before: Timestamp,
    /// End of the validity period.
    pub not_after: Timestamp,
    /// The public key.
    pub key: CertificateKey,
    /// Whether this is an X.509 version 3 certificate.
    pub is_v3: bool,
    /// Whether this is a CA certificate: `CA:TRUE`.
    pub is_authority: bool,
    /// Maximum number of intermediate certificates between this one and an end-entity certificate, if limited.
    pub path_length: Option<u32>,
    /// Whether the key usage allows digital signatures. True without a key usage.
    pub may_sign: bool,
    /// Whether the key usage allows signing certificates. True without a key usage.
    pub may_issue: bool,
    /// Whether there is a critical extension that this crate does not read, and that may restrict the certificate.
    pub has_unread_critical: bool,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    signed_with: SignedWith,
}

/// The bytes are not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate in DER form")]
#[non_exhaustive]
pub struct InvalidCertificate;

impl Certificate {
    /// Parses a certificate in DER.
    ///
    /// # Errors
    /// The bytes are not a certificate, or other bytes follow it.
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidCertificate> {
        parse(der).ok_or(InvalidCertificate)
    }

    /// The certificate in DER.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The hash in the issuer's signature, if IAM Roles Anywhere refuses it as too weak: `SHA-1`, `MD5`.
    pub fn weak_hash(&self) -> Option<&'static str> {
        match self.signed_with {
            SignedWith::Weak(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the key of the other certificate signed this one. `None` if the signature's algorithm is not supported.
    pub fn is_signed_by(&self, other: &Self) -> Option<bool> {
        let SignedWith::Known(scheme) = self.signed_with else { return None };
        let mut outer = Reader::new(Reader::only(&self.der, tag::SEQUENCE)?);
        let signed = outer.next()?.whole;
        outer.expect(tag::SEQUENCE)?;
        let signature = outer.expect(tag::BIT_STRING)?.strip_prefix(&[0])?;
        other.key.has_issued(scheme, signed, signature)
    }

    /// Whether the subject is empty.
    pub fn is_nameless(&self) -> bool {
        // An empty sequence has only a tag and a length.
        self.subject.len() <= 2
    }

    /// Whether the issuer of this certificate is the subject of the other one. Signatures are not checked.
    pub fn names_as_issuer(&self, other: &Self) -> bool {
        self.issuer == other.subject
    }

    /// Whether the subject and the issuer are the same, as in a root or self-signed certificate.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

fn parse(der: &[u8]) -> Option<Certificate> {
    let mut outer = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    let mut body = Reader::new(outer.expect(tag::SEQUENCE)?);
    let signed_with = SignedWith::read(outer.expect(tag::SEQUENCE)?)?;
    outer.expect(tag::BIT_STRING)?;
    let version = body.optional(tag::CONTEXT_0).map(|version| Reader::only(version, tag::INTEGER));
    let serial = body.expect(tag::INTEGER).filter(|serial| (1..=LONGEST_SERIAL).contains(&serial.len()))?;
    body.expect(tag::SEQUENCE)?;
    let issuer = body.next().filter(|name| name.tag == tag::SEQUENCE)?;
    let mut validity = Reader::new(body.expect(tag::SEQUENCE)?);
    let subject = body.next().filter(|name| name.tag == tag::SEQUENCE)?;
    let key = CertificateKey::from_info(body.expect(tag::SEQUENCE)?)?;
    let extensions = Extensions::read(body)?;
    Some(Certificate {
        der: der.to_vec(),
        serial: decimal(serial),
        serial_hex: hex::encode(serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(serial)),
        not_before: time(validity.next()?)?,
        not_after: time(validity.next()?)?,
        key,
        is_v3: version == Some(Some(&[2])),
        is_authority: extensions.is_authority,
        path_length: extensions.path_length,
        may_sign: extensions.may_sign,
        may_issue: extensions.may_issue,
        has_unread_critical: extensions.has_unread_critical,
        issuer: issuer.whole.to_vec(),
        subject: subject.whole.to_vec(),
        signed_with,
    })
}

/// Parses a time (RFC 5280 §4.1.2.5): in UTC, with seconds, and with a two-digit year up to 2049.
fn time(element: Element<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(element.content).ok()?;
    let text = match element.tag {
        tag::UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        tag::UTC_TIME => format!("19{text}"),
        tag::GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    Timestamp::parse_amz_date(&format!("{}T{}", text.get(..8)?, text.get(8..)?)).ok()
}

/// Converts a big-endian number in two's complement to decimal.
fn decimal(bytes: &[u8]) -> String {
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let mut number = bytes.to_vec();
    if is_negative {
        number.iter_mut().for_each(|byte| *byte = !*byte);
        for byte in number.iter_mut().rev() {
            let (sum, carries) = byte.overflowing_add(1);
            *byte = sum;
            if !carries {
                break;
            }
        }
    }
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0_u16;
        for byte in &mut number {
            let value = rest << 8 | u16::from(*byte);
            *byte = (value / 10) as u8;
            rest = value % 10;
        }
        digits.push(char::from(b'0' + rest as u8));
    }
    if digits.is_empty() {
        return "0".to_owned();
    }
    let sign = if is_negative { "-" } else { "" };
    sign.chars().chain(digits.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected values were computed with Python.
    #[test]
    fn a_serial_number_is_written_in_decimal_without_leading_zeros() {
        for (bytes, text) in [
            (&[0][..], "0"),
            (&[0x01, 0x00], "256"),
            (&[0x00, 0xff], "255"),
            (&[0xff], "-1"),
            (&[0x80], "-128"),
            (&[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "2361183241434822606847"),
        ] {
            assert_eq!(decimal(bytes), text);
        }
    }

    #[test]
    fn years_with_two_and_with_four_digits_are_parsed() {
        let read = |tag: u8, text: &'static str| time(Element { tag, content: text.as_bytes(), whole: b"" });
        assert_eq!(read(tag::UTC_TIME, "491231235959Z").unwrap().as_str(), "20491231T235959Z");
        assert_eq!(read(tag::UTC_TIME, "500101000000Z").unwrap().as_str(), "19500101T000000Z");
        assert_eq!(read(tag::GENERALIZED_TIME, "20500101000000Z").unwrap().as_str(), "20500101T000000Z");
        for text in ["", "5", "4912312359Z", "491231235959+0100", "49123123595é"] {
            assert!(read(tag::UTC_TIME, text).is_none(), "{text}");
        }
    }
}
