//! Signing keys of Version 4 that are derived side by side, a link of all their chains at a time.
//!
//! Chains with key and message swapped are not derived here: in them, a key has no two states to continue from.

use zeroize::{Zeroize, Zeroizing};

use super::SecretBytes;
use super::chain::{Chain, LINKS};
use sigvet_core::internal::{HmacKey, Texts};

/// How a signing key is derived.
pub(super) struct Derivation<'s> {
    /// Identifies the secret and the kind of chain.
    pub(super) origin: (u16, u16),
    pub(super) chain: Chain,
    pub(super) messages: [Option<&'s str>; LINKS],
}

/// The keys of many chains.
pub(super) struct DerivedKeys {
    /// The keys of all links; one that several chains share is kept once.
    keys: Vec<HmacKey>,
    /// The number of the last key of each chain.
    last: Vec<usize>,
}

impl DerivedKeys {
    /// Derives the keys of these chains; `first` gives the first key of the chain with a number.
    pub(super) fn derive(chains: &[Derivation<'_>], first: impl Fn(usize) -> SecretBytes) -> Self {
        let mut derived = Self::begin(chains, first);
        for at in 0..LINKS {
            derived.add_link(at, chains);
        }
        derived
    }

    /// The signing key of the chain with this number.
    pub(super) fn key(&self, number: usize) -> &HmacKey {
        &self.keys[self.last[number]]
    }

    fn begin(chains: &[Derivation<'_>], first: impl Fn(usize) -> SecretBytes) -> Self {
        let mut firsts: Vec<SecretBytes> = Vec::new();
        let mut last = Vec::with_capacity(chains.len());
        for (number, chain) in chains.iter().enumerate() {
            let is_shared = number > 0 && chains[number - 1].origin == chain.origin;
            if !is_shared {
                firsts.push(first(number));
            }
            last.push(firsts.len() - 1);
        }
        Self { keys: HmacKey::new_each(firsts.iter().map(|key| key.as_slice())), last }
    }

    /// Derives the link at this position of all chains. Neighbours with the same key and message share it.
    fn add_link(&mut self, at: usize, chains: &[Derivation<'_>]) {
        let mut links: Vec<(usize, &str)> = Vec::with_capacity(chains.len());
        let mut kinds = Vec::with_capacity(chains.len());
        for (chain, last) in chains.iter().zip(&mut self.last) {
            let Some(message) = chain.messages[at].filter(|_| !chain.chain.exchanges_any()) else { continue };
            if links.last() != Some(&(*last, message)) {
                links.push((*last, message));
                kinds.push(chain.chain);
            }
            *last = self.keys.len() + links.len() - 1;
        }
        let mut codes = HmacKey::finish_each(links.iter().map(|(key, message)| (&self.keys[*key], message.as_bytes())));
        let mut texts = Zeroizing::new(Texts::with_capacity(codes.len(), 64));
        for (code, kind) in codes.iter().zip(kinds) {
            texts.push(|out| kind.write_key(at, code, out));
        }
        codes.iter_mut().for_each(|code| code.0.zeroize());
        self.keys.extend(HmacKey::new_each(texts.iter()));
    }
}
