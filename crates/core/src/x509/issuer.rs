//! The algorithm with which an issuer signed a certificate (RFC 5280 §4.1.1.2).

use super::der::{Reader, tag};
use crate::crypto::{IssuerHash, IssuerScheme};

/// The algorithm of an issuer's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignedWith {
    /// An algorithm that can be verified here.
    Known(IssuerScheme),
    /// An algorithm with this hash, which is so weak that certificates are refused.
    Weak(&'static str),
    /// Any other algorithm.
    Other,
}

const PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];

const ALGORITHMS: [(&[u8], SignedWith); 12] = [
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b],
        SignedWith::Known(IssuerScheme::RsaPkcs1(IssuerHash::Sha256)),
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c],
        SignedWith::Known(IssuerScheme::RsaPkcs1(IssuerHash::Sha384)),
    ),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d],
        SignedWith::Known(IssuerScheme::RsaPkcs1(IssuerHash::Sha512)),
    ),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], SignedWith::Known(IssuerScheme::Ecdsa(IssuerHash::Sha256))),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03], SignedWith::Known(IssuerScheme::Ecdsa(IssuerHash::Sha384))),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04], SignedWith::Known(IssuerScheme::Ecdsa(IssuerHash::Sha512))),
    (&[0x2b, 0x65, 0x70], SignedWith::Known(IssuerScheme::Ed25519)),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x02], SignedWith::Weak("MD2")),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04], SignedWith::Weak("MD5")),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05], SignedWith::Weak("SHA-1")),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01], SignedWith::Weak("SHA-1")),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03], SignedWith::Weak("SHA-1")),
];

const HASHES: [(&[u8], IssuerHash); 3] = [
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], IssuerHash::Sha256),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], IssuerHash::Sha384),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], IssuerHash::Sha512),
];

impl SignedWith {
    /// Reads the content of an `AlgorithmIdentifier`.
    pub(super) fn read(identifier: &[u8]) -> Option<Self> {
        let mut identifier = Reader::new(identifier);
        let name = identifier.expect(tag::OID)?;
        if name == PSS {
            return Some(identifier.optional(tag::SEQUENCE).and_then(of_pss).unwrap_or(Self::Other));
        }
        let known = ALGORITHMS.iter().find(|(other, _)| *other == name);
        Some(known.map_or(Self::Other, |(_, algorithm)| *algorithm))
    }
}

/// Reads `RSASSA-PSS-params` (RFC 4055 §3.1). The default for the hash and the mask is SHA-1.
fn of_pss(parameters: &[u8]) -> Option<SignedWith> {
    let mut parameters = Reader::new(parameters);
    let hash = parameters.optional(tag::CONTEXT_0);
    let Some(hash) = hash else { return Some(SignedWith::Weak("SHA-1")) };
    let hash = hash_of(Reader::only(hash, tag::SEQUENCE)?)?;
    let mut mask = Reader::new(Reader::only(parameters.expect(tag::CONTEXT_1)?, tag::SEQUENCE)?);
    mask.expect(tag::OID)?;
    let masking = hash_of(mask.expect(tag::SEQUENCE)?)?;
    let salt = Reader::only(parameters.expect(tag::CONTEXT_2)?, tag::INTEGER)?;
    // Other salt lengths are legal, but not supported here.
    let is_usual = masking == hash && salt == [hash.length()];
    Some(if is_usual { SignedWith::Known(IssuerScheme::RsaPss(hash)) } else { SignedWith::Other })
}

fn hash_of(identifier: &[u8]) -> Option<IssuerHash> {
    let name = Reader::new(identifier).expect(tag::OID)?;
    HASHES.iter().find(|(other, _)| *other == name).map(|(_, hash)| *hash)
}
