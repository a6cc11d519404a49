//! Parses dates and times that headers, logs and people write, as seconds since 1970-01-01T00:00:00Z.
//!
//! Fractions of a second are dropped, and a leap second counts as the second before it.
//! [`Timestamp::parse`](super::Timestamp::parse) decides which form a text has.

use super::{MONTHS, WEEKDAYS, civil_from_days};

const SECONDS_PER_DAY: i64 = 86_400;

/// Parses a date and time with an offset from UTC (ISO 8601, RFC 3339): `2015-08-30T12:36:00Z`, `20150830 1436+0200`.
pub(super) fn parse_iso_8601(text: &str) -> Option<i64> {
    let (date, time_and_offset) = text.split_once(['T', 't', ' '])?;
    let (time, offset) = time_and_offset.split_at(time_and_offset.find(['Z', 'z', '+', '-'])?);
    let offset = if offset.eq_ignore_ascii_case("Z") { 0 } else { parse_offset(offset)? };
    Some(days_of(date)? * SECONDS_PER_DAY + parse_time(time)? - offset)
}

/// Parses a date of HTTP or mail: `Sun, 30 Aug 2015 12:36:00 GMT` (RFC 5322 §3.3 and §4.3), or one of the two obsolete
/// forms that servers still accept (RFC 9110 §5.6.7): `Sunday, 30-Aug-15 12:36:00 GMT` and `Sun Aug 30 12:36:00 2015`.
pub(super) fn parse_http_date(text: &str) -> Option<i64> {
    let (weekday, rest) = text.split_once(',').map_or((None, text), |(weekday, rest)| (Some(weekday.trim()), rest));
    let words: Vec<&str> = without_comment(rest).split_ascii_whitespace().collect();
    let (weekday, [day, month, year], time, zone) = match (weekday, &words[..]) {
        (weekday, &[day, month, year, time, zone]) if day.starts_with(|c: char| c.is_ascii_digit()) => {
            (weekday, [day, month, year], time, zone)
        }
        (Some(weekday), &[date, time, zone]) => {
            let mut parts = date.split('-');
            let date = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
            (Some(weekday), date, time, zone)
        }
        (None, &[weekday, month, day, time, year]) => (Some(weekday), [day, month, year], time, "GMT"),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let day = number(day).filter(|_| day.len() <= 2)?;
    let days = days_from_civil(parse_year(year)?, i64::try_from(month).ok()? + 1, day)?;
    let is_that_day = weekday.is_none_or(|name| names_weekday(name, days));
    let seconds = parse_time(time).filter(|_| time.contains(':') && !time.contains(['.', ',']))?;
    is_that_day.then_some(days * SECONDS_PER_DAY + seconds - parse_zone(zone)?)
}

/// Parses a day, as its first second: `20150830`, `2015-08-30`.
pub(super) fn parse_day(text: &str) -> Option<i64> {
    Some(days_of(text)? * SECONDS_PER_DAY)
}

fn days_of(date: &str) -> Option<i64> {
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    days_from_civil(year, month, day)
}

/// Parses a time of day as seconds since midnight: `12:36:00.5`, `123600`, `12:36`.
fn parse_time(text: &str) -> Option<i64> {
    let Some((whole, fraction)) = text.split_once(['.', ',']) else {
        let [hour, minute, second] = numbers(text, ':', [2, 2, 2]).or_else(|| {
            let [hour, minute] = numbers(text, ':', [2, 2])?;
            Some([hour, minute, 0])
        })?;
        return seconds_of_day(hour, minute, second);
    };
    let [hour, minute, second] = numbers(whole, ':', [2, 2, 2])?;
    number(fraction).filter(|_| fraction.len() <= 9).and_then(|_| seconds_of_day(hour, minute, second))
}

fn seconds_of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let is_on_the_clock = hour < 24 && minute < 60 && second <= 60;
    is_on_the_clock.then(|| hour * 3_600 + minute * 60 + second.min(59))
}

/// Parses an offset as seconds east of Greenwich: `+02:00`, `-0800`, `+02`.
fn parse_offset(text: &str) -> Option<i64> {
    let (sign, digits) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let [hours, minutes] = numbers(digits, ':', [2, 2]).or_else(|| Some([numbers(digits, ':', [2])?[0], 0]))?;
    seconds_of_day(hours, minutes, 0).map(|seconds| sign * seconds)
}

/// Parses the zone of a date: an offset, a name from RFC 5322 §4.3, or `UTC`, which Go writes and Ceph
/// (`check_gmt_end`) and Swift accept.
fn parse_zone(text: &str) -> Option<i64> {
    let hours = match text.to_ascii_uppercase().as_str() {
        "GMT" | "UTC" | "UT" | "Z" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return parse_offset(text).filter(|_| text.len() == "+0200".len()),
    };
    Some(hours * 3_600)
}

/// Parses a year. Two digits mean 1950 to 2049, three count from 1900 (RFC 5322 §4.3).
fn parse_year(text: &str) -> Option<i64> {
    let year = number(text)?;
    match (text.len(), year) {
        (2, 0..50) => Some(year + 2_000),
        (2 | 3, _) => Some(year + 1_900),
        (4, _) => Some(year),
        _ => None,
    }
}

/// Removes a comment at the end of the text, such as `(UTC)`.
fn without_comment(text: &str) -> &str {
    let comment = text.trim_end().strip_suffix(')').and_then(|text| text.rsplit_once('('));
    comment.map_or(text, |(before, _)| before)
}

/// Whether this is the name of that day, in full or shortened to three letters.
fn names_weekday(name: &str, days: i64) -> bool {
    let weekday = WEEKDAYS[usize::try_from(days.rem_euclid(7)).unwrap_or_default()];
    let ending = match weekday {
        "Tue" => "sday",
        "Wed" => "nesday",
        "Thu" => "rsday",
        "Sat" => "urday",
        _ => "day",
    };
    let behind = name.get(..3).filter(|short| short.eq_ignore_ascii_case(weekday)).and_then(|_| name.get(3..));
    behind.is_some_and(|rest| rest.is_empty() || rest.eq_ignore_ascii_case(ending))
}

/// Converts a date into days since 1970-01-01, the inverse of [`civil_from_days`]; `None` if the date does not exist.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let (march_year, march_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    (civil_from_days(days) == (year, month, day)).then_some(days)
}

/// Parses numbers of these widths, with the separator between all of them or none.
fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let is_separated = text.contains(separator);
    let mut values = [0; N];
    let mut rest = text;
    for (at, width) in widths.into_iter().enumerate() {
        if is_separated && at > 0 {
            rest = rest.strip_prefix(separator)?;
        }
        let (digits, behind) = rest.split_at_checked(width)?;
        values[at] = number(digits)?;
        rest = behind;
    }
    rest.is_empty().then_some(values)
}

/// Parses a number without a sign.
fn number(digits: &str) -> Option<i64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn iso(text: &str) -> Option<String> {
        parse_iso_8601(text).map(|seconds| super::super::Timestamp::from_epoch_seconds(seconds).to_rfc3339())
    }

    fn http(text: &str) -> Option<String> {
        parse_http_date(text).map(|seconds| super::super::Timestamp::from_epoch_seconds(seconds).to_rfc3339())
    }

    /// The first five are the examples in RFC 3339 §5.8.
    #[test]
    fn iso_8601_is_read_in_its_basic_and_extended_form() {
        for (text, expected) in [
            ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50Z"),
            ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"),
            ("1990-12-31T23:59:60Z", "1990-12-31T23:59:59Z"),
            ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59Z"),
            ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27Z"),
            ("20150830t143600,000+0200", "2015-08-30T12:36:00Z"),
            ("2015-08-30 12:36z", "2015-08-30T12:36:00Z"),
            ("2015-08-30T14:36:00+02", "2015-08-30T12:36:00Z"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "2015-08-30T12:36:00",
            "2015-08-30",
            "2015-0830T12:36:00Z",
            "2015-08-30T1236:00Z",
            "2015-08-30T12:36:00.Z",
            "2015-08-30T12:36.5Z",
            "2015-08-30T24:00:00Z",
            "2015-08-30T12:36:00+2",
            "2015-08-30T12:36:00Zulu",
            "2015-08-30Tü:36:00Z",
            "2015-+8-30T12:36:00Z",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    /// The first five are the examples in RFC 9110 §5.6.7 and in RFC 5322, appendices A.1 and A.6.2; the next is the
    /// date that rclone sends with `--s3-v2-auth`.
    #[test]
    fn dates_of_http_and_of_mail_are_read() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
            ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"),
            ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"),
            ("Mon, 30 Nov 2026 08:31:14 UTC", "2026-11-30T08:31:14Z"),
            ("Monday, 30-Nov-26 08:31:14 UTC", "2026-11-30T08:31:14Z"),
            ("Wednesday, 28 Mar 2007 01:49:49 GMT", "2007-03-28T01:49:49Z"),
            ("Tue, 27 Mar 2007 19:36:42 +0000 (UTC)", "2007-03-27T19:36:42Z"),
            ("tue,  27 mar 2007\t19:36 pdt", "2007-03-28T02:36:00Z"),
        ] {
            assert_eq!(http(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "Mon, 27 Mar 2007 19:36:42 GMT",
            "27 Mar 2007 19:36:42",
            "27 March 2007 19:36:42 GMT",
            "30 Feb 2007 19:36:42 GMT",
            "Wednesday, 27-Mar-07 19:36:42 GMT",
            "Tuesday, 27-Mar-07-1 19:36:42 GMT",
            "Tueday, 27 Mar 2007 19:36:42 GMT",
            "Tues, 27 Mar 2007 19:36:42 GMT",
            "Mon Mar 27 19:36:42 2007",
            "Tue Mar 27 19:36:42 GMT",
            "27-Mar-07 19:36:42 GMT",
            "27 Mar 2007 193642 GMT",
            "27 Mar 2007 19:36:42.5 GMT",
            "27 Mar 2007 19:36:42 XYZ",
        ] {
            assert_eq!(http(text), None, "{text}");
        }
    }

    fn civil_texts() -> impl Strategy<Value = String> {
        let date = (1_970_u16..9_999, 0_u8..=13, 0_u8..=32, select(vec!["-", ""]));
        let time =
            (0_u8..=24, 0_u8..=60, 0_u8..=61, select(vec![":", ""]), select(vec!["", ".5", ",000", ".123456789"]));
        let zone = select(vec!["Z", "z", "+00:00", "-0800", "+05:45", "+14", "-00:00", ""]);
        (date, select(vec!["T", "t", " "]), time, zone).prop_map(|((y, m, d, dash), between, time, zone)| {
            let (hour, minute, second, colon, fraction) = time;
            format!(
                "{y:04}{dash}{m:02}{dash}{d:02}{between}{hour:02}{colon}{minute:02}{colon}{second:02}{fraction}{zone}"
            )
        })
    }

    fn mail_texts() -> impl Strategy<Value = String> {
        let date = (select(WEEKDAYS.to_vec()), 0_u8..=32, select(MONTHS.to_vec()), 1_970_u16..9_999);
        let time = (0_u8..=24, 0_u8..=60, select(vec!["", ":00", ":59", ":60", ":61"]));
        let zone = select(vec![
            "GMT", "UT", "gmt", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "+0545", "-0800", "",
        ]);
        (date, time, zone, any::<bool>()).prop_map(
            |((weekday, day, month, year), (hour, minute, second), zone, named)| {
                let weekday = if named { format!("{weekday}, ") } else { String::new() };
                format!("{weekday}{day} {month} {year} {hour:02}:{minute:02}{second} {zone}")
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Another implementation must read the same texts as the same times, and refuse the same texts.
        #[test]
        fn iso_8601_is_what_jiff_reads(text in civil_texts()) {
            let theirs = text.parse::<jiff::Timestamp>().ok().map(|instant| instant.as_second());
            prop_assert_eq!(parse_iso_8601(&text), theirs);
        }

        #[test]
        fn dates_of_mail_are_what_jiff_reads(text in mail_texts()) {
            let theirs = jiff::fmt::rfc2822::parse(&text).ok().map(|zoned| zoned.timestamp().as_second());
            prop_assert_eq!(parse_http_date(&text), theirs);
        }
    }
}
