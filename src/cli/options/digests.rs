//! Digests that are computed in the one pass over a body before it is sent: its hash for the signature, and its
//! checksum for the store.

use sigvet_core::checksum::{Checksum, ChecksumAlgorithm, ChecksumHasher};
use sigvet_core::crypto::{Sha256Digest, Sha256Hasher};

/// Whether a body that is not in memory is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashing {
    /// The hash is signed.
    Needed,
    /// Something else is signed instead.
    Spared,
}

/// The digests required for a body that is not in memory. A body in memory is cheap to read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredDigests {
    /// Whether the SHA-256 is required.
    pub sha256: Hashing,
    /// The algorithm of the required checksum.
    pub checksum: Option<ChecksumAlgorithm>,
}

impl From<Hashing> for RequiredDigests {
    fn from(sha256: Hashing) -> Self {
        Self { sha256, checksum: None }
    }
}

impl RequiredDigests {
    /// Whether no digest is required, so that the body need not be read.
    pub fn is_nothing(self) -> bool {
        self.sha256 == Hashing::Spared && self.checksum.is_none()
    }
}

/// The computed digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// The SHA-256, if required.
    pub sha256: Option<Sha256Digest>,
    /// The checksum, if required.
    pub checksum: Option<Checksum>,
}

/// Computes digests from bytes that arrive piece by piece.
pub struct Digester {
    sha256: Option<Sha256Hasher>,
    checksum: ByChecksum,
}

/// Where the checksum comes from. If a SHA-256 is computed anyway, it is not computed twice.
enum ByChecksum {
    Unwanted,
    TheSha256,
    Own(Box<ChecksumHasher>),
}

impl Digester {
    /// Starts without any bytes.
    pub fn new(wanted: RequiredDigests) -> Self {
        let sha256 = (wanted.sha256 == Hashing::Needed).then(Sha256Hasher::new);
        let checksum = match wanted.checksum {
            None => ByChecksum::Unwanted,
            Some(ChecksumAlgorithm::Sha256) if sha256.is_some() => ByChecksum::TheSha256,
            Some(algorithm) => ByChecksum::Own(Box::new(ChecksumHasher::new(algorithm))),
        };
        Self { sha256, checksum }
    }

    /// Appends bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(bytes);
        }
        if let ByChecksum::Own(hasher) = &mut self.checksum {
            hasher.update(bytes);
        }
    }

    /// The required digests of all bytes so far.
    pub fn finish(self) -> Digests {
        let sha256 = self.sha256.map(Sha256Hasher::finish);
        let checksum = match self.checksum {
            ByChecksum::Unwanted => None,
            ByChecksum::TheSha256 => sha256.map(Checksum::from),
            ByChecksum::Own(hasher) => Some(hasher.finish()),
        };
        Digests { sha256, checksum }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use sigvet_core::crypto::sha256;

    fn wanted() -> impl Strategy<Value = RequiredDigests> {
        let checksum = proptest::option::of(proptest::sample::select(ChecksumAlgorithm::ALL.to_vec()));
        let sha256 = prop_oneof![Just(Hashing::Needed), Just(Hashing::Spared)];
        (sha256, checksum).prop_map(|(sha256, checksum)| RequiredDigests { sha256, checksum })
    }

    proptest! {
        /// Catches state that is lost between pieces, and a shared SHA-256 that does not exist.
        #[test]
        fn pieces_give_what_the_whole_gives(
            wanted in wanted(),
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..12),
        ) {
            let mut digester = Digester::new(wanted);
            pieces.iter().for_each(|piece| digester.update(piece));
            let digests = digester.finish();
            let whole = pieces.concat();
            prop_assert_eq!(digests.sha256, (wanted.sha256 == Hashing::Needed).then(|| sha256(&whole)));
            prop_assert_eq!(digests.checksum, wanted.checksum.map(|algorithm| Checksum::compute(algorithm, &whole)));
        }
    }
}
