//! Strings to sign without their hash, and the keys that sign them.

use super::SecretBytes;
use crate::diagnosis::target::Target;
use sigvet_core::crypto::{PublicKey, sha256};
use sigvet_core::internal::{HmacKey, Texts, hmac};
use sigvet_core::x509::CertificateKey;

/// Frames of many choices, in order. Their texts are in two buffers, because millions are made and soon dropped.
#[derive(Default)]
pub(in crate::diagnosis) struct Frames {
    keys: Vec<FrameKey>,
    before: Texts,
    after: Texts,
}

/// A string to sign without its hash, and the key that signs it.
#[derive(Clone, Copy)]
pub(in crate::diagnosis) struct Frame<'f> {
    key: &'f FrameKey,
    before: &'f [u8],
    after: &'f [u8],
}

pub(super) enum FrameKey {
    Hmac(HmacKey),
    /// The string to sign is the HMAC key, and the signing key is its message.
    Exchanged(SecretBytes),
    /// A signature that is verified rather than recomputed.
    Ecdsa(PublicKey),
    /// A signature that is verified with the key of a certificate.
    Certified(CertificateKey),
    /// The hash that was signed is known.
    Hashed,
}

impl Frames {
    pub(super) fn with_capacity(frames: usize) -> Self {
        let texts = Texts::with_capacity(frames, 96);
        Self { keys: Vec::with_capacity(frames), before: texts, after: Texts::default() }
    }

    /// Adds a frame; `write` writes the string to sign before and after the hash.
    pub(super) fn push(&mut self, key: FrameKey, write: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) {
        self.keys.push(key);
        self.before.push(|before| self.after.push(|after| write(before, after)));
    }

    /// Adds frames behind these.
    pub(in crate::diagnosis) fn append(&mut self, others: Self) {
        self.before.append(&others.before);
        self.after.append(&others.after);
        self.keys.extend(others.keys);
    }

    /// The frames, in order.
    pub(in crate::diagnosis) fn iter(&self) -> impl Iterator<Item = Frame<'_>> {
        let texts = self.before.iter().zip(self.after.iter());
        self.keys.iter().zip(texts).map(|(key, (before, after))| Frame { key, before, after })
    }

    /// The numbers of the frames that give the target signature if this line is the hash in the string to sign. The
    /// more frames there are, the less each one costs.
    pub(in crate::diagnosis) fn each_that_gives(&self, line: &[u8], target: &Target) -> Vec<usize> {
        let (mut found, mut keyed) = (Vec::new(), Vec::with_capacity(self.keys.len()));
        let mut texts = Texts::with_capacity(self.keys.len(), 192);
        let code = target.code();
        for (number, frame) in self.iter().enumerate() {
            match (frame.key, code) {
                (FrameKey::Hmac(key), Some(_)) => {
                    keyed.push((number, key));
                    texts.push(|out| frame.write(line, out));
                }
                _ if frame.gives(line, target) => found.push(number),
                _ => {}
            }
        }
        let hits = HmacKey::find_each(keyed.iter().map(|(_, key)| *key).zip(texts.iter()), code.unwrap_or_default());
        found.extend(hits.into_iter().map(|hit| keyed[hit].0));
        found.sort_unstable();
        found
    }
}

impl Frame<'_> {
    /// The numbers of the lines that give the target signature as the hash in the string to sign. The more lines there
    /// are, the less each one costs.
    pub(in crate::diagnosis) fn gives_each<'l>(
        &self,
        lines: impl ExactSizeIterator<Item = &'l [u8]>,
        target: &Target,
    ) -> Vec<usize> {
        match (self.key, target.code()) {
            (FrameKey::Hmac(key), Some(code)) => key.absorb(self.before).find_each(lines, self.after, code),
            _ => (0..).zip(lines).filter(|(_, line)| self.gives(line, target)).map(|(number, _)| number).collect(),
        }
    }

    /// Whether the string to sign has the target signature if this line is its hash.
    fn gives(&self, line: &[u8], target: &Target) -> bool {
        let mut text = Vec::with_capacity(192);
        self.write(line, &mut text);
        match (self.key, target) {
            (FrameKey::Hmac(key), Target::Digest { .. }) => target.is_digest(&key.absorb(&text).finish(&[]).0),
            (FrameKey::Exchanged(message), Target::Digest { .. }) => target.is_digest(&hmac(&text, message).0),
            (FrameKey::Ecdsa(key), Target::Der(signature)) => key.verifies(&text, signature),
            (FrameKey::Certified(key), Target::Der(signature)) => key.verifies(&text, signature),
            (FrameKey::Hashed, Target::Hash(hash)) => sha256(&text).0 == *hash,
            _ => false,
        }
    }

    /// Writes the string to sign with this hash.
    fn write(&self, line: &[u8], out: &mut Vec<u8>) {
        [self.before, line, self.after].iter().for_each(|part| out.extend_from_slice(part));
    }
}
