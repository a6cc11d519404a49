//! The time of a signature, and its day.
//!
//! A [`Timestamp`] is a whole number of seconds in UTC, stored with the text that goes on the wire
//! (`20150830T123600Z`). It can be parsed from what headers, URLs and people write. The clock is not read here: `now`
//! is always an argument.

mod parse;

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A point in time in UTC, to the second, in the years 0000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    epoch_seconds: i64,
    text: [u8; 16],
}

/// The error for text that is not a date and time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid date and time '{presented}'")]
#[non_exhaustive]
pub struct InvalidTimestamp {
    /// The text as it was given.
    pub presented: String,
}

/// The error for a time that this operating system's clock cannot represent: Windows counts from 1601.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system's clock has no {}", .presented.to_rfc3339())]
#[non_exhaustive]
pub struct TimestampOutOfRange {
    /// The time.
    pub presented: Timestamp,
}

const YEAR_0000: i64 = -62_167_219_200;
const YEAR_9999_END: i64 = 253_402_300_799;

/// Weekdays, beginning with that of 1970-01-01.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Timestamp {
    /// Makes a timestamp from seconds since 1970-01-01T00:00:00Z; times outside the years 0000 to 9999 become the
    /// nearest valid time.
    pub fn from_epoch_seconds(epoch_seconds: i64) -> Self {
        let epoch_seconds = epoch_seconds.clamp(YEAR_0000, YEAR_9999_END);
        let (year, month, day) = civil_from_days(epoch_seconds.div_euclid(86_400));
        let second = epoch_seconds.rem_euclid(86_400);
        let mut text = *b"00000000T000000Z";
        write_digits(&mut text[0..4], year);
        write_digits(&mut text[4..6], month);
        write_digits(&mut text[6..8], day);
        write_digits(&mut text[9..11], second / 3_600);
        write_digits(&mut text[11..13], second / 60 % 60);
        write_digits(&mut text[13..15], second % 60);
        Self { epoch_seconds, text }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn epoch_seconds(&self) -> i64 {
        self.epoch_seconds
    }

    /// The time in the form of `x-amz-date`: `20150830T123600Z` (ISO 8601 basic).
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).expect("digits, T and Z are ASCII")
    }

    /// The day as in a credential scope: `20150830`.
    pub fn day(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }

    /// The time in the form of RFC 3339: `2015-08-30T12:36:00Z`.
    pub fn to_rfc3339(&self) -> String {
        let t = self.as_str();
        format!(
            "{}-{}-{}T{}:{}:{}Z",
            t.get(0..4).unwrap_or_default(),
            t.get(4..6).unwrap_or_default(),
            t.get(6..8).unwrap_or_default(),
            t.get(9..11).unwrap_or_default(),
            t.get(11..13).unwrap_or_default(),
            t.get(13..15).unwrap_or_default()
        )
    }

    /// The time in the form of the header `Date`: `Sun, 30 Aug 2015 12:36:00 GMT` (RFC 9110 §5.6.7).
    pub fn to_http_date(&self) -> String {
        let days = self.epoch_seconds.div_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        let weekday = WEEKDAYS[usize::try_from(days.rem_euclid(7)).expect("a remainder is not negative")];
        let month = MONTHS[usize::try_from(month - 1).expect("months count from 1")];
        let t = self.as_str();
        format!(
            "{weekday}, {day:02} {month} {year:04} {}:{}:{} GMT",
            t.get(9..11).unwrap_or_default(),
            t.get(11..13).unwrap_or_default(),
            t.get(13..15).unwrap_or_default()
        )
    }

    /// Parses only the form of `x-amz-date`, `20150830T123600Z`.
    ///
    /// # Errors
    /// The text has another form, or is a day that does not exist or a leap second.
    pub fn parse_amz_date(text: &str) -> Result<Self, InvalidTimestamp> {
        let invalid = || InvalidTimestamp { presented: text.to_owned() };
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 16 && bytes[8] == b'T' && bytes[15] == b'Z';
        // A leap second has no number of its own in seconds since 1970, and no server accepts one.
        let is_leap = || bytes[13] == b'6';
        if !shaped || is_leap() {
            return Err(invalid());
        }
        parse::parse_iso_8601(text).map(Self::from_epoch_seconds).ok_or_else(invalid)
    }

    /// Parses what headers and people write: the form of `x-amz-date`, ISO 8601 with an offset (RFC 3339), dates of
    /// HTTP and mail, a day, or seconds since 1970.
    ///
    /// # Errors
    /// The text has none of these forms.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let trimmed = text.trim();
        let invalid = || InvalidTimestamp { presented: text.to_owned() };
        parse::parse_iso_8601(trimmed)
            .or_else(|| parse::parse_http_date(trimmed))
            .or_else(|| parse::parse_day(trimmed))
            .or_else(|| parse_epoch(trimmed))
            .map(Self::from_epoch_seconds)
            .ok_or_else(invalid)
    }

    /// Returns the time plus a duration, in whole seconds.
    #[must_use]
    pub fn plus(&self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self::from_epoch_seconds(self.epoch_seconds.saturating_add(seconds))
    }

    /// Seconds from `self` to `later`; negative if `later` is earlier.
    pub fn seconds_until(&self, later: Self) -> i64 {
        later.epoch_seconds - self.epoch_seconds
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Same as [`parse`](Timestamp::parse).
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Timestamp {
    type Error = InvalidTimestamp;

    /// Same as [`parse`](Timestamp::parse).
    fn try_from(text: &str) -> Result<Self, InvalidTimestamp> {
        Self::parse(text)
    }
}

impl From<SystemTime> for Timestamp {
    /// Truncates the time to its second; times outside the years 0000 to 9999 become the nearest valid time.
    fn from(time: SystemTime) -> Self {
        let whole = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self::from_epoch_seconds(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => whole(after),
            Err(before) => -whole(before.duration()) - i64::from(before.duration().subsec_nanos() > 0),
        })
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampOutOfRange;

    /// # Errors
    /// The operating system's clock cannot represent the time.
    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampOutOfRange> {
        let distance = Duration::from_secs(timestamp.epoch_seconds.unsigned_abs());
        let time = match timestamp.epoch_seconds {
            ..0 => Self::UNIX_EPOCH.checked_sub(distance),
            0.. => Self::UNIX_EPOCH.checked_add(distance),
        };
        time.ok_or(TimestampOutOfRange { presented: timestamp })
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn parse_epoch(text: &str) -> Option<i64> {
    let plausible = (9..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plausible { text.parse().ok() } else { None }
}

fn write_digits(field: &mut [u8], mut value: i64) {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).expect("years before 0000 are refused, and all else counts from 0");
        value /= 10;
    }
}

/// Converts days since 1970-01-01 into year, month and day of the proleptic Gregorian calendar. The year is counted
/// from March, so the leap day comes last.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Formats seconds for people: `15 min`, `2 h 5 min`, `3 d 4 h`.
#[doc(hidden)]
pub fn in_words(seconds: u64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (name, size) in units {
        if rest / size > 0 {
            words.push(format!("{} {name}", rest / size));
            rest %= size;
        }
    }
    words.truncate(2);
    if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_time_gives_the_same_timestamp() {
        for text in [
            "20150830T123600Z",
            "2015-08-30T12:36:00Z",
            "2015-08-30T14:36:00+02:00",
            "Sun, 30 Aug 2015 12:36:00 GMT",
            "1440938160",
        ] {
            let parsed = Timestamp::parse(text).expect(text);
            assert_eq!(
                (parsed.epoch_seconds(), parsed.as_str(), parsed.day()),
                (1_440_938_160, "20150830T123600Z", "20150830")
            );
        }
        assert_eq!(Timestamp::parse("2015-08-30").unwrap().as_str(), "20150830T000000Z");
    }

    #[test]
    fn the_system_time_is_truncated_to_its_second() {
        let (epoch, ms) = (SystemTime::UNIX_EPOCH, Duration::from_millis);
        for (time, seconds) in [
            (epoch, 0),
            (epoch + ms(1_440_938_160_999), 1_440_938_160),
            (epoch - ms(1), -1),
            (epoch - ms(1_000), -1),
            (epoch - ms(1_001), -2),
        ] {
            assert_eq!(Timestamp::from(time).epoch_seconds(), seconds, "{time:?}");
        }
        for seconds in [0, 1_440_938_160, -86_400] {
            let timestamp = Timestamp::from_epoch_seconds(seconds);
            assert_eq!(Timestamp::from(SystemTime::try_from(timestamp).unwrap()), timestamp);
        }
    }

    #[test]
    fn an_invalid_time_is_refused_with_its_text() {
        for text in
            ["", "yesterday", "20150230T000000Z", "20150830T126000Z", "20150830T123600", "2015083", "+0150830T123600Z"]
        {
            assert_eq!(Timestamp::parse(text).unwrap_err().presented, text);
        }
    }

    #[test]
    fn a_signature_has_no_leap_second() {
        assert!(Timestamp::parse_amz_date("20150830T123659Z").is_ok());
        assert!(Timestamp::parse_amz_date("20150830T123660Z").is_err());
    }

    #[test]
    fn the_calendar_agrees_with_jiff_over_many_years() {
        for day in (-719_528..2_932_897).step_by(97) {
            let ours = Timestamp::from_epoch_seconds(day * 86_400 + 4_321);
            let theirs = jiff::Timestamp::from_second(day * 86_400 + 4_321);
            if let Ok(theirs) = theirs {
                assert_eq!(ours.as_str(), theirs.strftime("%Y%m%dT%H%M%SZ").to_string());
            }
        }
    }
}
