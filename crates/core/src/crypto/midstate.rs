//! HMAC-SHA256 (RFC 2104) by the two states that a key leads to, with heads of messages absorbed once.
//!
//! It gives what `hmac` gives, and costs the compressions alone: no buffer is copied, no block is hashed twice, and the codes of
//! many messages are computed side by side.

use zeroize::Zeroize;

use super::lanes::finish_each;
use super::state::{BLOCK, State};
use super::{Sha256Digest, sha256};
use crate::texts::Texts;

/// A key, and the head that all its messages share. Wiped on drop.
#[derive(Clone)]
pub struct Midstate {
    inner: State,
    outer: State,
    /// What of the head fills no block.
    rest: [u8; BLOCK],
    rest_length: usize,
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
            let mut state = State::EMPTY;
            state.absorb(std::slice::from_ref(&padded));
            padded.zeroize();
            state
        };
        let (inner, outer) = (state(0x36), state(0x5c));
        block.zeroize();
        Self { inner, outer, rest: [0; BLOCK], rest_length: 0 }
    }

    /// The same key with the head of its messages absorbed.
    pub fn absorb(mut self, head: &[u8]) -> Self {
        let text = [self.rest(), head].concat();
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        self.inner.absorb(blocks);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.rest_length = rest.len();
        self
    }

    /// The code of the message that these parts make when joined, behind the head.
    pub fn finish(&self, parts: &[&[u8]]) -> Sha256Digest {
        let length = self.rest_length + parts.iter().map(|part| part.len()).sum::<usize>();
        let inner = match length <= JOINED {
            true => {
                let mut joined = [0; JOINED];
                let mut rest = joined.as_mut_slice();
                for part in [self.rest()].iter().chain(parts) {
                    let (here, behind) = rest.split_at_mut(part.len());
                    here.copy_from_slice(part);
                    rest = behind;
                }
                self.inner.finish(&joined[..length])
            }
            false => self.inner.finish(&[&[self.rest()], parts].concat().concat()),
        };
        self.outer.finish(&inner.0)
    }

    /// The codes of many messages behind the head, in order.
    pub fn finish_each(&self, messages: &[impl AsRef<[u8]>]) -> Vec<Sha256Digest> {
        let mut joined = Texts::with_capacity(messages.len(), JOINED);
        for message in messages {
            joined.push(|out| [self.rest(), message.as_ref()].iter().for_each(|part| out.extend_from_slice(part)));
        }
        let mut inner = Vec::with_capacity(messages.len());
        finish_each(&self.inner, joined.iter(), &mut inner);
        let mut codes = Vec::with_capacity(messages.len());
        finish_each(&self.outer, inner.iter().map(|digest| digest.0.as_slice()), &mut codes);
        codes
    }

    fn rest(&self) -> &[u8] {
        &self.rest[..self.rest_length]
    }
}

/// Bytes that are joined without an allocation: more than the rest of a head and the hex digits of a hash.
const JOINED: usize = 3 * BLOCK;

/// HMAC-SHA256 with a key that is used once.
pub fn hmac(key: &[u8], message: &[u8]) -> Sha256Digest {
    Midstate::new(key).finish(&[message])
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    /// Beside the crate `hmac`, at every length around a block's.
    #[test]
    fn it_gives_what_hmac_gives() {
        let bytes: Vec<u8> = (0..200).collect();
        for key in [0, 1, 32, 63, 64, 65, 130] {
            for head in [0, 1, 63, 64, 65, 128] {
                for tail in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120] {
                    let (key, head, tail) = (&bytes[..key], &bytes[..head], &bytes[..tail]);
                    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
                    mac.update(&[head, tail].concat());
                    let expected = Sha256Digest(mac.finalize().into_bytes().into());
                    let keyed = Midstate::new(key).absorb(head);
                    assert_eq!(keyed.finish(&[tail]), expected);
                    assert_eq!(keyed.finish(&[&tail[..tail.len() / 2], &tail[tail.len() / 2..]]), expected);
                    assert_eq!(keyed.finish_each(&[tail; 17]), [expected; 17]);
                }
            }
        }
    }
}
