//! HMAC-SHA256 (RFC 2104) from the two hash states that a key leads to; the shared beginning of messages is absorbed
//! once.
//!
//! The result is the same as that of the crate `hmac`, but only the compressions cost time: no buffer is copied, no
//! block is hashed twice, and the MACs of many messages are computed side by side.

use zeroize::Zeroize;

use super::head::Head;
use super::lanes::{KeyedMessage, Message, absorb_each, authenticate_each, find_each};
use super::state::{BLOCK, State, digest};
use super::{Sha256Digest, sha256};

/// The bytes with which the key is combined before each of the two hashes (RFC 2104 §2).
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5c;

/// Maximum number of blocks in a short message: strings to sign have three.
const SHORT_BLOCKS: usize = 3;

/// Maximum length of a short message, in bytes: the last block needs nine bytes of padding.
const SHORT: usize = SHORT_BLOCKS * BLOCK - 9;

/// A key, as the two hash states that it leads to. Wiped on drop.
#[derive(Clone)]
pub struct HmacKey {
    inner: State,
    outer: State,
}

/// A key and the head that all its messages share. Wiped on drop.
#[derive(Clone)]
pub struct Midstate {
    inner: Head,
    outer: State,
}

impl HmacKey {
    /// Makes the states of a key.
    pub fn new(key: &[u8]) -> Self {
        let mut block = padded(key);
        let mut state_with = |byte| {
            let mut state = State::EMPTY;
            combine(&mut block, byte);
            state.absorb(std::slice::from_ref(&block));
            state
        };
        let (inner, outer) = (state_with(INNER), state_with(INNER ^ OUTER));
        block.zeroize();
        Self { inner, outer }
    }

    /// Makes the states of many keys, computed side by side, in order.
    pub fn new_each<'k>(keys: impl IntoIterator<Item = &'k [u8]>) -> Vec<Self> {
        let mut blocks: Vec<[u8; BLOCK]> = keys.into_iter().map(padded).collect();
        let mut states_with = |byte| {
            let mut states = Vec::with_capacity(blocks.len());
            blocks.iter_mut().for_each(|block| combine(block, byte));
            absorb_each(&blocks, &mut states);
            states
        };
        let (inner, outer) = (states_with(INNER), states_with(INNER ^ OUTER));
        blocks.zeroize();
        inner.into_iter().zip(outer).map(|(inner, outer)| Self { inner, outer }).collect()
    }

    /// Makes an HMAC whose messages all begin with `head`.
    pub fn absorb(&self, head: &[u8]) -> Midstate {
        Midstate::from(self.clone()).absorb(head)
    }

    /// The MACs of many messages, each with its own key, in order.
    pub fn finish_each<'m>(messages: impl ExactSizeIterator<Item = (&'m Self, &'m [u8])>) -> Vec<Sha256Digest> {
        let mut codes = Vec::with_capacity(messages.len());
        authenticate_each(messages.map(|(key, text)| key.keyed(text)), &mut codes);
        codes
    }

    /// The numbers of the messages, each with its own key, whose MAC begins with these bytes.
    pub fn find_each<'m>(messages: impl Iterator<Item = (&'m Self, &'m [u8])>, beginning: &[u8]) -> Vec<usize> {
        find_each(messages.map(|(key, text)| key.keyed(text)), beginning)
    }

    fn keyed<'m>(&'m self, text: &'m [u8]) -> KeyedMessage<'m> {
        KeyedMessage { inner: Message { from: &self.inner, text }, outer: &self.outer }
    }
}

impl Midstate {
    /// Makes the state of an HMAC with this key.
    pub fn new(key: &[u8]) -> Self {
        HmacKey::new(key).into()
    }

    /// Absorbs the head that all messages share.
    pub fn absorb(self, head: &[u8]) -> Self {
        Self { inner: self.inner.absorb(head), ..self }
    }

    /// The MAC of the message made of the head and these parts.
    pub fn finish(&self, parts: &[&[u8]]) -> Sha256Digest {
        self.outer.finish(&self.inner.finish(parts).0)
    }

    /// The MACs of many messages, in order; each is made of the head, its own part, and the same tail.
    pub fn finish_each<'m>(&self, messages: impl ExactSizeIterator<Item = &'m [u8]>, tail: &[u8]) -> Vec<Sha256Digest> {
        let mut codes = Vec::with_capacity(messages.len());
        self.inner.continue_each(messages, tail, |rests| {
            authenticate_each(rests.map(|inner| KeyedMessage { inner, outer: &self.outer }), &mut codes);
        });
        codes
    }

    /// The numbers of the messages whose MAC begins with these bytes; each message is made of the head, its own part,
    /// and the same tail.
    pub fn find_each<'m>(
        &self,
        messages: impl ExactSizeIterator<Item = &'m [u8]>,
        tail: &[u8],
        beginning: &[u8],
    ) -> Vec<usize> {
        let mut found = Vec::new();
        self.inner.continue_each(messages, tail, |rests| {
            found = find_each(rests.map(|inner| KeyedMessage { inner, outer: &self.outer }), beginning);
        });
        found
    }
}

impl From<HmacKey> for Midstate {
    fn from(HmacKey { inner, outer }: HmacKey) -> Self {
        Self { inner: inner.into(), outer }
    }
}

/// HMAC-SHA256 with a key that is used once. For a short message, each of the two hashes is one pass over its blocks.
pub fn hmac(key: &[u8], message: &[u8]) -> Sha256Digest {
    if message.len() > SHORT {
        return Midstate::new(key).finish(&[message]);
    }
    let mut blocks = [[0; BLOCK]; SHORT_BLOCKS + 1];
    blocks[0] = padded(key);
    combine(&mut blocks[0], INNER);
    let inner = hash_behind_key(&mut blocks, message);
    combine(&mut blocks[0], INNER ^ OUTER);
    let code = hash_behind_key(&mut blocks, &inner.0);
    blocks[0].zeroize();
    code
}

/// The hash of the first block followed by a short message. Whatever else is in the blocks is overwritten.
fn hash_behind_key(blocks: &mut [[u8; BLOCK]; SHORT_BLOCKS + 1], message: &[u8]) -> Sha256Digest {
    let end = (message.len() + 9).next_multiple_of(BLOCK);
    let text = &mut blocks[1..].as_flattened_mut()[..end];
    text[..message.len()].copy_from_slice(message);
    text[message.len()..].fill(0);
    text[message.len()] = 0x80;
    let bits = (BLOCK + message.len()) as u64 * 8;
    text[end - 8..].copy_from_slice(&bits.to_be_bytes());
    let mut state = State::EMPTY;
    state.absorb(&blocks[..=end / BLOCK]);
    digest(&state.words)
}

/// Pads a key to the length of a block; a longer key is hashed first.
fn padded(key: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    match block.get_mut(..key.len()) {
        Some(start) => start.copy_from_slice(key),
        None => block[..32].copy_from_slice(&sha256(key).0),
    }
    block
}

fn combine(block: &mut [u8; BLOCK], byte: u8) {
    block.iter_mut().for_each(|own| *own ^= byte);
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    /// Compared with one HMAC after another, whose keys and messages are of different lengths.
    #[test]
    fn many_keys_and_their_messages_agree_with_single_macs() {
        let bytes: Vec<u8> = (0..200).collect();
        for count in [1, 5, 6, 16, 17, 40] {
            let (keys, texts): (Vec<&[u8]>, Vec<&[u8]>) =
                (0..count).map(|at| (&bytes[at..at * 3 + 20], &bytes[at..at * 4 + 30])).unzip();
            let expected: Vec<Sha256Digest> = keys.iter().zip(&texts).map(|(key, text)| hmac(key, text)).collect();
            let keys = HmacKey::new_each(keys);
            let absorbed: Vec<_> = keys.iter().zip(&texts).map(|(key, text)| key.absorb(text).finish(&[])).collect();
            let single = count - 1;
            for length in [1, 3, 4, 5, 32] {
                let beginning = &expected[single].0[..length];
                let numbers: Vec<usize> = (0..count).filter(|at| expected[*at].0.starts_with(beginning)).collect();
                assert_eq!(HmacKey::find_each(keys.iter().zip(texts.iter().copied()), beginning), numbers);
            }
            assert_eq!(HmacKey::find_each(keys.iter().zip(texts.iter().copied()), b"").len(), count);
            assert_eq!(HmacKey::finish_each(keys.iter().zip(texts)), expected);
            assert_eq!(absorbed, expected);
        }
    }

    /// Compared with the crate `hmac`, at every length around that of a block.
    #[test]
    fn a_midstate_agrees_with_hmac() {
        let bytes: Vec<u8> = (0..200).collect();
        for key in [0, 1, 32, 63, 64, 65, 130] {
            for head in [0, 1, 63, 64, 65, 128] {
                for tail in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120] {
                    let (key, head, tail) = (&bytes[..key], &bytes[..head], &bytes[..tail]);
                    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
                    mac.update(&[head, tail].concat());
                    let expected = Sha256Digest(mac.finalize().into_bytes().into());
                    assert_eq!(hmac(key, &[head, tail].concat()), expected);
                    let keyed = Midstate::new(key).absorb(head);
                    assert_eq!(keyed.finish(&[tail]), expected);
                    assert_eq!(keyed.finish(&[&tail[..tail.len() / 2], &tail[tail.len() / 2..]]), expected);
                    assert_eq!(keyed.finish_each([tail; 17].into_iter(), b""), [expected; 17]);
                    let (middle, end) = tail.split_at(tail.len() / 3);
                    assert_eq!(keyed.finish_each([middle; 17].into_iter(), end), [expected; 17]);
                    let found = keyed.find_each([b"", middle].repeat(9).into_iter(), end, &expected.0);
                    assert_eq!(found, (0..18).filter(|at| middle.is_empty() || at % 2 == 1).collect::<Vec<_>>());
                }
            }
        }
    }
}
