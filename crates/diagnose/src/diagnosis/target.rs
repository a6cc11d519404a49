//! What a hypothesis has to give: the signature that was presented, as bytes.

/// The signature that a hypothesis has to give.
#[derive(Clone)]
pub(super) enum Target {
    /// All of a keyed hash, or its beginning.
    Digest { bytes: [u8; 32], length: usize },
    /// A signature of ECDSA, which is verified and not recomputed.
    Der(Vec<u8>),
    /// The hash of the string to sign, as an RSA signature holds it.
    Hash([u8; 32]),
}

impl Target {
    /// Whether this keyed hash is it.
    pub(super) fn is_digest(&self, digest: &[u8; 32]) -> bool {
        matches!(self, Self::Digest { bytes, length } if digest.get(..*length) == bytes.get(..*length))
    }

    /// So many mistakes at once are tried without regard to time. To verify takes a hundred times as long as to recompute.
    pub(super) const fn tried_to_the_end(&self) -> usize {
        match self {
            Self::Digest { .. } | Self::Hash(_) => 2,
            Self::Der(_) => 1,
        }
    }
}
