//! Tries every second within a day before and after the time that arrived.

use std::ops::Range;

use super::{Gap, Right, Series};
use crate::diagnosis::alternatives::signing::Signing;
use crate::diagnosis::catalogue::TIME_CHANGED;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use sigvet_core::internal::{Hex, HmacKey, Texts};
use sigvet_core::time::Timestamp;

const DAY: i64 = 86_400;

/// Times that may have been signed instead of the one that arrived.
struct Instants<'a> {
    signing: &'a Signing,
    key: HmacKey,
    scope: String,
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
        let signing = right.signing;
        let (key, scope) = (signing.right_key(), signing.scope());
        Box::new(Instants { signing, key, scope, right: terms.timestamp, place }) as Box<dyn Series>
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

    /// The hash of the canonical request at each of these times.
    fn lines(&self, instants: &[Timestamp]) -> Vec<Hex> {
        match &self.place {
            Place::StringToSign(line) => vec![*line; instants.len()],
            Place::Everywhere(gap) => {
                let mut texts = Texts::with_capacity(instants.len(), 16);
                instants
                    .iter()
                    .for_each(|instant| texts.push(|out| out.extend_from_slice(instant.as_str().as_bytes())));
                gap.hash_with_each(&texts)
            }
        }
    }
}

impl Series for Instants<'_> {
    fn count(&self) -> usize {
        2 * DAY as usize
    }

    fn give_each(&self, numbers: Range<usize>, target: &Target) -> Vec<usize> {
        let instants: Vec<Timestamp> = numbers.clone().map(|number| self.instant(number)).collect();
        let lines = self.lines(&instants);
        let mut texts = Texts::with_capacity(numbers.len(), 192);
        for (instant, line) in instants.iter().zip(&lines) {
            texts.push(|out| {
                self.signing.write_before_hash(instant.as_str(), &self.scope, out);
                out.extend_from_slice(line.as_bytes());
            });
        }
        let Some(code) = target.code() else { return Vec::new() };
        let found = HmacKey::find_each(texts.iter().map(|text| (&self.key, text)), code);
        found.into_iter().map(|at| numbers.start + at).collect()
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
