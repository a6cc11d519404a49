//! Every second within a day of the instant that arrived.

use super::{Series, place_of_header};
use crate::diagnosis::alternatives::Subject;
use crate::diagnosis::alternatives::signing::Signing;
use crate::diagnosis::catalogue::TIME_CHANGED;
use crate::diagnosis::evidence::Key;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use sigvet_core::canonical::CanonicalRequest;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::internal::{Hex, Midstate};
use sigvet_core::time::Timestamp;

const DAY: i64 = 86_400;

/// Instants that were signed in place of the one that arrived.
struct Instants {
    signing: Signing,
    key: Midstate,
    right: Timestamp,
    place: Place,
}

/// Where the instant was another one.
enum Place {
    /// In the string to sign, which ends in this hash.
    StringToSign(Hex),
    /// In the header too: the canonical request before and after its value.
    Everywhere { before: Sha256Hasher, after: Vec<u8> },
}

pub(super) fn series<'a>(
    subject: &'a Subject<'_>,
    keys: &[Key<'_>],
    right: &CanonicalRequest,
) -> Vec<Box<dyn Series + 'a>> {
    let instants = |place| {
        let signing = Signing::new(subject, keys);
        let (key, right) = (signing.right_key(), subject.terms.timestamp);
        Box::new(Instants { signing, key, right, place }) as Box<dyn Series>
    };
    let everywhere = place_of_header(right, &subject.terms.dialect.date_header).map(|place| {
        let mut before = Sha256Hasher::new();
        before.update(right.as_bytes().get(..place.start).unwrap_or_default());
        Place::Everywhere { before, after: right.as_bytes().get(place.end..).unwrap_or_default().to_vec() }
    });
    let hash = Hex::new(&sigvet_core::crypto::sha256(right.as_bytes()));
    everywhere.into_iter().chain([Place::StringToSign(hash)]).map(instants).collect()
}

impl Instants {
    /// The instants by how near they are: a second later, a second earlier, two seconds later.
    fn instant(&self, number: usize) -> Timestamp {
        let seconds = i64::try_from(number / 2 + 1).unwrap_or(DAY);
        let offset = if number.is_multiple_of(2) { seconds } else { -seconds };
        Timestamp::from_epoch_seconds(self.right.epoch_seconds() + offset)
    }
}

impl Series for Instants {
    fn count(&self) -> usize {
        2 * DAY as usize
    }

    fn gives(&self, number: usize, target: &Target) -> bool {
        let instant = self.instant(number);
        let line = match &self.place {
            Place::StringToSign(line) => *line,
            Place::Everywhere { before, after } => {
                let mut hasher = before.clone();
                hasher.update(instant.as_str().as_bytes());
                hasher.update(after);
                Hex::new(&hasher.finish())
            }
        };
        let before = self.signing.before_hash_at(instant.as_str());
        target.is_digest(&self.key.clone().absorb(&before).finish([line.as_bytes(), b""]).0)
    }

    fn causes(&self, number: usize) -> Vec<AppliedMistake> {
        let (instant, right) = (self.instant(number), self.right);
        let where_else = match self.place {
            Place::StringToSign(_) => format!("the string to sign has {instant}"),
            Place::Everywhere { .. } => format!("{instant} was signed, and the request has {right}"),
        };
        let made = AppliedMistake::new(&TIME_CHANGED, instant.as_str(), right.as_str());
        vec![made.with_detail(where_else)]
    }
}
