//! A string to sign without its hash, and the key that signs it.

use super::SecretBytes;
use crate::diagnosis::target::Target;
use sigvet_core::crypto::{PublicKey, sha256};
use sigvet_core::internal::{HmacKey, Texts, hmac};
use sigvet_core::x509::CertificateKey;

/// A string to sign without its hash, and the key that signs it.
pub(in crate::diagnosis) struct Frame {
    pub(super) key: FrameKey,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
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

impl Frame {
    /// The numbers of the lines that give the target signature as the hash in the string to sign. The more lines there
    /// are, the less each one costs.
    pub(in crate::diagnosis) fn gives_each<'l>(
        &self,
        lines: impl ExactSizeIterator<Item = &'l [u8]>,
        target: &Target,
    ) -> Vec<usize> {
        match (&self.key, target) {
            (FrameKey::Hmac(key), Target::Digest { .. }) => {
                let codes = key.absorb(&self.before).finish_each(lines, &self.after);
                (0..).zip(&codes).filter(|(_, code)| target.is_digest(&code.0)).map(|(number, _)| number).collect()
            }
            _ => (0..).zip(lines).filter(|(_, line)| self.gives(line, target)).map(|(number, _)| number).collect(),
        }
    }

    /// The numbers of the frames that give the target signature if this line is the hash in the string to sign. The
    /// more frames there are, the less each one costs.
    pub(in crate::diagnosis) fn each_that_gives(frames: &[Self], line: &[u8], target: &Target) -> Vec<usize> {
        let (mut found, mut keyed) = (Vec::new(), Vec::with_capacity(frames.len()));
        let mut texts = Texts::with_capacity(frames.len(), 192);
        for (number, frame) in frames.iter().enumerate() {
            match (&frame.key, target) {
                (FrameKey::Hmac(key), Target::Digest { .. }) => {
                    keyed.push((number, key));
                    texts.push(|out| frame.write(line, out));
                }
                _ if frame.gives(line, target) => found.push(number),
                _ => {}
            }
        }
        let codes = HmacKey::finish_each(keyed.iter().map(|(_, key)| *key).zip(texts.iter()));
        found.extend(
            keyed.iter().zip(&codes).filter(|(_, code)| target.is_digest(&code.0)).map(|((number, _), _)| number),
        );
        found.sort_unstable();
        found
    }

    /// Whether the string to sign has the target signature if this line is its hash.
    fn gives(&self, line: &[u8], target: &Target) -> bool {
        let mut text = Vec::with_capacity(192);
        self.write(line, &mut text);
        match (&self.key, target) {
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
        [&self.before, line, &self.after].iter().for_each(|part| out.extend_from_slice(part));
    }
}
