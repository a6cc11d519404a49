//! SHA-256 of many messages at once, one in each lane of the processor's vector registers.
//!
//! Hashing a single message is a chain in which each step waits for the one before, but messages side by side do not
//! wait for each other. With AVX-512, hashing sixteen of them takes a third of the time that SHA instructions need for
//! one after another. SHA instructions are faster than lanes of AVX2 and NEON, which are faster than plain code, so the
//! processor's features determine which of them are used. There is no unsafe code: `fearless_simd` chooses the
//! instructions.

use std::sync::LazyLock;

use fearless_simd::{Level, Simd, SimdBase, dispatch};

use super::Sha256Digest;
use super::state::{End, State, digest};

/// Number of messages that are hashed together.
pub(crate) const LANES: usize = 16;

/// With fewer messages than this, hashing one after the other is faster.
const WORTH_LANES: usize = 6;

/// The vector instructions with which many messages are hashed side by side; `None` if one after the other is faster.
static VECTORS: LazyLock<Option<Level>> = LazyLock::new(|| {
    let level = Level::new();
    let is_wide = dispatch!(level, simd => width(simd)) == LANES;
    (is_wide || !(level.is_fallback() || has_sha_instructions())).then_some(level)
});

/// Appends the hashes of messages, in order; each message continues from the same state.
pub(crate) fn finish_each<'m>(
    from: &State,
    messages: impl IntoIterator<Item = &'m [u8]>,
    digests: &mut Vec<Sha256Digest>,
) {
    let mut messages = messages.into_iter();
    loop {
        let mut group: [&[u8]; LANES] = [b""; LANES];
        let filled = group.iter_mut().zip(messages.by_ref()).map(|(place, message)| *place = message).count();
        let group = &group[..filled];
        match *VECTORS {
            Some(level) if filled >= WORTH_LANES => finish_in_lanes(level, from, group, digests),
            _ => digests.extend(group.iter().map(|message| from.finish(message))),
        }
        if filled < LANES {
            break;
        }
    }
}

/// Hashes up to sixteen messages. A lane whose message has ended goes on with blocks whose result is not used.
fn finish_in_lanes(level: Level, from: &State, messages: &[&[u8]], digests: &mut Vec<Sha256Digest>) {
    let ends: [End<'_>; LANES] =
        std::array::from_fn(|lane| End::new(messages.get(lane).copied().unwrap_or_default(), from.absorbed));
    let mut states = States(from.words.map(|word| [word; LANES]));
    let first = digests.len();
    digests.resize(first + messages.len(), Sha256Digest([0; 32]));
    let longest = ends[..messages.len()].iter().map(End::length).max().unwrap_or(0);
    let mut words = [[0; LANES]; 16];
    for number in 0..longest {
        load(&ends, number, &mut words);
        states.compress(level, &words);
        for (lane, end) in ends[..messages.len()].iter().enumerate() {
            if end.length() == number + 1 {
                digests[first + lane] = states.digest(lane);
            }
        }
    }
}

/// Loads the words of block `number` of each message.
fn load(ends: &[End<'_>; LANES], number: usize, words: &mut [[u32; LANES]; 16]) {
    for (lane, end) in ends.iter().enumerate() {
        for (word, bytes) in words.iter_mut().zip(end.block(number).as_chunks::<4>().0) {
            word[lane] = u32::from_be_bytes(*bytes);
        }
    }
}

/// The eight words of each lane's state.
struct States([[u32; LANES]; 8]);

impl States {
    fn compress(&mut self, level: Level, words: &[[u32; LANES]; 16]) {
        dispatch!(level, simd => compress(simd, &mut self.0, words));
    }

    fn digest(&self, lane: usize) -> Sha256Digest {
        digest(&self.0.map(|word| word[lane]))
    }
}

#[inline(always)]
fn width<S: Simd>(_: S) -> usize {
    S::u32s::LEN
}

/// The compression function (FIPS 180-4 §6.2.2), in as many lanes at a time as a vector has.
#[inline(always)]
fn compress<S: Simd>(simd: S, states: &mut [[u32; LANES]; 8], words: &[[u32; LANES]; 16]) {
    for at in (0..LANES).step_by(S::u32s::LEN) {
        let lanes = at..at + S::u32s::LEN;
        let before = std::array::from_fn(|word| S::u32s::from_slice(simd, &states[word][lanes.clone()]));
        let mut schedule = std::array::from_fn(|word| S::u32s::from_slice(simd, &words[word][lanes.clone()]));
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

/// Whether the processor has SHA-256 instructions.
fn has_sha_instructions() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::arch::is_x86_feature_detected!("sha");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::sha256;
    use crate::crypto::state::BLOCK;

    /// The widest vectors of this machine and all weaker ones, with plain code last.
    fn levels() -> Vec<Level> {
        let best = Level::new();
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        let weaker = [
            best.as_avx2().map(|level| level.level()),
            best.as_sse4_2().map(|level| level.level()),
            Some(Level::baseline()),
        ];
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        let weaker = [Some(Level::baseline())];
        [Some(best)].into_iter().chain(weaker).flatten().collect()
    }

    /// Compared with `sha2`, for each number of lanes and, in each lane, each length around that of a block.
    #[test]
    fn each_lane_agrees_with_a_single_hash() {
        let bytes: Vec<u8> = (0..=255).cycle().skip(7).take(700).collect();
        for level in levels() {
            for count in 1..=LANES {
                for length in 0..260 {
                    let messages: Vec<&[u8]> = (0..count).map(|lane| &bytes[lane..lane + length + lane * 13]).collect();
                    let mut digests = Vec::new();
                    finish_in_lanes(level, &State::EMPTY, &messages, &mut digests);
                    let expected: Vec<Sha256Digest> = messages.iter().map(|message| sha256(message)).collect();
                    assert_eq!(digests, expected, "{count} messages of {length} bytes and more");
                }
            }
        }
    }

    proptest! {
        /// Tries any number of messages after a head that was absorbed before.
        #[test]
        fn many_messages_continue_from_one_state(
            head in proptest::collection::vec(any::<[u8; BLOCK]>(), 0..3),
            messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..40),
        ) {
            let mut from = State::EMPTY;
            from.absorb(&head);
            let mut digests = Vec::new();
            finish_each(&from, messages.iter().map(Vec::as_slice), &mut digests);
            let whole = |message: &Vec<u8>| sha256(&[head.as_flattened(), message].concat());
            prop_assert_eq!(digests, messages.iter().map(whole).collect::<Vec<_>>());
        }
    }
}
