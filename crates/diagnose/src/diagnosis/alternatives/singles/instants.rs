//! Tries every second within a day before and after the time that arrived.

use super::{Gap, Right, Series};
use crate::diagnosis::alternatives::signing::Signing;
use crate::diagnosis::catalogue::TIME_CHANGED;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use sigvet_core::internal::{Hex, Midstate};
use sigvet_core::time::Timestamp;

const DAY: i64 = 86_400;

/// Times that may have been signed instead of the one that arrived.
struct Instants<'a> {
    signing: &'a Signing,
    key: Midstate,
    right: Timestamp,
    place: Place,
}

/// The places where the signed time differs.
enum Place {
    /// In the string to sign, which ends with this hash.
    StringToSign(Hex),
    /// In the header too.
    Everywhere(Gap),
}

pub(super) fn series<'a>(right: &Right<'a, '_>) -> Vec<Box<dyn Series + 'a>> {
    let terms = &right.subject.terms;
    let everywhere = Gap::in_header(&right.text, &terms.dialect.date_header).map(Place::Everywhere);
    let places = everywhere.into_iter().chain([Place::StringToSign(Hex::new(&right.text.sha256()))]);
    let instants = |place| {
        let (signing, key) = (right.signing, right.signing.right_key());
        Box::new(Instants { signing, key, right: terms.timestamp, place }) as Box<dyn Series>
    };
    places.map(instants).collect()
}

impl Instants<'_> {
    /// The times, nearest first: a second later, a second earlier, two seconds later, and so on.
    fn instant(&self, number: usize) -> Timestamp {
        let seconds = i64::try_from(number / 2 + 1).unwrap_or(DAY);
        let offset = if number.is_multiple_of(2) { seconds } else { -seconds };
        Timestamp::from_epoch_seconds(self.right.epoch_seconds() + offset)
    }
}

impl Series for Instants<'_> {
    fn count(&self) -> usize {
        2 * DAY as usize
    }

    fn gives(&self, number: usize, target: &Target) -> bool {
        let instant = self.instant(number);
        let line = match &self.place {
            Place::StringToSign(line) => *line,
            Place::Everywhere(gap) => gap.hash_with(instant.as_str().as_bytes()),
        };
        let before = self.signing.before_hash_at(instant.as_str());
        target.is_digest(&self.key.clone().absorb(&before).finish(&[line.as_bytes()]).0)
    }

    fn causes(&self, number: usize) -> Vec<AppliedMistake> {
        let (instant, right) = (self.instant(number), self.right);
        let detail = match self.place {
            Place::StringToSign(_) => format!("the string to sign has {instant}"),
            Place::Everywhere(_) => format!("{instant} was signed, and the request has {right}"),
        };
        vec![AppliedMistake::new(&TIME_CHANGED, instant.as_str(), right.as_str()).with_detail(detail)]
    }
}
