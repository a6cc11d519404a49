//! Reads the key of a certificate: the public key from the certificate, and the private key from the DER of a key file.

use std::fmt;
use std::ops::RangeInclusive;

use super::algorithm::{ACCEPTED_KEYS, KeyAlgorithm, name_of, oid};
use super::der::{Reader, tag};
use crate::crypto::{CertifiedPrivate, CertifiedPublic, IssuerHash, IssuerScheme, verifies_ed25519};

/// The lengths of RSA keys with which signatures of requests are verified, in bits.
const VERIFIED_RSA: RangeInclusive<usize> = 1024..=8192;

/// The lengths of RSA keys with which issuers' signatures are verified, in bits.
const ISSUING_RSA: RangeInclusive<usize> = 2048..=8192;

/// The lengths of RSA keys that can sign requests, in bits.
const SIGNING_RSA: RangeInclusive<usize> = 2048..=4096;

/// The public key of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateKey(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Usable(CertifiedPublic),
    /// A key that can sign certificates but not requests.
    Ed25519(Vec<u8>),
    /// An unsupported key, with the name of its kind.
    Other(&'static str),
}

impl CertificateKey {
    /// Reads the content of a `SubjectPublicKeyInfo` sequence (RFC 5280 §4.1.2.7).
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

    /// The signature algorithm of the key. `None` if keys of this kind cannot sign requests.
    pub fn algorithm(&self) -> Option<KeyAlgorithm> {
        match &self.0 {
            Kind::Usable(CertifiedPublic::Rsa(_)) => Some(KeyAlgorithm::Rsa),
            Kind::Usable(_) => Some(KeyAlgorithm::Ecdsa),
            Kind::Ed25519(_) | Kind::Other(_) => None,
        }
    }

    /// The kind of the key with its length or curve: `RSA with 2048 bits`, `EC on curve P-256`, `Ed25519`.
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

    /// Whether this key made the signature of the message: PKCS #1 v1.5 for RSA, DER for ECDSA.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        matches!(&self.0, Kind::Usable(key) if key.verifies(message, signature))
    }

    /// Whether this key made the signature of the message with RSASSA-PSS and SHA-256, which no server accepts.
    #[doc(hidden)]
    pub fn verifies_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        self.has_issued(IssuerScheme::RsaPss(IssuerHash::Sha256), message, signature) == Some(true)
    }

    /// The name of the hash function, other than SHA-256, with which this EC key made the signature of the message.
    /// No server accepts it.
    #[doc(hidden)]
    pub fn other_hash(&self, message: &[u8], signature: &[u8]) -> Option<&'static str> {
        if let Kind::Usable(key) = &self.0 { key.other_hash(message, signature) } else { None }
    }

    /// Whether such a key can sign requests: RSA with 2048 to 4096 bits, or EC on a supported curve.
    pub fn can_sign(&self) -> bool {
        matches!(self.0, Kind::Usable(_)) && self.rsa_bits().is_none_or(|bits| SIGNING_RSA.contains(&bits))
    }

    /// Whether this is an ML-DSA key, which IAM Roles Anywhere accepts but this crate does not support.
    #[doc(hidden)]
    pub fn is_post_quantum(&self) -> bool {
        matches!(self.0, Kind::Other(name) if name.starts_with("ML-DSA"))
    }

    /// Whether signatures of requests can be verified with this key. False for Ed25519 or RSA with 512 bits, for
    /// example.
    pub fn can_verify(&self) -> bool {
        matches!(self.0, Kind::Usable(_)) && self.rsa_bits().is_none_or(|bits| VERIFIED_RSA.contains(&bits))
    }

    /// Whether this key made an issuer's signature. `None` if such keys are not supported.
    pub(super) fn has_issued(&self, scheme: IssuerScheme, signed: &[u8], signature: &[u8]) -> Option<bool> {
        match (&self.0, scheme) {
            (Kind::Usable(_), _) if self.rsa_bits().is_some_and(|bits| !ISSUING_RSA.contains(&bits)) => None,
            (Kind::Usable(key), scheme) => Some(key.has_issued(scheme, signed, signature)),
            (Kind::Ed25519(key), IssuerScheme::Ed25519) => Some(verifies_ed25519(key, signed, signature)),
            (Kind::Ed25519(_), _) => Some(false),
            (Kind::Other(_), _) => None,
        }
    }

    /// The modulus and the exponent of an RSA key (big-endian).
    #[doc(hidden)]
    pub fn rsa_numbers(&self) -> Option<(&[u8], &[u8])> {
        let Kind::Usable(CertifiedPublic::Rsa(key)) = &self.0 else { return None };
        let mut numbers = Reader::new(Reader::only(key, tag::SEQUENCE)?);
        Some((natural(&mut numbers)?, natural(&mut numbers)?))
    }

    /// Number of bits in the modulus of an RSA key. `None` if the key is of another kind.
    pub fn rsa_bits(&self) -> Option<usize> {
        let (modulus, _) = self.rsa_numbers()?;
        bits_of(modulus)
    }

    /// The range of lengths that signatures with this key have in practice, in bytes.
    #[doc(hidden)]
    pub fn signature_bytes(&self) -> Option<RangeInclusive<usize>> {
        // DER of two numbers as long as the curve's order. Either may be a few bytes shorter, if it begins with zeros.
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

/// Reads the next number (big-endian), without the zero byte that keeps it positive.
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

/// The private key of a certificate. Clones share the key; `Debug` does not show it.
#[derive(Clone)]
pub struct PrivateKey(pub(super) CertifiedPrivate);

/// Why a private key cannot be used. The error contains no part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPrivateKey {
    /// The bytes are not DER in the expected form.
    #[error("not a private key in PKCS#8, PKCS#1 or SEC1 form")]
    Malformed,
    /// The key is of an unsupported kind.
    #[error("it is {0}; expected {ACCEPTED_KEYS}")]
    Unsupported(&'static str),
    /// The RSA key is too short or too long.
    #[error("it is RSA with {0} bits; expected {ACCEPTED_KEYS}")]
    RsaLength(usize),
    /// The public exponent of the RSA key is smaller than *ring* accepts in a key that signs.
    #[error("its public exponent is {0}, and only RSA keys with an exponent of 65537 or more can sign")]
    SmallExponent(u32),
    /// *ring* does not accept the RSA key: it needs two primes, and consistent numbers.
    #[error("unusable RSA key; expected two primes, and numbers that belong together")]
    UnusableRsa,
}

/// The smallest public exponent with which *ring* signs (`RsaKeyPair::from_der`).
const SMALLEST_EXPONENT: u32 = 65_537;

impl PrivateKey {
    /// Reads a key in PKCS #8 DER (RFC 5208 §5), which PEM files label `PRIVATE KEY`.
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

    /// Reads an RSA key in PKCS #1 DER, which PEM files label `RSA PRIVATE KEY`.
    ///
    /// # Errors
    /// See [`InvalidPrivateKey`].
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        let bits = bits_of_pkcs1(der).ok_or(InvalidPrivateKey::Malformed)?;
        if !SIGNING_RSA.contains(&bits) {
            return Err(InvalidPrivateKey::RsaLength(bits));
        }
        let unusable =
            || exponent_of_pkcs1(der).map_or(InvalidPrivateKey::UnusableRsa, InvalidPrivateKey::SmallExponent);
        CertifiedPrivate::rsa(der).map(Self).ok_or_else(unusable)
    }

    /// Reads an EC key in SEC 1 DER (RFC 5915 §3), which PEM files label `EC PRIVATE KEY`.
    ///
    /// # Errors
    /// See [`InvalidPrivateKey`].
    pub fn from_sec1(der: &[u8]) -> Result<Self, InvalidPrivateKey> {
        Self::of_curve(None, der)
    }

    /// Reads an EC key. Its curve is named by the PKCS #8 structure around it (`outer`), or inside the key.
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

    /// The signature algorithm of the key.
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

/// The public exponent of an RSA key, if it is too small (RFC 8017 §A.1.2).
fn exponent_of_pkcs1(der: &[u8]) -> Option<u32> {
    let mut numbers = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    numbers.expect(tag::INTEGER)?;
    natural(&mut numbers)?;
    let exponent = natural(&mut numbers)?;
    let digits = exponent.iter().try_fold(0u32, |sum, byte| Some(sum.checked_mul(256)? + u32::from(*byte)));
    digits.filter(|exponent| *exponent < SMALLEST_EXPONENT)
}

/// The algorithm, the curve if the algorithm has one, and the key in the form of that algorithm.
type Pkcs8Parts<'d> = (&'d [u8], Option<&'d [u8]>, &'d [u8]);

/// Takes a PKCS #8 structure apart.
fn parts_of_pkcs8(der: &[u8]) -> Option<Pkcs8Parts<'_>> {
    let mut info = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    info.expect(tag::INTEGER)?;
    let mut algorithm = Reader::new(info.expect(tag::SEQUENCE)?);
    let key = info.expect(tag::OCTET_STRING)?;
    Some((algorithm.expect(tag::OID)?, algorithm.optional(tag::OID), key))
}

/// Number of bits in the modulus of a private RSA key (RFC 8017 appendix A.1.2).
fn bits_of_pkcs1(der: &[u8]) -> Option<usize> {
    let mut key = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    key.expect(tag::INTEGER)?;
    bits_of(natural(&mut key)?)
}

/// The private number, and the curve if the key names it.
fn parts_of_sec1(der: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut key = Reader::new(Reader::only(der, tag::SEQUENCE)?);
    key.expect(tag::INTEGER)?;
    let number = key.expect(tag::OCTET_STRING)?;
    let curve = key.optional(tag::CONTEXT_0).and_then(|named| Reader::only(named, tag::OID));
    Some((number, curve))
}
