//! The key pair of Signature Version 4A, derived from secret and access key ID.
//!
//! The derivation is the key derivation function in counter mode of NIST SP 800-108 §4.1, over HMAC-SHA256. Its label
//! is `AWS4-ECDSA-P256-SHA256`; its context is the access key ID and an outer counter. If a result is not a valid
//! private key, the next value of the outer counter is tried. The pair is not bound to a day, region or service.

use zeroize::Zeroizing;

use crate::credentials::Secret;
use crate::crypto::{EcdsaKey, hmac_sha256};

/// The label of the derivation.
const LABEL: &[u8] = b"AWS4-ECDSA-P256-SHA256";
/// The length of the result in bits, and the number of its only block.
const LENGTH: u32 = 256;
const BLOCK: u32 = 1;
/// The text that Version 4A puts between the prefix of Version 4 and the secret.
pub const PREFIX_SUFFIX: &str = "A";

/// Derives the key pair of a secret.
pub fn of_secret(secret: &Secret, secret_prefix: &str, access_key_id: &str) -> EcdsaKey {
    let text = secret.expose_secret();
    let mut k_secret = Zeroizing::new(Vec::with_capacity(secret_prefix.len() + 1 + text.len()));
    for piece in [secret_prefix, PREFIX_SUFFIX, text] {
        k_secret.extend_from_slice(piece.as_bytes());
    }
    derive(&k_secret, access_key_id)
}

/// Derives the key pair from the input key of the derivation, which should be the prefix `AWS4A` and the secret.
pub fn derive(k_secret: &[u8], access_key_id: &str) -> EcdsaKey {
    let block = |counter: u8| {
        [&BLOCK.to_be_bytes(), LABEL, &[0], access_key_id.as_bytes(), &[counter], &LENGTH.to_be_bytes()].concat()
    };
    let key = (1..=254).find_map(|counter| {
        let mut number = Zeroizing::new(hmac_sha256(k_secret, &block(counter)).0);
        add_one(&mut number);
        EcdsaKey::new(&number)
    });
    key.expect("of 254 tries each fails once in 2^32")
}

/// Adds one to the number, which gives the private key. The number must not be above the order minus two; a number
/// above it gives an invalid key, and so is skipped.
fn add_one(number: &mut [u8; 32]) {
    let mut carry = 1;
    for byte in number.iter_mut().rev() {
        let sum = u16::from(*byte) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carry_propagates_to_the_first_byte() {
        let mut number = [0xff; 32];
        add_one(&mut number);
        assert_eq!(number, [0; 32]);
        number[31] = 0xff;
        add_one(&mut number);
        assert_eq!(&number[29..], [0, 1, 0]);
    }
}
