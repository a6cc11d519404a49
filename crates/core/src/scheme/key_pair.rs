//! The key pair of Signature Version 4A, derived from secret and access key id.
//!
//! The key derivation function in counter mode of NIST SP 800-108 §4.1, over HMAC-SHA256, with the label
//! `AWS4-ECDSA-P256-SHA256` and the access key id with an outer counter as its context; a result that gives no private key
//! is passed over, and the outer counter goes on. The pair is bound to neither day, region nor service.

use zeroize::Zeroizing;

use crate::credentials::Secret;
use crate::crypto::{EcdsaKey, hmac_sha256};

/// The label of the derivation.
const LABEL: &[u8] = b"AWS4-ECDSA-P256-SHA256";
/// The length of the result in bits, and the number of the only block that it takes.
const LENGTH: u32 = 256;
const BLOCK: u32 = 1;
/// What Version 4A puts between the prefix of Version 4 and the secret.
pub const PREFIX_SUFFIX: &str = "A";

/// The pair of a secret.
pub fn of_secret(secret: &Secret, secret_prefix: &str, access_key_id: &str) -> EcdsaKey {
    let text = secret.expose_secret();
    let mut k_secret = Zeroizing::new(Vec::with_capacity(secret_prefix.len() + 1 + text.len()));
    for piece in [secret_prefix, PREFIX_SUFFIX, text] {
        k_secret.extend_from_slice(piece.as_bytes());
    }
    derive(&k_secret, access_key_id)
}

/// The pair of what the derivation is keyed with, rightly the prefix `AWS4A` and the secret.
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

/// The private key is one more than the number, which must not be above the order less two: so what is no key afterwards is
/// what had to be passed over.
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
    fn a_carry_goes_all_the_way() {
        let mut number = [0xff; 32];
        add_one(&mut number);
        assert_eq!(number, [0; 32]);
        number[31] = 0xff;
        add_one(&mut number);
        assert_eq!(&number[29..], [0, 1, 0]);
    }
}
