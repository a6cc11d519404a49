//! Limits the work of deriving the key that a private key is encrypted with. A file may demand hours of work, or all of
//! the memory.

use std::fmt;

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode, Reader, SliceReader};
use pkcs8::pkcs5::pbes2::{PBKDF2_OID, SCRYPT_OID};
use pkcs8::spki::AlgorithmIdentifierRef;

/// Maximum number of PBKDF2 rounds, which take a few seconds. Recommendations are near one million.
const MOST_ROUNDS: u64 = 10_000_000;

/// Maximum number of bytes that scrypt writes to memory in total. openssl's default is 16 MiB.
const MOST_FILLED: u64 = 1 << 30;

/// A key derivation that takes too much work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExcessiveDerivation {
    /// Too many rounds of PBKDF2.
    Pbkdf2 {
        /// Number of rounds.
        rounds: u64,
    },
    /// Too much memory for scrypt.
    Scrypt {
        /// Memory written in total, in MiB.
        mebibytes: u64,
    },
}

impl fmt::Display for ExcessiveDerivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pbkdf2 { rounds } => write!(f, "{rounds} rounds of PBKDF2; expected at most {MOST_ROUNDS}"),
            Self::Scrypt { mebibytes } => {
                write!(f, "scrypt over {mebibytes} MiB; expected at most {} MiB", MOST_FILLED >> 20)
            }
        }
    }
}

/// Returns the key derivation of an encrypted key (RFC 5958 §3, RFC 8018 appendix A.4) if it takes too much work. One
/// that cannot be parsed takes no work.
pub(super) fn excessive(encrypted: &[u8]) -> Option<ExcessiveDerivation> {
    let derivation = derivation_of(encrypted)?;
    let parameters = derivation.parameters?;
    let numbers = numbers_of(parameters)?;
    match derivation.oid {
        PBKDF2_OID => numbers
            .first()
            .filter(|rounds| **rounds > MOST_ROUNDS)
            .map(|rounds| ExcessiveDerivation::Pbkdf2 { rounds: *rounds }),
        SCRYPT_OID => {
            let [cost, block, parallel, ..] = numbers[..] else { return None };
            let filled = [cost, block, parallel].into_iter().fold(128_u64, u64::saturating_mul);
            (filled > MOST_FILLED).then_some(ExcessiveDerivation::Scrypt { mebibytes: filled >> 20 })
        }
        _ => None,
    }
}

fn derivation_of(encrypted: &[u8]) -> Option<AlgorithmIdentifierRef<'_>> {
    let outer = AnyRef::from_der(encrypted).ok()?;
    let algorithm = AlgorithmIdentifierRef::decode(&mut SliceReader::new(outer.value()).ok()?).ok()?;
    let parameters = algorithm.parameters?;
    AlgorithmIdentifierRef::decode(&mut SliceReader::new(parameters.value()).ok()?).ok()
}

/// The parameters after the salt, up to the first one that is not a number.
fn numbers_of(parameters: AnyRef<'_>) -> Option<Vec<u64>> {
    let mut reader = SliceReader::new(parameters.value()).ok()?;
    AnyRef::decode(&mut reader).ok()?;
    let mut numbers = Vec::new();
    while !reader.is_finished() {
        let element = AnyRef::decode(&mut reader).ok()?;
        if element.value().is_empty() || pkcs8::der::Tagged::tag(&element) != pkcs8::der::Tag::Integer {
            break;
        }
        // Any number of more than eight bytes is too large.
        let significant = element.value().iter().skip_while(|byte| **byte == 0);
        numbers.push(match significant.clone().count() {
            0..=8 => significant.fold(0, |number, byte| number << 8 | u64::from(*byte)),
            _ => u64::MAX,
        });
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        assert!(content.len() < 0x80);
        [&[tag, content.len() as u8], content].concat()
    }

    /// An encrypted key (RFC 8018) with this key derivation.
    fn encrypted(oid: &[u8], numbers: &[u64]) -> Vec<u8> {
        let integer = |number: &u64| element(0x02, &[&[0][..], &number.to_be_bytes()].concat());
        let salt = element(0x04, &[7; 8]);
        let parameters = numbers.iter().fold(salt, |all, number| [all, integer(number)].concat());
        let derivation = element(0x30, &[element(0x06, oid), element(0x30, &parameters)].concat());
        let pbes2 = element(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d]);
        let algorithm = element(0x30, &[pbes2, element(0x30, &derivation)].concat());
        element(0x30, &[algorithm, element(0x04, &[0; 16])].concat())
    }

    #[test]
    fn a_derivation_that_would_take_hours_or_all_memory_is_excessive() {
        let pbkdf2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
        let scrypt = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
        let rounds = |rounds| excessive(&encrypted(&pbkdf2, &[rounds]));
        assert_eq!(rounds(2048), None);
        assert_eq!(rounds(10_000_000), None);
        assert_eq!(rounds(10_000_001), Some(ExcessiveDerivation::Pbkdf2 { rounds: 10_000_001 }));
        assert_eq!(rounds(u64::MAX), Some(ExcessiveDerivation::Pbkdf2 { rounds: u64::MAX }));
        let costs = |cost, block, parallel| excessive(&encrypted(&scrypt, &[cost, block, parallel]));
        assert_eq!(costs(16_384, 8, 1), None);
        assert_eq!(costs(1 << 20, 8, 1), None);
        assert_eq!(costs(1 << 20, 8, 2), Some(ExcessiveDerivation::Scrypt { mebibytes: 2048 }));
        assert!(costs(u64::MAX, u64::MAX, 1).is_some());
        for garbage in [&b""[..], b"\x30", b"\x30\x02\x30\x00", &encrypted(&[0x2a], &[9])] {
            assert_eq!(excessive(garbage), None);
        }
    }
}
