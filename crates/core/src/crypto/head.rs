//! SHA-256 of many messages that begin alike: what they share is read once.

use super::Sha256Digest;
use super::lanes::finish_each;
use super::state::{BLOCK, State};
use crate::texts::Texts;

/// Bytes that are joined without an allocation: more than the rest of a head and the hex digits of a hash.
const JOINED: usize = 3 * BLOCK;

/// A hash that has read what its messages begin with. Wiped on drop, for that may be a key.
#[derive(Clone)]
pub struct Head {
    state: State,
    /// What of it fills no block.
    rest: [u8; BLOCK],
    rest_length: usize,
}

impl Head {
    /// A hash that has read this.
    pub fn new(text: &[u8]) -> Self {
        Self { state: State::EMPTY, rest: [0; BLOCK], rest_length: 0 }.absorb(text)
    }

    /// The same hash when it has read this too.
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

    /// The hash of the message that goes on with these parts.
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

    /// The hashes of many messages, each of which goes on with its own part and ends with the same tail.
    pub fn finish_each<'m>(&self, messages: impl ExactSizeIterator<Item = &'m [u8]>, tail: &[u8]) -> Vec<Sha256Digest> {
        let count = messages.len();
        let mut digests = Vec::with_capacity(count);
        if self.rest_length == 0 && tail.is_empty() {
            finish_each(&self.state, messages, &mut digests);
            return digests;
        }
        let mut joined = Texts::with_capacity(count, JOINED);
        for message in messages {
            joined.push(|out| [self.rest(), message, tail].iter().for_each(|part| out.extend_from_slice(part)));
        }
        finish_each(&self.state, joined.iter(), &mut digests);
        digests
    }

    fn rest(&self) -> &[u8] {
        &self.rest[..self.rest_length]
    }
}
