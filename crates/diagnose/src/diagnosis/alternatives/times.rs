//! Times and days that a client may have signed instead of those that arrived.

use super::Subject;
use sigvet_core::time::Timestamp;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Offsets of the world's time zones from UTC, in minutes.
const ZONES: [i64; 33] = [
    -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 60, 120, 180, 210, 240, 270,
    300, 330, 345, 360, 390, 420, 480, 540, 570, 600, 660, 720, 780,
];
/// Offsets, in seconds, by which a clock that is read twice may have advanced in between.
const SECONDS: [i64; 8] = [-3, -2, -1, 1, 2, 3, 5, 10];

/// Other times: from a clock that was read a second time, or from a local time taken for UTC.
pub(super) fn others(timestamp: Timestamp) -> Vec<Timestamp> {
    let offsets = SECONDS.into_iter().chain(ZONES.map(|minutes| minutes * 60)).chain([-DAY, DAY]);
    offsets.map(|offset| Timestamp::from_epoch_seconds(timestamp.epoch_seconds() + offset)).collect()
}

/// The time zone whose offset explains a clock that is off by this many seconds; a minute of drift is allowed.
pub(crate) fn zone_of(seconds: i64) -> Option<i64> {
    ZONES.into_iter().find(|minutes| (seconds - minutes * 60).abs() <= 60)
}

/// The time of the Date header, if it differs from the signature's.
pub(super) fn date_header(subject: &Subject<'_>) -> Option<Timestamp> {
    let date = Timestamp::parse(subject.headers.first_text("date")?).ok()?;
    (date != subject.terms.timestamp).then_some(date)
}

/// Days from which a key may be cached, or that a clock in another time zone shows.
pub(super) fn days(subject: &Subject<'_>) -> Vec<String> {
    let timestamp = subject.terms.timestamp;
    let near = [-7, -6, -5, -4, -3, -2, -1, 0, 1].map(|days| timestamp.epoch_seconds() + days * DAY);
    let further =
        [date_header(subject), subject.hints.now].into_iter().flatten().map(|instant| instant.epoch_seconds());
    let mut days: Vec<String> =
        near.into_iter().chain(further).map(|at| Timestamp::from_epoch_seconds(at).day().to_owned()).collect();
    let mut seen = std::collections::HashSet::from([subject.terms.scope.date.clone()]);
    days.retain(|day| seen.insert(day.clone()));
    days
}

/// The days within a year before and after.
pub(super) fn days_of_a_year(timestamp: Timestamp) -> impl Iterator<Item = String> {
    let offsets = (1..=366).flat_map(|days| [-days, days]);
    offsets.map(move |days| {
        let instant = Timestamp::from_epoch_seconds(timestamp.epoch_seconds() + days * DAY);
        instant.day().to_owned()
    })
}

/// `2015-08-30T12:36:00Z` for `20150830T123600Z`.
pub(super) fn dashed(timestamp: &str) -> String {
    Timestamp::parse_amz_date(timestamp).map_or_else(|_| timestamp.to_owned(), |instant| instant.to_rfc3339())
}
