//! The keys that requests may be signed with.

use std::collections::HashMap;

use sigvet_core::credentials::Credentials;

/// A key with its owner's name for it.
#[derive(Debug, Clone)]
pub struct NamedKey {
    /// `profile 'prod'`.
    pub name: String,
    /// The key.
    pub credentials: Credentials,
}

/// Keys by access key ID. If two keys have the same ID, the first one counts.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    keys: Vec<NamedKey>,
    by_id: HashMap<String, usize>,
}

impl Keyring {
    /// Builds a keyring from keys in order of preference.
    pub fn new(keys: impl IntoIterator<Item = NamedKey>) -> Self {
        let mut ring = Self::default();
        for key in keys {
            let at = ring.keys.len();
            if let std::collections::hash_map::Entry::Vacant(entry) =
                ring.by_id.entry(key.credentials.access_key_id.clone())
            {
                entry.insert(at);
                ring.keys.push(key);
            }
        }
        ring
    }

    /// The key with that ID.
    pub fn find(&self, access_key_id: &str) -> Option<&NamedKey> {
        self.by_id.get(access_key_id).and_then(|at| self.keys.get(*at))
    }

    /// All keys.
    pub fn keys(&self) -> &[NamedKey] {
        &self.keys
    }
}
