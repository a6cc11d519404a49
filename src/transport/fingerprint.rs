//! The MD5s of a body in chunks: of the payload, and of the framing with the payload in it. By the ETag that a store makes of one
//! of them shows what it kept.

use std::sync::{Arc, Mutex, PoisonError};

use sigvet_core::internal::Md5Hasher;

/// Both hashes, filled while the body goes out.
#[derive(Clone, Default)]
pub struct Fingerprints(Arc<Mutex<Hashers>>);

#[derive(Clone, Default)]
struct Hashers {
    payload: Md5Hasher,
    framed: Md5Hasher,
}

impl Fingerprints {
    /// The two of a body in memory.
    pub fn of(payload: &[u8], framed: &[u8]) -> Self {
        let both = Self::default();
        both.take_payload(payload);
        both.take_framed(framed);
        both
    }

    pub(super) fn take_payload(&self, bytes: &[u8]) {
        self.with(|hashers| hashers.payload.update(bytes));
    }

    pub(super) fn take_framed(&self, bytes: &[u8]) {
        self.with(|hashers| hashers.framed.update(bytes));
    }

    /// The MD5 of the payload.
    pub fn payload(&self) -> [u8; 16] {
        self.with(|hashers| hashers.payload.clone().finish())
    }

    /// The MD5 of what went out.
    pub fn framed(&self) -> [u8; 16] {
        self.with(|hashers| hashers.framed.clone().finish())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Hashers) -> T) -> T {
        // A hash that panicked half-way is no worse than a wrong one, which matches nothing.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fingerprints").finish_non_exhaustive()
    }
}
