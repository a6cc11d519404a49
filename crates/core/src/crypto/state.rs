//! SHA-256 (FIPS 180-4) that continues from a saved state, so that what was absorbed before is not hashed again.

use sha2::block_api::compress256;
use zeroize::Zeroize;

use super::Sha256Digest;

/// Length of a block, in bytes.
pub(crate) const BLOCK: usize = 64;

/// The initial state of SHA-256 (FIPS 180-4 §5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A hash that has absorbed whole blocks. Wiped on drop, because it may have absorbed a key.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) words: [u32; 8],
    /// Number of bytes absorbed so far.
    pub(crate) absorbed: u64,
}

impl State {
    /// A hash that has absorbed nothing.
    pub(crate) const EMPTY: Self = Self { words: INITIAL, absorbed: 0 };

    /// Absorbs blocks.
    pub(crate) fn absorb(&mut self, blocks: &[[u8; BLOCK]]) {
        compress256(&mut self.words, blocks);
        self.absorbed += (blocks.len() * BLOCK) as u64;
    }

    /// The hash of everything absorbed, followed by `message`.
    pub(crate) fn finish(&self, message: &[u8]) -> Sha256Digest {
        let end = End::new(message, self.absorbed);
        let mut words = self.words;
        compress256(&mut words, end.whole);
        compress256(&mut words, end.padded());
        digest(&words)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.words.zeroize();
    }
}

/// The words of a state, as a digest.
pub(crate) fn digest(words: &[u32; 8]) -> Sha256Digest {
    let mut digest = [0; 32];
    for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *bytes = word.to_be_bytes();
    }
    Sha256Digest(digest)
}

/// The end of a message as blocks: the whole blocks, and one or two more with the remaining bytes and the padding (FIPS
/// 180-4 §5.1.1).
#[derive(Clone, Copy)]
pub(crate) struct End<'m> {
    whole: &'m [[u8; BLOCK]],
    padded: [[u8; BLOCK]; 2],
    padded_length: usize,
}

impl<'m> End<'m> {
    /// Pads a message that follows `absorbed` bytes.
    pub(crate) fn new(message: &'m [u8], absorbed: u64) -> Self {
        let (whole, rest) = message.as_chunks::<BLOCK>();
        let padded_length = if rest.len() + 9 > BLOCK { 2 } else { 1 };
        let mut padded = [[0; BLOCK]; 2];
        padded[0][..rest.len()].copy_from_slice(rest);
        padded[0][rest.len()] = 0x80;
        let bits = (absorbed + message.len() as u64) * 8;
        padded[padded_length - 1][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        Self { whole, padded, padded_length }
    }

    fn padded(&self) -> &[[u8; BLOCK]] {
        &self.padded[..self.padded_length]
    }

    /// Number of blocks.
    pub(crate) fn length(&self) -> usize {
        self.whole.len() + self.padded_length
    }

    /// A block by its number; beyond the end, the last block.
    pub(crate) fn block(&self, number: usize) -> &[u8; BLOCK] {
        match self.whole.get(number) {
            Some(block) => block,
            None => &self.padded[(number - self.whole.len()).min(self.padded_length - 1)],
        }
    }
}
