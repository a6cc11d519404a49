//! SHA-256 of many messages at once, one in each lane of the processor's vector registers.
//!
//! Hashing a single message is a chain in which each step waits for the one before, but messages side by side do not
//! wait for each other. With AVX-512, hashing sixteen of them takes a third of the time that SHA instructions need for
//! one after another. SHA instructions are faster than lanes of AVX2 and NEON, which are faster than plain code, so the
//! processor's features determine which of them is used. All of it is safe code: `fearless_simd` chooses the
//! instructions.

mod vectors;

use std::sync::LazyLock;

use fearless_simd::Level;

use super::Sha256Digest;
use super::state::{BLOCK, End, State};
use vectors::{LANES, States, width};

/// With fewer messages than this, hashing one after the other is faster.
const WORTH_LANES: usize = 6;

/// The vector instructions with which many messages are hashed side by side; `None` if one after the other is faster.
static VECTORS: LazyLock<Option<Level>> = LazyLock::new(|| {
    let level = Level::new();
    (width(level) == LANES || !(level.is_fallback() || has_sha_instructions())).then_some(level)
});

/// A message that continues from a state.
#[derive(Clone, Copy)]
pub(crate) struct Message<'m> {
    pub(crate) from: &'m State,
    pub(crate) text: &'m [u8],
}

/// A message whose inner hash continues from one state of the key, and whose outer hash from the other.
#[derive(Clone, Copy)]
pub(crate) struct KeyedMessage<'m> {
    pub(crate) inner: Message<'m>,
    pub(crate) outer: &'m State,
}

impl KeyedMessage<'_> {
    /// The MAC, computed alone.
    fn code(&self) -> Sha256Digest {
        self.outer.finish(&self.inner.from.finish(self.inner.text).0)
    }
}

/// Appends the hashes of messages, in order.
pub(crate) fn finish_each<'m>(messages: impl IntoIterator<Item = Message<'m>>, digests: &mut Vec<Sha256Digest>) {
    in_groups(messages, |group| match level_for(group.len()) {
        Some(level) => push_digests(&hash(level, group), group.len(), digests),
        None => digests.extend(group.iter().map(|message| message.from.finish(message.text))),
    });
}

/// Appends the MACs of messages, in order.
pub(crate) fn authenticate_each<'m>(
    messages: impl IntoIterator<Item = KeyedMessage<'m>>,
    codes: &mut Vec<Sha256Digest>,
) {
    in_groups(messages, |group| match level_for(group.len()) {
        Some(level) => push_digests(&authenticate(level, group), group.len(), codes),
        None => codes.extend(group.iter().map(KeyedMessage::code)),
    });
}

/// The numbers of the messages whose MAC begins with these bytes.
pub(crate) fn find_each<'m>(messages: impl IntoIterator<Item = KeyedMessage<'m>>, beginning: &[u8]) -> Vec<usize> {
    let (mut found, mut first) = (Vec::new(), 0);
    in_groups(messages, |group| {
        match level_for(group.len()) {
            Some(level) => {
                let codes = authenticate(level, group);
                let lanes = codes.lanes_that_begin_with(beginning);
                found.extend(lanes.filter(|lane| *lane < group.len()).map(|lane| first + lane));
            }
            None => {
                let is_found = |(_, message): &(usize, &KeyedMessage<'_>)| message.code().0.starts_with(beginning);
                found.extend((first..).zip(group).filter(is_found).map(|(number, _)| number));
            }
        }
        first += group.len();
    });
    found
}

/// Appends the states after one block each, in order.
pub(crate) fn absorb_each(blocks: &[[u8; BLOCK]], states: &mut Vec<State>) {
    for group in blocks.chunks(LANES) {
        match level_for(group.len()) {
            Some(level) => {
                let mut lanes = States(State::EMPTY.words.map(|word| [word; LANES]));
                lanes.absorb(level, &std::array::from_fn(|lane| &group[lane.min(group.len() - 1)]));
                states.extend((0..group.len()).map(|lane| State { words: lanes.words(lane), absorbed: BLOCK as u64 }));
            }
            None => states.extend(group.iter().map(|block| {
                let mut state = State::EMPTY;
                state.absorb(std::slice::from_ref(block));
                state
            })),
        }
    }
}

/// Calls `visit` with the messages in groups of as many as there are lanes; the last one may be smaller.
fn in_groups<M: Copy>(messages: impl IntoIterator<Item = M>, mut visit: impl FnMut(&[M])) {
    let mut messages = messages.into_iter();
    while let Some(first) = messages.next() {
        let mut group = [first; LANES];
        let filled = 1 + group[1..].iter_mut().zip(messages.by_ref()).map(|(place, message)| *place = message).count();
        visit(&group[..filled]);
    }
}

/// The vector instructions to hash so many messages with, if that is faster than one after another.
fn level_for(messages: usize) -> Option<Level> {
    (*VECTORS).filter(|_| messages >= WORTH_LANES)
}

/// Hashes up to sixteen messages.
fn hash(level: Level, messages: &[Message<'_>]) -> States {
    let message = |lane: usize| messages[lane.min(messages.len() - 1)];
    let ends: [End<'_>; LANES] = std::array::from_fn(|lane| End::new(message(lane).text, message(lane).from.absorbed));
    let mut states = start(|lane| message(lane).from);
    let mut ended = Vec::new();
    let longest = ends.iter().map(End::length).max().unwrap_or(0);
    for number in 0..longest {
        states.absorb(level, &std::array::from_fn(|lane| ends[lane].block(number)));
        // A lane whose message has ended goes on with blocks whose result is not used.
        let is_ended = |lane: &usize| ends[*lane].length() == number + 1 && number + 1 < longest;
        ended.extend((0..LANES).filter(is_ended).map(|lane| (lane, states.words(lane))));
    }
    ended.iter().for_each(|(lane, words)| states.set(*lane, words));
    states
}

/// Computes the MACs of up to sixteen messages.
fn authenticate(level: Level, messages: &[KeyedMessage<'_>]) -> States {
    let message = |lane: usize| messages[lane.min(messages.len() - 1)];
    let inner: [Message<'_>; LANES] = std::array::from_fn(|lane| message(lane).inner);
    let mut codes = start(|lane| message(lane).outer);
    codes.absorb_inner(level, &hash(level, &inner));
    codes
}

/// The state from which each lane continues.
fn start<'m>(from: impl Fn(usize) -> &'m State) -> States {
    let mut states = States(from(0).words.map(|word| [word; LANES]));
    for lane in (1..LANES).filter(|lane| !std::ptr::eq(from(*lane), from(0))) {
        states.set(lane, &from(lane).words);
    }
    states
}

fn push_digests(states: &States, count: usize, digests: &mut Vec<Sha256Digest>) {
    digests.extend((0..count).map(|lane| states.digest(lane)));
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

#[cfg(test)]
mod tests {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    use fearless_simd::Simd as _;
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::sha256;

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
        let from = State::EMPTY;
        for level in levels() {
            for count in 1..=LANES {
                for length in 0..260 {
                    let messages: Vec<&[u8]> = (0..count).map(|lane| &bytes[lane..lane + length + lane * 13]).collect();
                    let from_start: Vec<Message<'_>> =
                        messages.iter().map(|text| Message { from: &from, text }).collect();
                    let mut digests = Vec::new();
                    push_digests(&hash(level, &from_start), count, &mut digests);
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
            finish_each(messages.iter().map(|text| Message { from: &from, text }), &mut digests);
            let whole = |message: &Vec<u8>| sha256(&[head.as_flattened(), message].concat());
            prop_assert_eq!(digests, messages.iter().map(whole).collect::<Vec<_>>());
        }
    }
}
