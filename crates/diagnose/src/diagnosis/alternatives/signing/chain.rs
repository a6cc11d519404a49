//! How a signing key is derived, correctly and incorrectly, and which links consecutive derivations share.

use crate::diagnosis::alternatives::secret::SecretBytes;
use crate::diagnosis::catalogue::{HMAC_SWAPPED, KEY_HEX_CHAIN, KEY_ORDER, KEY_PREFIX};
use crate::diagnosis::field::Step;
use sigvet_core::crypto::{PublicKey, Sha256Digest};
use sigvet_core::internal::key_pair;
use sigvet_core::internal::{Hex, hmac};
use sigvet_core::scheme::Scheme;

/// How the signing key is derived.
#[derive(Clone, Copy)]
pub(in crate::diagnosis) enum Chain {
    Right,
    NoPrefix,
    PrefixTwice,
    PrefixBehind,
    /// The prefix of Version 4 instead of Version 4A's own.
    ShortPrefix,
    Hex,
    UpperHex,
    ServiceBeforeRegion,
    RegionFirst,
    NoTerminator,
    NoDate,
    /// The key is the prefix followed by the secret.
    SecretWithPrefix,
    /// The key is the secret.
    BareSecret,
    /// The results of some links are used as hex; bit 0 is the first link.
    SomeHex(u8),
    /// Key and message are swapped in every link.
    Exchanged,
    /// Key and message are swapped when the string to sign is signed.
    ExchangedAtTheEnd,
    ExchangedThroughout,
}

/// Number of links of the right chain; no wrong one has more.
pub(super) const LINKS: usize = 4;

/// All four links.
const ALL_LINKS: u8 = 0b1111;

/// What each link covers.
const COVERED: [&str; LINKS] = ["the date", "the region", "the service", "aws4_request"];

pub(in crate::diagnosis) fn chain_step(scheme: Scheme) -> Step<Chain> {
    if scheme.is_certified() {
        return Step::new(Chain::Right);
    }
    let mut step = Step::new(Chain::Right).or(&KEY_PREFIX, Chain::NoPrefix).or(&KEY_PREFIX, Chain::PrefixTwice);
    step = step.or(&KEY_PREFIX, Chain::PrefixBehind);
    if scheme == Scheme::V4a {
        step.add(&KEY_PREFIX, "the AWS4 prefix was added to the secret", Chain::ShortPrefix);
        return step;
    }
    step = step.or(&KEY_HEX_CHAIN, Chain::Hex).or(&KEY_HEX_CHAIN, Chain::UpperHex);
    for links in 1..ALL_LINKS {
        let named: Vec<&str> = (0..LINKS).filter(|link| links >> link & 1 == 1).map(|link| COVERED[link]).collect();
        step.add(&KEY_HEX_CHAIN, format!("in hex: the result for {}", named.join(", ")), Chain::SomeHex(links));
    }
    step.add(&KEY_ORDER, "service before region", Chain::ServiceBeforeRegion);
    step.add(&KEY_ORDER, "region before day", Chain::RegionFirst);
    step.add(&KEY_ORDER, "without aws4_request", Chain::NoTerminator);
    step.add(&KEY_ORDER, "without the day", Chain::NoDate);
    step.add(&KEY_ORDER, "no derivation at all: the prefix and the secret are the key", Chain::SecretWithPrefix);
    step.add(&KEY_ORDER, "no derivation at all: the secret is the key", Chain::BareSecret);
    step.add(&HMAC_SWAPPED, "key and message swapped in each step of the key derivation", Chain::Exchanged);
    step.add(
        &HMAC_SWAPPED,
        "key and message swapped in the last HMAC, over the string to sign",
        Chain::ExchangedAtTheEnd,
    );
    step.add(&HMAC_SWAPPED, "key and message swapped in every HMAC", Chain::ExchangedThroughout);
    step
}

impl Chain {
    /// The first key of the chain.
    pub(in crate::diagnosis) fn first_key(self, prefix: &[u8], secret: &[u8]) -> SecretBytes {
        SecretBytes::new(match self {
            Self::NoPrefix | Self::BareSecret => secret.to_vec(),
            Self::PrefixTwice => [prefix, prefix, secret].concat(),
            Self::PrefixBehind => [secret, prefix].concat(),
            Self::ShortPrefix => [prefix.get(..prefix.len().saturating_sub(1)).unwrap_or_default(), secret].concat(),
            _ => [prefix, secret].concat(),
        })
    }

    /// The messages of the links, in order.
    pub(in crate::diagnosis) fn messages(
        self,
        [day, region, service, terminator]: [&str; LINKS],
    ) -> [Option<&str>; LINKS] {
        match self {
            Self::ServiceBeforeRegion => [Some(day), Some(service), Some(region), Some(terminator)],
            Self::RegionFirst => [Some(region), Some(day), Some(service), Some(terminator)],
            Self::NoTerminator => [Some(day), Some(region), Some(service), None],
            Self::NoDate => [Some(region), Some(service), Some(terminator), None],
            Self::SecretWithPrefix | Self::BareSecret => [None; LINKS],
            _ => [Some(day), Some(region), Some(service), Some(terminator)],
        }
    }

    /// Whether the signing key is the message of the last HMAC.
    pub(in crate::diagnosis) fn exchanges_the_last(self) -> bool {
        matches!(self, Self::ExchangedAtTheEnd | Self::ExchangedThroughout)
    }

    /// Whether key and message are swapped anywhere.
    pub(super) fn exchanges_any(self) -> bool {
        matches!(self, Self::Exchanged) || self.exchanges_the_last()
    }

    fn link(self, at: usize, key: &[u8], message: &str) -> SecretBytes {
        let digest = match self {
            Self::Exchanged | Self::ExchangedThroughout => hmac(message.as_bytes(), key),
            _ => hmac(key, message.as_bytes()),
        };
        let mut next = SecretBytes::new(Vec::with_capacity(64));
        self.write_key(at, &digest, &mut next);
        next
    }

    /// Writes the key that the result of this link is used as.
    pub(super) fn write_key(self, at: usize, result: &Sha256Digest, out: &mut Vec<u8>) {
        match self {
            Self::Hex => out.extend_from_slice(Hex::new(result).as_bytes()),
            Self::SomeHex(links) if links >> at & 1 == 1 => out.extend_from_slice(Hex::new(result).as_bytes()),
            Self::UpperHex => out.extend(Hex::new(result).as_bytes().to_ascii_uppercase()),
            _ => out.extend_from_slice(&result.0),
        }
    }
}

/// The most recently derived chain. The next one often begins with the same links.
#[derive(Default)]
pub(in crate::diagnosis) struct Links {
    origin: Option<(u16, u16)>,
    first: SecretBytes,
    links: Vec<(String, SecretBytes)>,
    public_key: Option<PublicKey>,
}

impl Links {
    /// The key at the end of a chain; `origin` identifies the secret and the kind of chain.
    pub(in crate::diagnosis) fn derive(
        &mut self,
        origin: (u16, u16),
        chain: Chain,
        first: impl Fn() -> SecretBytes,
        messages: [Option<&str>; LINKS],
    ) -> &[u8] {
        if self.origin != Some(origin) {
            *self = Self { origin: Some(origin), first: first(), ..Self::default() };
        }
        let messages = messages.into_iter().flatten();
        let shared = self.links.iter().zip(messages.clone()).take_while(|((link, _), message)| link == message).count();
        self.links.truncate(shared);
        for (at, message) in messages.enumerate().skip(shared) {
            let key = self.links.last().map_or(&self.first, |(_, key)| key);
            let next = chain.link(at, key, message);
            self.links.push((message.to_owned(), next));
        }
        self.links.last().map_or(&self.first, |(_, key)| key)
    }

    /// The public key of the Version 4A key pair.
    pub(super) fn public_key(
        &mut self,
        origin: (u16, u16),
        first: impl Fn() -> SecretBytes,
        access_key_id: &str,
    ) -> PublicKey {
        if self.origin != Some(origin) {
            *self = Self { origin: Some(origin), ..Self::default() };
        }
        let derive = || key_pair::derive(&first(), access_key_id).public_key();
        self.public_key.get_or_insert_with(derive).clone()
    }
}
