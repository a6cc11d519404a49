//! Diagnoses requests that are signed with the key of a certificate. The private key is not needed.
//!
//! The hash that was signed can be recovered from an RSA signature with the public key (RFC 8017 §5.2.2), so hypotheses
//! are compared with that hash. If there is no hash to recover, the signature was made with another key or was changed.

use super::catalogue::{
    CANONICAL_REQUEST_SIGNED, CERTIFIED_FORM, KEY_NOT_OF_CERTIFICATE, SIGNATURE_HASH, SIGNATURE_NOT_OF_KEY,
    SIGNATURE_PADDING, STRING_TO_SIGN_HASHED,
};
use super::outcome::{AppliedMistake, Proof as OutcomeProof};
use super::power::power;
use super::target::Target;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sigvet_core::claim::Claim;
use sigvet_core::crypto::sha256;
use sigvet_core::derivation::Terms;
use sigvet_core::request::{Headers, Request};
use sigvet_core::x509::{Certificate, CertificateKey, parse_chain, read_leniently};

/// Maximum length of an RSA modulus, in bytes. The key is untrusted input, so the work it causes must be bounded.
const LONGEST_MODULUS: usize = 1024;

/// The `DigestInfo` prefix of each hash in a PKCS #1 v1.5 signature (RFC 8017 §9.2, note 1). The last byte is the
/// length of the hash.
const DIGEST_INFOS: [(&str, &[u8]); 5] = [
    (
        "SHA-256",
        &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0, 4, 32],
    ),
    (
        "SHA-384",
        &[0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0, 4, 48],
    ),
    (
        "SHA-512",
        &[0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0, 4, 64],
    ),
    (
        "SHA-224",
        &[0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04, 0x05, 0, 4, 28],
    ),
    ("SHA-1", &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0, 4, 20]),
];

/// The certificate of a request, even if its header is in the wrong format.
pub(super) fn certificate(request: &Request, claim: &Claim) -> Option<Certificate> {
    let value = request.headers.first_text(&claim.terms.dialect.certificate_header())?;
    read_leniently(value).map(|(certificate, _)| certificate)
}

/// The certificate chain of a request. It is empty if the header is missing or malformed.
pub(super) fn chain(request: &Request, claim: &Claim) -> Vec<Certificate> {
    let value = request.headers.first_text(&claim.terms.dialect.certificate_chain_header());
    value.and_then(|value| parse_chain(value).ok()).unwrap_or_default()
}

/// The key of the certificate in a request that is signed with such a key.
pub(super) fn key_of(subject_headers: &Headers, terms: &Terms) -> Option<CertificateKey> {
    let value =
        subject_headers.first_text(&terms.dialect.certificate_header()).filter(|_| terms.scheme.is_certified())?;
    read_leniently(value).map(|(certificate, _)| certificate.key)
}

/// Checks whether the client signed a hash of the correct string to sign, as bytes or as hex, instead of the string.
pub(super) fn hashed_before(right: &[u8], target: &Target, key: &CertificateKey) -> Option<AppliedMistake> {
    let hash = sha256(right);
    let texts =
        [(hash.0.to_vec(), "its SHA-256 was signed"), (hash.to_string().into_bytes(), "its SHA-256 in hex was signed")];
    texts.into_iter().find_map(|(text, detail)| {
        let gives = match target {
            Target::Hash(signed) => sha256(&text).0 == *signed,
            Target::Der(signature) => key.verifies(&text, signature),
            Target::Digest { .. } => false,
        };
        gives.then(|| AppliedMistake::new(&STRING_TO_SIGN_HASHED, "", "").with_detail(detail))
    })
}

/// Checks whether the client signed the canonical request instead of the string to sign.
pub(super) fn canonical_request_signed(
    canonical: &[u8],
    target: &Target,
    key: &CertificateKey,
) -> Option<AppliedMistake> {
    let is_signed = match target {
        Target::Hash(signed) => sha256(canonical).0 == *signed,
        Target::Der(signature) => key.verifies(canonical, signature),
        Target::Digest { .. } => false,
    };
    is_signed.then(|| AppliedMistake::new(&CANONICAL_REQUEST_SIGNED, "", ""))
}

/// Checks whether the request is signed with the key of a certificate in the chain.
fn by_another_key(right: Right<'_>, signature: &[u8]) -> Option<AppliedMistake> {
    let is_signer = |other: &Certificate| other.key != *right.key && other.key.verifies(right.text, signature);
    let at = right.chain.iter().position(is_signer)?;
    let detail = format!("it is signed with the key of certificate {} of the chain", at + 1);
    Some(AppliedMistake::new(&KEY_NOT_OF_CERTIFICATE, "", "").with_detail(detail))
}

/// The result of reading a presented signature.
pub(super) enum Presented {
    /// The value that a hypothesis must reproduce, and the mistake in the signature's format, if any.
    Target(Target, Option<AppliedMistake>),
    /// The signature itself shows the mistake, with this proof.
    Mistake(AppliedMistake, OutcomeProof),
    /// The signature cannot be read.
    Unreadable,
}

/// The correct values to compare a presented signature with.
#[derive(Clone, Copy)]
pub(super) struct Right<'a> {
    /// The correct string to sign.
    pub(super) text: &'a [u8],
    /// The key of the signing certificate.
    pub(super) key: &'a CertificateKey,
    /// The certificate chain.
    pub(super) chain: &'a [Certificate],
}

/// Reads a presented signature.
pub(super) fn presented(text: &str, right: Right<'_>) -> Presented {
    let form = |detail: &str| Some(AppliedMistake::new(&CERTIFIED_FORM, text, "").with_detail(detail));
    let bare = text.trim().trim_matches(['"', '\'']);
    let (bytes, written) = match (hex::decode(bare), STANDARD.decode(bare)) {
        (Ok(bytes), _) if bare != text => (bytes, form("with other characters around it")),
        (Ok(bytes), _) if bare.bytes().any(|byte| byte.is_ascii_uppercase()) => (bytes, form("in uppercase hex")),
        (Ok(bytes), _) => (bytes, None),
        (_, Ok(bytes)) => (bytes, form("in base64")),
        _ => return Presented::Unreadable,
    };
    if let Some(made) = by_another_key(right, &bytes) {
        return Presented::Mistake(made, OutcomeProof::Reproduced);
    }
    if let Some((modulus, exponent)) = right.key.rsa_numbers() {
        return of_rsa(&bytes, (modulus, exponent), written, right);
    }
    let (signature, written) = match (bytes.len(), bytes.first()) {
        // A DER signature of another curve has none of these lengths, so one that has was cut off.
        (64 | 96 | 132, first) if first != Some(&0x30) || !is_der(&bytes) && !is_cut_der(&bytes) => {
            (der_of(&bytes), form("as r and s one after the other instead of DER"))
        }
        (_, Some(0x30)) if is_cut_der(&bytes) => {
            return match form("it ends before the DER sequence does") {
                Some(made) => Presented::Mistake(made, OutcomeProof::Observed),
                None => Presented::Unreadable,
            };
        }
        (_, Some(0x30)) => (bytes, written),
        _ => return Presented::Unreadable,
    };
    if let Some(name) = right.key.other_hash(right.text, &signature) {
        let made = AppliedMistake::new(&SIGNATURE_HASH, name, "SHA-256");
        let made = made.with_detail(format!("the string to sign was hashed with {name}"));
        return Presented::Mistake(made, OutcomeProof::Reproduced);
    }
    Presented::Target(Target::Der(signature), written)
}

/// Whether a complete RSA signature can have this many bytes, with a key of any usual length.
pub(super) const fn is_whole_rsa(bytes: usize) -> bool {
    bytes >= 128 && bytes.is_multiple_of(64)
}

fn of_rsa(
    signature: &[u8],
    (modulus, exponent): (&[u8], &[u8]),
    written: Option<AppliedMistake>,
    right: Right<'_>,
) -> Presented {
    let foreign = |detail: &str| {
        let made = AppliedMistake::new(&SIGNATURE_NOT_OF_KEY, "", "").with_detail(detail);
        Presented::Mistake(made, OutcomeProof::Observed)
    };
    if signature.len() != modulus.len() && is_whole_rsa(signature.len()) {
        let (presented, expected) = (signature.len(), modulus.len());
        return foreign(&format!(
            "the signature has {presented} bytes, and the key of the certificate makes {expected}"
        ));
    }
    if signature.len() != modulus.len() || modulus.len() > LONGEST_MODULUS {
        return Presented::Unreadable;
    }
    match hash_in(&power(signature, exponent, modulus)) {
        Some(("SHA-256", hash)) => match <[u8; 32]>::try_from(hash) {
            Ok(hash) => Presented::Target(Target::Hash(hash), written),
            Err(_) => Presented::Unreadable,
        },
        Some((name, _)) => {
            let made = AppliedMistake::new(&SIGNATURE_HASH, name, "SHA-256");
            Presented::Mistake(made.with_detail(format!("the signature says {name}")), OutcomeProof::Observed)
        }
        None if right.key.verifies_pss(right.text, signature) => {
            Presented::Mistake(AppliedMistake::new(&SIGNATURE_PADDING, "", ""), OutcomeProof::Observed)
        }
        None => foreign("with the key of the certificate, the signature gives back no hash (PKCS#1 v1.5)"),
    }
}

/// The name of the hash function in a padded message, and the hash.
fn hash_in(padded: &[u8]) -> Option<(&'static str, &[u8])> {
    // The padding begins with 0 and 1. The number of zeros depends on how the number was written.
    let zeros = padded.iter().take_while(|byte| **byte == 0).count();
    let rest = padded.get(zeros..)?.strip_prefix(&[1])?;
    let filling = rest.iter().take_while(|byte| **byte == 0xff).count();
    let info = rest.get(filling..)?.strip_prefix(&[0]).filter(|_| filling >= 8)?;
    DIGEST_INFOS.iter().find_map(|(name, prefix)| {
        let (hash, length) = (info.strip_prefix(*prefix)?, *prefix.last()?);
        (hash.len() == usize::from(length)).then_some((*name, hash))
    })
}

/// Whether the bytes look like a DER sequence that begins with an integer.
fn is_der(bytes: &[u8]) -> bool {
    let (length, head) = match bytes.get(1..3) {
        Some([0x81, length]) => (usize::from(*length), 3),
        Some([length, _]) => (usize::from(*length), 2),
        _ => return false,
    };
    length + head == bytes.len() && bytes.get(head) == Some(&2)
}

/// Whether the bytes are the beginning of a DER sequence of two integers: its first integer is whole and positive, and
/// the sequence is longer than the bytes.
fn is_cut_der(bytes: &[u8]) -> bool {
    let (length, head) = match bytes.get(1..3) {
        Some([0x81, length]) => (usize::from(*length), 3),
        Some([length, _]) if *length < 0x80 => (usize::from(*length), 2),
        _ => return false,
    };
    let Some([2, first, ..]) = bytes.get(head..) else { return false };
    // The first number takes half of the sequence, give or take the zeros in front.
    let is_half = usize::from(*first).abs_diff(length / 2) <= 4;
    is_half && bytes.len() < head + length
}

/// Encodes r and s in DER (RFC 3279 §2.2.3). `bytes` has both, one after the other and of the same length.
fn der_of(bytes: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count().min(number.len().saturating_sub(1));
        let number = number.get(zeros..).unwrap_or_default();
        let sign: &[u8] = if number.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
        [&[2, (number.len() + sign.len()) as u8], sign, number].concat()
    };
    let (r, s) = bytes.split_at(bytes.len() / 2);
    let content = [integer(r), integer(s)].concat();
    // Two numbers of P-521 need the long form of the length (X.690 §8.1.3.5).
    let long: &[u8] = if content.len() < 0x80 { &[] } else { &[0x81] };
    [&[0x30], long, &[content.len() as u8], &content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_encoded_in_der() {
        let raw = [[0; 31].as_slice(), &[5], &[0x80], &[1; 31]].concat();
        let der = der_of(&raw);
        assert_eq!(der.get(..5), Some(&[0x30, 38, 2, 1, 5][..]));
        assert_eq!(der.get(5..9), Some(&[2, 33, 0, 0x80][..]));
        assert!(is_der(&der));
        let long = der_of(&[&[1][..], &[7; 65], &[1], &[8; 65]].concat());
        assert_eq!(long.get(..6), Some(&[0x30, 0x81, 136, 2, 66, 1][..]));
        assert!(is_der(&long) && !is_der(&[0x30]) && !is_der(&[]));
        let usual = der_of(&[[7; 32], [0x80; 32]].concat());
        for whole in [usual, long] {
            assert!(
                !is_cut_der(&whole) && is_cut_der(&whole[..whole.len() - 1]) && is_cut_der(&whole[..whole.len() / 2])
            );
        }
        assert!(!is_cut_der(&raw) && !is_cut_der(&[0x30; 64]));
    }
}
