//! A copy of a passing body: the whole body if it is short, otherwise its hash and length.

use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::request::Body;

/// The copy of a body.
#[derive(Debug)]
pub struct BodyCopy {
    bytes: Vec<u8>,
    length: u64,
    limit: usize,
    hash: Option<Hashing>,
}

struct Hashing(Sha256Hasher);

impl std::fmt::Debug for Hashing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashing")
    }
}

impl BodyCopy {
    /// Keeps up to `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), length: 0, limit, hash: None }
    }

    /// Adds bytes that pass.
    pub fn push(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if let Some(Hashing(hash)) = &mut self.hash {
            hash.update(bytes);
        } else if self.bytes.len() + bytes.len() <= self.limit {
            self.bytes.extend_from_slice(bytes);
        } else {
            let mut hash = Sha256Hasher::new();
            hash.update(&std::mem::take(&mut self.bytes));
            hash.update(bytes);
            self.hash = Some(Hashing(hash));
        }
    }

    /// The body, once all of it has passed.
    pub fn into_body(self) -> Body {
        match self.hash {
            None => Body::Bytes(self.bytes),
            Some(Hashing(hash)) => Body::Elsewhere { sha256: Some(hash.finish()), length: self.length },
        }
    }
}

#[cfg(test)]
mod tests {
    use sigvet_core::crypto::sha256;

    use super::*;

    #[test]
    fn a_short_body_is_kept_and_a_long_one_is_hashed() {
        let kept = |limit: usize| {
            let mut kept = BodyCopy::new(limit);
            [&b"he"[..], b"l", b"lo"].iter().for_each(|bytes| kept.push(bytes));
            kept.into_body()
        };
        assert_eq!(kept(5), Body::Bytes(b"hello".to_vec()));
        for limit in 0..5 {
            assert_eq!(kept(limit), Body::Elsewhere { sha256: Some(sha256(b"hello")), length: 5 });
        }
    }
}
