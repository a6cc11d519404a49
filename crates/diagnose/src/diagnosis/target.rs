//! The presented signature, in the form in which hypotheses are compared with it.

/// The signature that a hypothesis has to give.
#[derive(Clone)]
pub(super) enum Target {
    /// A keyed hash, or its beginning.
    Digest { bytes: [u8; 32], length: usize },
    /// A signature of Version 4A, which is verified rather than recomputed.
    Der(Vec<u8>),
    /// The hash of the string to sign that an RSA signature contains.
    Hash([u8; 32]),
}

impl Target {
    /// Whether this keyed hash matches.
    pub(super) fn is_digest(&self, digest: &[u8; 32]) -> bool {
        self.code().is_some_and(|code| digest.starts_with(code))
    }

    /// The keyed hash, or its beginning.
    pub(super) fn code(&self) -> Option<&[u8]> {
        let Self::Digest { bytes, length } = self else { return None };
        bytes.get(..*length)
    }

    /// Number of simultaneous mistakes that are tried regardless of time. Verifying a signature takes a
    /// hundred times as long as recomputing one.
    pub(super) const fn tried_to_the_end(&self) -> usize {
        match self {
            Self::Digest { .. } | Self::Hash(_) => 2,
            Self::Der(_) => 1,
        }
    }
}
