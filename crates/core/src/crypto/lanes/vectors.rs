//! The compression function of SHA-256 in the processor's vector registers: a lane for each message.

use fearless_simd::{Bytes, Level, Simd, SimdBase, dispatch};

use crate::crypto::Sha256Digest;
use crate::crypto::state::{BLOCK, digest};

/// Number of messages that are hashed together.
pub(super) const LANES: usize = 16;

/// The eight words of each lane's state.
#[derive(Clone, Copy)]
pub(super) struct States(pub(super) [[u32; LANES]; 8]);

impl States {
    /// The state of one lane.
    pub(super) fn words(&self, lane: usize) -> [u32; 8] {
        self.0.map(|word| word[lane])
    }

    /// The state of one lane as a hash.
    pub(super) fn digest(&self, lane: usize) -> Sha256Digest {
        digest(&self.words(lane))
    }

    /// The lanes whose state, as a hash, begins with these bytes. The first word decides almost always.
    pub(super) fn lanes_that_begin_with(&self, beginning: &[u8]) -> impl Iterator<Item = usize> {
        let mut word = [0; 4];
        let known = beginning.len().min(4);
        word[..known].copy_from_slice(&beginning[..known]);
        let mask = u32::MAX.checked_shl(32 - 8 * known as u32).unwrap_or(0);
        let is_near = move |lane: &usize| (self.0[0][*lane] ^ u32::from_be_bytes(word)) & mask == 0;
        (0..LANES).filter(is_near).filter(move |lane| self.digest(*lane).0.starts_with(beginning))
    }

    /// Sets the state of one lane.
    pub(super) fn set(&mut self, lane: usize, words: &[u32; 8]) {
        self.0.iter_mut().zip(words).for_each(|(own, word)| own[lane] = *word);
    }

    /// Absorbs a block in each lane.
    pub(super) fn absorb(&mut self, level: Level, blocks: &[&[u8; BLOCK]; LANES]) {
        dispatch!(level, simd => compress(simd, &mut self.0, |lanes| load(simd, &blocks[lanes])));
    }

    /// Absorbs the last block of an outer hash: the inner hash of the same lane, after one block with the key.
    pub(super) fn absorb_inner(&mut self, level: Level, inner: &Self) {
        dispatch!(level, simd => compress(simd, &mut self.0, |lanes| padded(simd, inner, lanes)));
    }
}

/// Number of lanes that one vector has.
pub(super) fn width(level: Level) -> usize {
    dispatch!(level, simd => width_of(simd))
}

#[inline(always)]
fn width_of<S: Simd>(_: S) -> usize {
    S::u32s::LEN
}

/// The compression function (FIPS 180-4 §6.2.2), in as many lanes at a time as a vector has. `words` gives the
/// sixteen words of the blocks in these lanes.
#[inline(always)]
fn compress<S: Simd>(simd: S, states: &mut [[u32; LANES]; 8], words: impl Fn(std::ops::Range<usize>) -> [S::u32s; 16]) {
    for at in (0..LANES).step_by(S::u32s::LEN) {
        let lanes = at..at + S::u32s::LEN;
        let before = std::array::from_fn(|word| S::u32s::from_slice(simd, &states[word][lanes.clone()]));
        let mut schedule = words(lanes.clone());
        let mut state = before;
        for (part, constants) in K.iter().enumerate() {
            if part > 0 {
                extend::<S>(&mut schedule);
            }
            rounds(simd, &mut state, &schedule, constants);
        }
        for (word, (before, after)) in states.iter_mut().zip(before.into_iter().zip(state)) {
            (before + after).store_slice(&mut word[lanes.clone()]);
        }
    }
}

/// Loads a block for each lane of a vector. The words of one block are in one vector at first; interleaving the first
/// half of the vectors with the second, again and again, brings the same word of all blocks together.
#[inline(always)]
fn load<S: Simd>(simd: S, blocks: &[&[u8; BLOCK]]) -> [S::u32s; 16] {
    let width = S::u32s::LEN;
    let order = S::u8s::from_slice(simd, &BIG_ENDIAN[..S::u8s::LEN]);
    let mut words: [S::u32s; 16] = std::array::from_fn(|at| {
        let (part, lane) = (at / width, at % width);
        let bytes = &blocks[lane][part * S::u8s::LEN..][..S::u8s::LEN];
        S::u8s::from_slice(simd, bytes).swizzle_dyn_within_blocks(order).bitcast()
    });
    for _ in 0..width.ilog2() {
        let from = words;
        for part in (0..16).step_by(width) {
            for at in 0..width / 2 {
                let (low, high) = from[part + at].interleave(from[part + at + width / 2]);
                words[part + 2 * at] = low;
                words[part + 2 * at + 1] = high;
            }
        }
    }
    words
}

/// The last block of an outer hash (FIPS 180-4 §5.1.1): a hash, and padding behind it and the block before.
#[inline(always)]
fn padded<S: Simd>(simd: S, inner: &States, lanes: std::ops::Range<usize>) -> [S::u32s; 16] {
    std::array::from_fn(|at| match at {
        0..8 => S::u32s::from_slice(simd, &inner.0[at][lanes.clone()]),
        8 => S::u32s::splat(simd, 0x8000_0000),
        15 => S::u32s::splat(simd, (BLOCK as u32 + 32) * 8),
        _ => S::u32s::splat(simd, 0),
    })
}

/// Replaces sixteen words of the message schedule by the next sixteen.
#[inline(always)]
fn extend<S: Simd>(words: &mut [S::u32s; 16]) {
    for at in 0..16 {
        let (early, late) = (words[(at + 1) % 16], words[(at + 14) % 16]);
        let small_0 = rotate::<S>(early, 7) ^ rotate::<S>(early, 18) ^ (early >> 3);
        let small_1 = rotate::<S>(late, 17) ^ rotate::<S>(late, 19) ^ (late >> 10);
        words[at] = words[at] + small_0 + words[(at + 9) % 16] + small_1;
    }
}

/// Sixteen rounds of the compression function.
#[inline(always)]
fn rounds<S: Simd>(simd: S, state: &mut [S::u32s; 8], words: &[S::u32s; 16], constants: &[u32; 16]) {
    for (word, constant) in words.iter().zip(constants) {
        let [a, b, c, d, e, f, g, h] = *state;
        let big_1 = rotate::<S>(e, 6) ^ rotate::<S>(e, 11) ^ rotate::<S>(e, 25);
        let choice = g ^ (e & (f ^ g));
        let first = h + big_1 + choice + (S::u32s::splat(simd, *constant) + *word);
        let big_0 = rotate::<S>(a, 2) ^ rotate::<S>(a, 13) ^ rotate::<S>(a, 22);
        let majority = (a & b) | (c & (a | b));
        *state = [first + big_0 + majority, a, b, c, d + first, e, f, g];
    }
}

/// Rotates to the right.
#[inline(always)]
fn rotate<S: Simd>(word: S::u32s, by: u32) -> S::u32s {
    (word >> by) | (word << (32 - by))
}

/// The order in which the bytes of sixteen big-endian words are loaded, in each vector block of sixteen bytes.
const BIG_ENDIAN: [u8; BLOCK] = {
    let mut order = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        order[at] = (at % 16) as u8 ^ 3;
        at += 1;
    }
    order
};

/// The round constants (FIPS 180-4 §4.2.2).
#[rustfmt::skip]
const K: [[u32; 16]; 4] = [
    [0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
     0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
    [0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
     0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
    [0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
     0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
    [0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
     0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
];
