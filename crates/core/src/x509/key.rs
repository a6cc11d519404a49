//! The key of a certificate: its public half as the certificate has it, its private half as key files have it.

use std::fmt;
use std::ops::RangeInclusive;

use super::algorithm::{ACCEPTED_KEYS, KeyAlgorithm, name_of, oid};
use super::der::{Reader, tag};
use crate::crypto::{CertifiedPrivate, CertifiedPublic, IssuerHash, IssuerScheme, verifies_ed25519};

/// The lengths of RSA keys that signatures are verified with, in bits.
const VERIFIED_RSA: RangeInclusive<usize> = 1024..=8192;

/// The lengths of RSA keys whose signatures on certificates are verified, in bits.
const ISSUING_RSA: RangeInclusive<usize> = 2048..=8192;

/// The lengths of RSA keys that sign, in bits.
const SIGNING_RSA: RangeInclusive<usize> = 2048..=4096;

/// The public key of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateKey(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Usable(CertifiedPublic),
    /// It signs certificates, and no requests.
    Ed25519(Vec<u8>),
    /// What it is called.
    Other(&'static str),
}

impl CertificateKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7), the content of its sequence.
    pub(super) fn from_info(info: &[u8]) -> Option<Self> {
        let mut info = Reader::new(info);
        let mut algorithm = Reader::new(info.expect(tag::SEQUENCE)?);
        let bits = info.expect(tag::BIT_STRING)?.strip_prefix(&[0])?;
        let kind = algorithm.expect(tag::OID)?;
        Some(Self(match kind {
            oid::RSA => Kind::Usable(CertifiedPublic::Rsa(bits.to_vec())),
            oid::EC => match algorithm.optional(tag::OID) {
                Some(oid::P256) => Kind::Usable(CertifiedPublic::p256(bits)?),
                Some(oid::P384) => Kind::Usable(CertifiedPublic::p384(bits)?),
                Some(oid::P521) => Kind::Usable(CertifiedPublic::p521(bits)?),
                curve => Kind::Other(curve.map_or("EC on a curve without a name", name_of)),
            },
            oid::ED25519 => Kind::Ed25519(bits.to_vec()),
            other => Kind::Other(name_of(other)),
        }))
    }

    /// How the key signs; none if nothing here verifies with it.
    pub fn algorithm(&self) -> Option<KeyAlgorithm> {
        match &self.0 {
            Kind::Usable(CertifiedPublic::Rsa(_)) => Some(KeyAlgorithm::Rsa),
            Kind::Usable(_) => Some(KeyAlgorithm::Ecdsa),
            Kind::Ed25519(_) | Kind::Other(_) => None,
        }
    }

    /// What kind of key it is, with its length: `RSA with 2048 bits`, `EC on curve P-256`, `Ed25519`.
    pub fn description(&self) -> String {
        match &self.0 {
            Kind::Usable(CertifiedPublic::Rsa(_)) => format!("RSA with {} bits", self.rsa_bits().unwrap_or_default()),
            Kind::Usable(CertifiedPublic::P256(_)) => "EC on curve P-256".to_owned(),
            Kind::Usable(CertifiedPublic::P384(_)) => "EC on curve P-384".to_owned(),
            Kind::Usable(CertifiedPublic::P521(_)) => "EC on curve P-521".to_owned(),
            Kind::Ed25519(_) => name_of(oid::ED25519).to_owned(),
            Kind::Other(name) => (*name).to_owned(),
        }
    }

    /// Whether a signature, PKCS #1 v1.5 of RSA or DER of ECDSA, is this key's over a message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        matches!(&self.0, Kind::Usable(key) if key.verifies(message, signature))
    }

    /// Whether a signature is padded as RSASSA-PSS has it and this key's over a message, with SHA-256: no server takes it.
    #[doc(hidden)]
    pub fn verifies_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        self.has_issued(IssuerScheme::RsaPss(IssuerHash::Sha256), message, signature) == Some(true)
    }

    /// Whether requests are signed with such a key: RSA of 2048 to 4096 bits, or EC on a curve that is known.
    pub fn can_sign(&self) -> bool {
        matches!(self.0, Kind::Usable(_)) && self.rsa_bits().is_none_or(|bits| SIGNING_RSA.contains(&bits))
    }

    /// Whether it is a key of ML-DSA, which IAM Roles Anywhere takes and nothing here signs or verifies with.
    #[doc(hidden)]
    pub fn is_post_quantum(&self) -> bool {
        matches!(self.0, Kind::Other(name) if name.starts_with("ML-DSA"))
    }

    /// Whether signatures of requests are verified with this key: not with Ed25519, nor with RSA of 512 bits.
    pub fn can_verify(&self) -> bool {
        matches!(self.0, Kind::Usable(_)) && self.rsa_bits().is_none_or(|bits| VERIFIED_RSA.contains(&bits))
    }

    /// Whether this key made an issuer's signature. None if nothing here verifies with such a key.
    pub(super) fn has_issued(&self, scheme: IssuerScheme, signed: &[u8], signature: &[u8]) -> Option<bool> {
        match (&self.0, scheme) {
            (Kind::Usable(_), _) if self.rsa_bits().is_some_and(|bits| !ISSUING_RSA.contains(&bits)) => None,
            (Kind::Usable(key), scheme) => Some(key.has_issued(scheme, signed, signature)),
            (Kind::Ed25519(key), IssuerScheme::Ed25519) => Some(verifies_ed25519(key, signed, signature)),
            (Kind::Ed25519(_), _) => Some(false),
            (Kind::Other(_), _) => None,
        }
    }

    /// Modulus and exponent of an RSA key, most significant byte first.
    #[doc(hidden)]
    pub fn rsa_numbers(&self) -> Option<(&[u8], &[u8])> {
        let Kind::Usable(CertifiedPublic::Rsa(key)) = &self.0 else { return None };
        let mut numbers = Reader::new(Reader::only(key, tag::SEQUENCE)?);
        Some((natural(&mut numbers)?, natural(&mut numbers)?))
    }

    /// How many bits the modulus of an RSA key has.
    pub fn rsa_bits(&self) -> Option<usize> {
        let (modulus, _) = self.rsa_numbers()?;
        bits_of(modulus)
    }

    /// How many bytes its signatures have, as the shortest and the longest that are to be expected.
    #[doc(hidden)]
    pub fn signature_bytes(&self) -> Option<RangeInclusive<usize>> {
        // Two numbers as long as the curve's order, each shorter by a few zero bytes at times, in DER.
        Some(match &self.0 {
            Kind::Usable(CertifiedPublic::Rsa(_)) => {
                let (modulus, _) = self.rsa_numbers()?;
                modulus.len()..=modulus.len()
            }
            Kind::Usable(CertifiedPublic::P256(_)) => 64..=72,
            Kind::Usable(CertifiedPublic::P384(_)) => 96..=104,
            Kind::Usable(CertifiedPublic::P521(_)) => 131..=139,
            Kind::Ed25519(_) => 64..=64,
            Kind::Other(_) => return None,
        })
    }
}

/// The next number, most significant byte first, without the zero that keeps it positive.
fn natural<'d>(numbers: &mut Reader<'d>) -> Option<&'d [u8]> {
    let bytes = numbers.expect(tag::INTEGER)?;
    Some(bytes.strip_prefix(&[0]).unwrap_or(bytes))
}

fn bits_of(number: &[u8]) -> Option<usize> {
    Some(number.len() * 8 - number.first()?.leading_zeros() as usize)
}

impl fmt::Debug for CertificateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description())
    }
}

/// A private key that signs for a certificate. Clones share it; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PrivateKey(pub(super) CertifiedPrivate);

/// Why bytes are no private key that can be used. No part of them is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPrivateKey {
    /// It is not DER of that form.
    #[error("not a private key in PKCS#8, PKCS#1 or SEC1 form")]
    Malformed,
    /// Its kind is another.
    #[error("it is {0}; expected {ACCEPTED_KEYS}")]
    Unsupported(&'static str),
    /// An RSA key that is too short or too long.
    #[error("it is RSA with {0} bits; expected {ACCEPTED_KEYS}")]
    RsaLength(usize),
    /// *ring* takes RSA keys of two primes whose numbers fit.
    #[error("unusable RSA key; expected two primes, and numbers that belong together")]
    UnusableRsa,
}

impl PrivateKey {
    /// Reads a key in DER as PKCS #8 has it (RFC 5208 §5): the form of `PRIVATE KEY` in PEM.
    ///
    /// # Errors
    /// See [`InvalidPrivateKey`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let (kind, curve, key) = parts_of_pkcs8(der).ok_or(InvalidPrivateKey::Malformed)?;
        match kind {
            oid::RSA => Self::from_pkcs1(key),
            oid::EC => Self::of_curve(curve, key),
            other => Err(InvalidPrivateKey::Unsupported(name_of(other))),
        }
    }

    /// Reads an RSA key in DER as PKCS #1 has it: the form of `RSA PRIVATE KEY` in PEM.
    ///
    /// # Errors
    /// See [`InvalidPrivateKey`].
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let bits = bits_of_pkcs1(der).ok_or(InvalidPrivateKey::Malformed)?;
        if !SIGNING_RSA.contains(&bits) {
            return Err(InvalidPrivateKey::RsaLength(bits));
        }
        CertifiedPrivate::rsa(der).map(Self).ok_or(InvalidPrivateKey::UnusableRsa)
    }

    /// Reads an EC key in DER as SEC 1 has it (RFC 5915 §3): the form of `EC PRIVATE KEY` in PEM.
    ///
    /// # Errors
    /// See [`InvalidPrivateKey`].
    pub fn from_sec1(der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        Self::of_curve(None, der)
    }

    /// The curve is named inside, or by what stands around the key.
    fn of_curve(outer: Option<&[u8]>, sec1: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let (number, inner) = parts_of_sec1(sec1).ok_or(InvalidPrivateKey::Malformed)?;
        let made = match outer.or(inner) {
            Some(oid::P256) => CertifiedPrivate::p256(number),
            Some(oid::P384) => CertifiedPrivate::p384(number),
            Some(oid::P521) => CertifiedPrivate::p521(number),
            curve => {
                return Err(InvalidPrivateKey::Unsupported(curve.map_or("EC on a curve without a name", name_of)));
            }
        };
        made.map(Self).ok_or(InvalidPrivateKey::Malformed)
    }

    /// How the key signs.
    pub fn algorithm(&self) -> KeyAlgorithm {
        match self.0 {
            CertifiedPrivate::Rsa(_) => KeyAlgorithm::Rsa,
            CertifiedPrivate::P256(_) | CertifiedPrivate::P384(_) | CertifiedPrivate::P521(_) => KeyAlgorithm::Ecdsa,
        }
    }

    /// The public half.
    pub fn public_key(&self) -> CertificateKey {
        CertificateKey(Kind::Usable(self.0.public()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The algorithm, its parameters, and the key of that algorithm.
type Pkcs8Parts<'d> = (&'d [u8], Option<&'d [u8]>, &'d [u8]);

/// The kind of the key, the curve that goes with it, and the key itself.
fn parts_of_pkcs8(der: &[u8]) -> Option<Pkcs8Parts<'_>> {
    let mut info = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    info.expect(tag::INTEGER)?;
    let mut algorithm = Reader::new(info.expect(tag::SEQUENCE)?);
    let key = info.expect(tag::OCTET_STRING)?;
    Some((algorithm.expect(tag::OID)?, algorithm.optional(tag::OID), key))
}

/// How many bits the modulus of an RSA key has (RFC 8017 appendix A.1.2).
fn bits_of_pkcs1(der: &[u8]) -> Option<usize> {
    let mut key = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    key.expect(tag::INTEGER)?;
    bits_of(natural(&mut key)?)
}

/// The private number, and the curve where it is named.
fn parts_of_sec1(der: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut key = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    key.expect(tag::INTEGER)?;
    let number = key.expect(tag::OCTET_STRING)?;
    let curve = key.optional(tag::CONTEXT_0).and_then(|named| Reader::only(named, tag::OID));
    Some((number, curve))
}
