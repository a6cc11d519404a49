//! The MD5s of a body sent in chunks: one of the payload, one of the payload with its framing. Comparing them with
//! the ETag shows which of the two the store kept.

use std::sync::{Arc, Mutex};

use crate::locking::locked;
use sigvet_core::internal::Md5Hasher;

/// Both hashes, updated while the body is sent.
#[derive(Clone, Default)]
pub struct Fingerprints(Arc<Mutex<Hashers>>);

#[derive(Clone, Default)]
struct Hashers {
    payload: Md5Hasher,
    framed: Md5Hasher,
}

impl Fingerprints {
    /// The hashes of a body in memory.
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

    /// The MD5 of the bytes that were sent.
    pub fn framed(&self) -> [u8; 16] {
        self.with(|hashers| hashers.framed.clone().finish())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Hashers) -> T) -> T {
        // A half-finished hash after a panic is only a wrong hash, which matches nothing.
        act(&mut locked(&self.0))
    }
}

impl std::fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fingerprints").finish_non_exhaustive()
    }
}
