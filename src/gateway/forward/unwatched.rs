//! Notices that an unwatched host refuses a signed request over plain HTTP: the user may think that it is watched.

use std::sync::Arc;

use super::conversation::{Seen, Witness};

/// The witness of an unwatched host. It passes on no request.
#[derive(Debug)]
pub struct Unwatched {
    /// The host, without port and brackets.
    pub host: String,
    /// Who is told.
    pub witness: Arc<dyn Witness>,
}

impl Witness for Unwatched {
    fn saw(&self, seen: Seen) {
        if seen.may_be_refused() && seen.is_signed() {
            self.witness.refused_unwatched(&self.host);
        }
    }

    fn unreached(&self, host: &str, problem: String) {
        self.witness.unreached(host, problem);
    }

    fn distrusted(&self, host: &str) {
        self.witness.distrusted(host);
    }

    fn unseen(&self, host: &str) {
        self.witness.unseen(host);
    }

    fn unwatched(&self, host: &str) {
        self.witness.unwatched(host);
    }

    fn refused_unwatched(&self, host: &str) {
        self.witness.refused_unwatched(host);
    }

    fn wants_bodies(&self) -> bool {
        false
    }
}
