//! HMAC-SHA256 for millions of messages: keys as the two states that they lead to, heads of messages absorbed once.
//!
//! It gives what `hmac` gives, and costs the compressions alone: no buffer is copied, no block is hashed twice. Only the
//! search for mistakes needs that.

use sha2::block_api::compress256;
use zeroize::Zeroize;

use super::{Sha256Digest, sha256};

const BLOCK: usize = 64;
/// The state that SHA-256 begins with (FIPS 180-4 §5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A key, and the whole blocks of a head that all its messages share. Wiped on drop.
#[derive(Clone)]
pub struct Midstate {
    inner: [u32; 8],
    outer: [u32; 8],
    /// What of the head fills no block.
    rest: [u8; BLOCK],
    rest_length: usize,
    /// Bytes that went into `inner`, those of the key's block included.
    absorbed: u64,
}

impl Midstate {
    /// Keys an HMAC.
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&sha256(key).0);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let state = |pad: u8| {
            let mut padded = block;
            padded.iter_mut().for_each(|byte| *byte ^= pad);
            let mut state = INITIAL;
            compress(&mut state, &padded);
            padded.zeroize();
            state
        };
        let (inner, outer) = (state(0x36), state(0x5c));
        block.zeroize();
        Self { inner, outer, rest: [0; BLOCK], rest_length: 0, absorbed: BLOCK as u64 }
    }

    /// The same key with the head of its messages absorbed.
    pub fn absorb(mut self, head: &[u8]) -> Self {
        let text = [&self.rest[..self.rest_length], head].concat();
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        blocks.iter().for_each(|block| compress(&mut self.inner, block));
        self.absorbed += (blocks.len() * BLOCK) as u64;
        self.rest[..rest.len()].copy_from_slice(rest);
        self.rest_length = rest.len();
        self
    }

    /// The code of the message that ends in these parts.
    pub fn finish(&self, parts: [&[u8]; 2]) -> Sha256Digest {
        let mut hash = Finish { state: self.inner, block: self.rest, filled: self.rest_length, length: self.absorbed };
        parts.into_iter().for_each(|part| hash.update(part));
        let inner = hash.finish();
        let mut outer = Finish { state: self.outer, block: [0; BLOCK], filled: 0, length: BLOCK as u64 };
        outer.update(&inner);
        Sha256Digest(outer.finish())
    }
}

impl Drop for Midstate {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// HMAC-SHA256 with a key that is used once.
pub fn hmac(key: &[u8], message: &[u8]) -> Sha256Digest {
    Midstate::new(key).finish([message, b""])
}

/// The end of one hash.
struct Finish {
    state: [u32; 8],
    block: [u8; BLOCK],
    filled: usize,
    /// Bytes compressed so far.
    length: u64,
}

impl Finish {
    fn update(&mut self, mut bytes: &[u8]) {
        while self.filled + bytes.len() >= BLOCK {
            let (now, later) = bytes.split_at(BLOCK - self.filled);
            self.block[self.filled..].copy_from_slice(now);
            self.compress_block();
            bytes = later;
        }
        self.block[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    fn compress_block(&mut self) {
        compress(&mut self.state, &self.block);
        self.length += BLOCK as u64;
        self.filled = 0;
    }

    /// Pads (FIPS 180-4 §5.1.1) and writes the state out.
    fn finish(mut self) -> [u8; 32] {
        let bits = (self.length + self.filled as u64) * 8;
        self.block[self.filled] = 0x80;
        self.block[self.filled + 1..].fill(0);
        if self.filled + 9 > BLOCK {
            compress(&mut self.state, &self.block);
            self.block.fill(0);
        }
        self.block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        compress(&mut self.state, &self.block);
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }
}

fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
    compress256(state, std::slice::from_ref(block));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hmac_sha256;

    /// Beside the crate `hmac`, at every length around a block's.
    #[test]
    fn it_gives_what_hmac_gives() {
        let bytes: Vec<u8> = (0..200).collect();
        for key in [0, 1, 32, 63, 64, 65, 130] {
            for head in [0, 1, 63, 64, 65, 128] {
                for tail in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120] {
                    let (key, head, tail) = (&bytes[..key], &bytes[..head], &bytes[..tail]);
                    let expected = hmac_sha256(key, &[head, tail, b"end"].concat());
                    assert_eq!(Midstate::new(key).absorb(head).finish([tail, b"end"]), expected);
                }
            }
        }
    }
}
