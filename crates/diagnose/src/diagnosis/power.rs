//! Modular exponentiation with large public numbers, which recovers the hash inside an RSA signature.
//!
//! The arithmetic is simple and works bit by bit. It takes milliseconds, is needed once per request, and
//! involves no secret.

/// `base` to the power of `exponent`, modulo `modulus`, in as many bytes as the modulus. All inputs are
/// public, so timing does not matter.
pub(super) fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let modulus = Number::from_bytes(modulus);
    let base = Number::from_bytes(base).reduced(&modulus);
    let mut result = Number::one(&modulus);
    // Nearly all exponents have 17 bits; nobody uses one as long as the modulus.
    let bits = exponent.iter().take(8).flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    for bit in bits {
        result = result.times(&result, &modulus);
        if bit {
            result = result.times(&base, &modulus);
        }
    }
    result.to_bytes()
}

/// A natural number, least significant word first, with as many words as the modulus.
#[derive(Clone)]
struct Number(Vec<u32>);

impl Number {
    fn from_bytes(bytes: &[u8]) -> Self {
        let word = |chunk: &[u8]| chunk.iter().fold(0, |word: u32, byte| word << 8 | u32::from(*byte));
        Self(bytes.rchunks(4).map(word).collect())
    }

    fn one(modulus: &Self) -> Self {
        let mut words = vec![0; modulus.0.len()];
        words.iter_mut().take(1).for_each(|word| *word = 1);
        Self(words)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().rev().flat_map(|word| word.to_be_bytes()).collect()
    }

    /// Subtracts the modulus once, if the number is not below it.
    fn reduced(self, modulus: &Self) -> Self {
        if self.is_below(modulus) { self } else { self.less(modulus) }
    }

    fn is_below(&self, other: &Self) -> bool {
        self.0.iter().rev().lt(other.0.iter().rev())
    }

    /// The product modulo the modulus, computed by doubling and adding, bit by bit.
    fn times(&self, other: &Self, modulus: &Self) -> Self {
        let mut sum = Self(vec![0; modulus.0.len()]);
        for word in other.0.iter().rev() {
            for bit in (0..32).rev() {
                sum = sum.plus(&sum.clone(), modulus);
                if word >> bit & 1 == 1 {
                    sum = sum.plus(self, modulus);
                }
            }
        }
        sum
    }

    /// The sum of two numbers below the modulus, modulo the modulus.
    fn plus(&self, other: &Self, modulus: &Self) -> Self {
        let (mut words, mut carry) = (Vec::with_capacity(self.0.len()), 0_u64);
        for (word, other) in self.0.iter().zip(&other.0) {
            let sum = u64::from(*word) + u64::from(*other) + carry;
            words.push(sum as u32);
            carry = sum >> 32;
        }
        let sum = Self(words);
        if carry == 0 { sum.reduced(modulus) } else { sum.less(modulus) }
    }

    /// Subtracts the modulus and ignores a borrow at the end.
    fn less(mut self, modulus: &Self) -> Self {
        let mut borrow = 0_i64;
        for (word, other) in self.0.iter_mut().zip(&modulus.0) {
            let difference = i64::from(*word) - i64::from(*other) + borrow;
            *word = difference as u32;
            borrow = difference >> 32;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from Python's `pow`. The first modulus has its highest bit set, so that sums carry.
    #[test]
    fn powers_equal_those_of_python() {
        for (base, exponent, modulus, expected) in [
            ("f123456789abcdef", "010001", "fedcba9876543211", "3e54971a086e445f"),
            ("00000002", "0a", "00000401", "00000400"),
            ("0000000000000005", "03", "ffffffffffffffc5", "000000000000007d"),
        ] {
            let bytes = |text: &str| hex::decode(text).unwrap();
            assert_eq!(hex::encode(power(&bytes(base), &bytes(exponent), &bytes(modulus))), expected, "{base}");
        }
    }
}
