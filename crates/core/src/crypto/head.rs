//! SHA-256 of many messages that share a beginning: the shared bytes are hashed once.

use super::Sha256Digest;
use super::lanes::{Message, finish_each};
use super::state::{BLOCK, State};
use crate::texts::Texts;

/// Number of bytes that can be joined without an allocation: enough for the rest of a head and the hex digits of a
/// hash.
const JOINED: usize = 3 * BLOCK;

/// A hash that has absorbed the shared beginning of its messages. Wiped on drop, because that may be a key.
#[derive(Clone)]
pub struct Head {
    state: State,
    /// The last bytes of the beginning, which do not fill a block.
    rest: [u8; BLOCK],
    rest_length: usize,
}

impl Head {
    /// Makes a hash that has absorbed `text`.
    pub fn new(text: &[u8]) -> Self {
        Self::from(State::EMPTY).absorb(text)
    }

    /// Absorbs more of the shared beginning.
    pub fn absorb(mut self, text: &[u8]) -> Self {
        let joined;
        let text = match self.rest_length {
            0 => text,
            _ => {
                joined = [self.rest(), text].concat();
                &joined
            }
        };
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        self.state.absorb(blocks);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.rest_length = rest.len();
        self
    }

    /// The hash of the message that continues with these parts.
    pub fn finish(&self, parts: &[&[u8]]) -> Sha256Digest {
        let length = self.rest_length + parts.iter().map(|part| part.len()).sum::<usize>();
        if length > JOINED {
            return self.state.finish(&[&[self.rest()], parts].concat().concat());
        }
        let mut joined = [0; JOINED];
        let mut free = joined.as_mut_slice();
        for part in [self.rest()].iter().chain(parts) {
            let (here, behind) = free.split_at_mut(part.len());
            here.copy_from_slice(part);
            free = behind;
        }
        self.state.finish(&joined[..length])
    }

    /// The hashes of many messages, each of which continues with its own part and ends with the same tail.
    pub fn finish_each<'m>(&self, messages: impl ExactSizeIterator<Item = &'m [u8]>, tail: &[u8]) -> Vec<Sha256Digest> {
        let mut digests = Vec::with_capacity(messages.len());
        self.continue_each(messages, tail, |rests| finish_each(rests, &mut digests));
        digests
    }

    /// Calls `hash` with what is left to hash of many messages, each of which continues with its own part and ends
    /// with the same tail.
    pub(super) fn continue_each<'m>(
        &self,
        parts: impl ExactSizeIterator<Item = &'m [u8]>,
        tail: &[u8],
        hash: impl FnOnce(&mut dyn Iterator<Item = Message<'_>>),
    ) {
        if self.rest_length == 0 && tail.is_empty() {
            return hash(&mut parts.map(|text| Message { from: &self.state, text }));
        }
        let mut joined = Texts::with_capacity(parts.len(), JOINED);
        for part in parts {
            joined.push(|out| [self.rest(), part, tail].iter().for_each(|part| out.extend_from_slice(part)));
        }
        hash(&mut joined.iter().map(|text| Message { from: &self.state, text }));
    }

    fn rest(&self) -> &[u8] {
        &self.rest[..self.rest_length]
    }
}

impl From<State> for Head {
    fn from(state: State) -> Self {
        Self { state, rest: [0; BLOCK], rest_length: 0 }
    }
}
